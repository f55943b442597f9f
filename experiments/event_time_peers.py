"""Analyses of times to an event beside R's survival and cmprsk, on many small data sets that are hard at their edges.

    python experiments/event_time_peers.py [--sets 60]

Data sets have 12 to 160 people, ties or none, two or three groups, strata some of which lack a group, one event or all
events, one cause or two. Needs Rscript with survival and cmprsk. Prints Markdown. For research use.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.trials.analysis.competing_risks.cumulative_incidence import cumulative_incidence
from hepatica.trials.analysis.competing_risks.fine_gray import fine_gray
from hepatica.trials.analysis.competing_risks.gray import gray_test
from hepatica.trials.analysis.cox.fit import cox
from hepatica.trials.analysis.cox.likelihood import Ties
from hepatica.trials.analysis.cox.proportional_hazards import Transform, proportional_hazards_test
from hepatica.trials.analysis.log_rank import FlemingHarrington, log_rank
from hepatica.trials.analysis.rmst import restricted_mean

Floats = NDArray[np.float64]
R_CODE = """
suppressMessages({library(survival); library(cmprsk)})
say <- function(set, name, x) cat(set, name, sprintf("%.12g", as.numeric(x)), "\\n")
quiet <- function(e) suppressWarnings(tryCatch(e, error = function(z) NULL))
for (f in list.files(commandArgs(TRUE)[1], full.names = TRUE)) {
  d <- read.csv(f); k <- sub(".csv", "", basename(f)); y <- Surv(d$t, d$c == 1)
  one <- quiet(survdiff(y ~ d$g)); if (!is.null(one)) say(k, "logrank", one$chisq)
  one <- quiet(survdiff(y ~ d$g + strata(d$s))); if (!is.null(one)) say(k, "logrank_strata", one$chisq)
  one <- quiet(survdiff(y ~ d$g, rho = 1)); if (!is.null(one)) say(k, "logrank_rho1", one$chisq)
  for (ties in c("efron", "breslow", "exact")) {
    one <- quiet(coxph(y ~ x + z, data = d, ties = ties, control = coxph.control(eps = 1e-12, iter.max = 60)))
    if (is.null(one)) next
    say(k, paste0("cox_", ties), c(coef(one), sqrt(diag(vcov(one))), one$loglik))
    if (ties == "efron") for (tr in c("km", "rank", "identity", "log")) {
      zph <- quiet(cox.zph(one, transform = tr)); if (!is.null(zph)) say(k, paste0("zph_", tr), zph$table[, 1])
    }
  }
  one <- quiet(summary(survfit(y ~ 1), rmean = min(tapply(d$t, d$g, max)))$table)
  if (!is.null(one)) say(k, "rmst", one[c("rmean", "se(rmean)")])
  one <- quiet(cuminc(d$t, d$c, d$g)); if (!is.null(one)) say(k, "gray", one$Tests[1, 1])
  one <- quiet(cuminc(d$t, d$c, d$g, d$s)); if (!is.null(one)) say(k, "gray_strata", one$Tests[1, 1])
  one <- quiet(cuminc(d$t, d$c, d$g, rho = 1)); if (!is.null(one)) say(k, "gray_rho1", one$Tests[1, 1])
  at <- quantile(d$t, c(0.2, 0.5, 0.8)); one <- quiet(timepoints(cuminc(d$t, d$c), at))
  if (!is.null(one)) say(k, "incidence", c(one$est[1, ], one$var[1, ]))
  one <- quiet(crr(d$t, d$c, d[, c("x", "z")], gtol = 1e-12, maxiter = 60))
  if (!is.null(one)) say(k, "crr", c(one$coef, sqrt(diag(one$var)), one$loglik))
}
"""


def people(seed: int) -> dict[str, Floats]:
    """Times, causes, groups, strata and two covariates of one data set."""
    rng = np.random.default_rng([19, seed])
    n = (12, 24, 60, 160)[seed % 4]
    group = rng.integers(1, 3 + (seed % 3 == 2), n)
    group[:3] = 1, 2, 1 + (seed % 3 == 2) * 2
    stratum = rng.integers(1, 2 + seed % 4, n)
    stratum[group == 2] = np.minimum(stratum[group == 2], 2)  # later strata lack a group
    time = rng.exponential(2.0, n)
    time = np.ceil(time * 4) / 4 if seed % 2 else time.round(6) + 1e-6
    cause = rng.choice(3, n, p=((0.4, 0.35, 0.25), (0.0, 0.6, 0.4), (0.3, 0.7, 0.0))[(seed // 4) % 3])
    if seed % 12 == 7:
        cause[:] = 0
        cause[int(np.argsort(time)[n // 3])] = 1
    return {
        "t": time,
        "c": cause,
        "g": group,
        "s": stratum,
        "x": rng.normal(size=n).round(3),
        "z": rng.integers(0, 2, n),
    }


def our_numbers(d: dict[str, Floats]) -> dict[str, list[float]]:
    """Numbers of this package by the names of the R code."""
    t, c, g, s = d["t"], d["c"].astype(int), d["g"], d["s"]
    x = np.stack([d["x"], d["z"]], axis=1)
    event = c == 1
    made: dict[str, list[float]] = {
        "logrank": [log_rank(t, event, g).chi_square],
        "logrank_strata": [log_rank(t, event, g, strata=s).chi_square],
        "logrank_rho1": [log_rank(t, event, g, weight=FlemingHarrington(1, 0)).chi_square],
        "gray": [gray_test(t, c, g, of=1).chi_square],
        "gray_strata": [gray_test(t, c, g, of=1, strata=s).chi_square],
        "gray_rho1": [gray_test(t, c, g, of=1, rho=1.0).chi_square],
    }
    for ties in Ties:
        fit = cox(t, event, x, ties=ties)
        if not fit.converged:
            continue
        made[f"cox_{ties.value}"] = [*fit.coefficients, *fit.std_error, *fit.log_likelihood]
        if ties is Ties.EFRON:
            for name, transform in zip(("km", "rank", "identity", "log"), TRANSFORMS, strict=True):
                test = proportional_hazards_test(fit, transform=transform)
                made[f"zph_{name}"] = [*test.chi_square, test.chi_square_global]
    tau = min(float(t[g == k].max()) for k in np.unique(g))
    mean = restricted_mean(t, event, tau)
    made["rmst"] = [mean.value, mean.std_error]
    curve = cumulative_incidence(t, c, of=1)
    at = np.searchsorted(curve.times, np.quantile(t, [0.2, 0.5, 0.8]) + 1e-9, side="right") - 1
    pick = [np.where(at >= 0, v[np.maximum(at, 0)], 0.0) for v in (curve.incidence, curve.std_error**2)]
    made["incidence"] = [*pick[0], *pick[1]]
    regression = fine_gray(t, c, x, of=1)
    if regression.converged:
        made["crr"] = [*regression.coefficients, *regression.std_error, regression.log_likelihood[1]]
    return made


TRANSFORMS = (Transform.KAPLAN_MEIER, Transform.RANK, Transform.IDENTITY, Transform.LOG)


def main() -> None:
    """Print the largest relative difference of each method, and data sets that one of the two leaves out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=60)
    parser.add_argument("--show", type=float, default=1e-5, help="relative difference from which a set is printed")
    given = parser.parse_args()
    folder, data = Path(tempfile.mkdtemp()), {}
    for k in range(given.sets):
        data[k] = people(k)
        rows = np.stack(list(data[k].values()), axis=1)
        np.savetxt(folder / f"{k}.csv", rows, delimiter=",", header=",".join(data[k]), comments="", fmt="%.9g")
    done = subprocess.run(["Rscript", "-e", R_CODE, str(folder)], capture_output=True, text=True, check=True)
    theirs: dict[tuple[int, str], list[float]] = {}
    for line in done.stdout.splitlines():
        k, name, *values = line.split()
        theirs[int(k), name] = [float(v) if v not in ("NA", "NaN") else np.nan for v in values]
    worst, sets, odd = defaultdict(float), defaultdict(int), []
    for k, d in data.items():
        try:
            ours = our_numbers(d)
        except InputError as error:
            odd.append(f"set {k}: {error}")
            continue
        for name, values in ours.items():
            other = np.array(theirs.get((k, name), []))
            if len(other) != len(values) or not np.isfinite(other).all():
                odd.append(f"set {k}, {name}: ours {np.round(values, 6).tolist()}, R {other.tolist()}")
                continue
            gap = float(np.max(np.abs(other - values) / np.maximum(np.abs(other), 1e-3)))
            worst[name], sets[name] = max(worst[name], gap), sets[name] + 1
            if gap > given.show:
                odd.append(f"set {k}, {name}: ours {np.round(values, 8).tolist()}, R {other.tolist()}")
    print("| method | data sets | largest relative difference |\n|---|--:|--:|")
    for name in worst:
        print(f"| {name} | {sets[name]} | {worst[name]:.1g} |")
    print("\n".join(["", *odd]))


if __name__ == "__main__":
    main()
