"""Coverage and simulation-based calibration of a person's forecast, on synthetic people with a known truth.

    python experiments/person_calibration.py [--people 2000] [--library 8000] [--kind acute_on_chronic]
        [--twin alarm_half] [--factor 2] [--seed 7]

People are drawn from the prior of a kind with a seed of their own, given labs of day 0 and day 3 with assay error and
a persistent discrepancy of the size that the weights assume, and forecast from the library as if they were strangers.
Printed: coverage of the 90 % intervals of labs (next sample), risk and gain, overall and by fifth of forecast risk,
and the ranks of the truth among the posterior (uniform if calibrated: chi-squared over ten bins). Where many virtual
people tie with the truth, as at a risk of 1, its rank is drawn among them (Czado, Gneiting & Held 2009, Biometrics
65:1254): a closed interval that ends in an atom would hold more than its level and say nothing. With --twin the
truth has another value of a parameter than the library: how far a wrong model degrades. For research use.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import dataclass, replace

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from scipy.linalg import cholesky  # noqa: E402
from scipy.stats import chisquare  # noqa: E402

from hepatica.engine import System, shipped_system  # noqa: E402
from hepatica.individual.library.candidates import LABS, Candidates, at_times, join, net_at  # noqa: E402
from hepatica.individual.library.proposals import Kind, assign  # noqa: E402
from hepatica.individual.library.simulate import Design, simulate_candidates  # noqa: E402
from hepatica.individual.library.store import Library  # noqa: E402
from hepatica.individual.posterior.importance import Kernels  # noqa: E402
from hepatica.individual.posterior.lab_error import Errors, default_errors  # noqa: E402
from hepatica.individual.posterior.observations import Observations, Series  # noqa: E402
from hepatica.individual.posterior.posterior import Posterior, make_posterior  # noqa: E402
from hepatica.individual.posterior.score_neighbours import by_scores  # noqa: E402
from hepatica.individual.prediction.risk import either_incidence  # noqa: E402
from hepatica.patients import Cohort  # noqa: E402
from hepatica.study import HYPOTHESES, draws_of  # noqa: E402
from hepatica.therapy import NO_CELLS, Regimen  # noqa: E402

MEASURED = ("bilirubin", "inr", "creatinine", "albumin", "alt", "sodium")
KNOWN, LATER = np.array([0.0, 3.0]), np.array([7.0, 28.0])
HORIZON = 90.0
EQUAL = 1e-4
"""Difference from which numbers count as different: many risks are 1 but for what a solver or a log odds leaves."""
DESIGN = Design(regimens=(NO_CELLS, Regimen(1e6, infusions=4)), hypotheses=(next(iter(HYPOTHESES)),), until=HORIZON)
FLAT = Kernels(age=np.inf, weight=np.inf, encephalopathy=np.inf, ascites=np.inf)


@dataclass(frozen=True)
class Twin(Cohort):
    """Cohort with one parameter times a factor."""

    twin: str = ""
    factor: float = 1.0

    def _parameters(self, hypothesis: str) -> np.ndarray:
        values = super()._parameters(hypothesis)
        values[:, list(self.model.parameters).index(self.twin)] *= self.factor
        return values


def truths(library: Library, n: int, twin: str, factor: float) -> Candidates:
    """Synthetic people of the prior; a twin has another value of one parameter."""
    who, parts = np.arange(n), []
    which = assign(who, library.parts)
    for c in np.unique(which).tolist():
        cohort = library.cohort(c, who[which == c])
        if twin:
            cohort = Twin(*(getattr(cohort, f) for f in ("model", "population", "seed", "patient", "draw", "known")))
            cohort = replace(cohort, twin=twin, factor=factor)
        parts.append(simulate_candidates(library.system, cohort, DESIGN, component=c))
    return join(parts)


def labs_with_errors(people: Candidates, i: int, errors: Errors, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Log labs of one person on known and later days, discrepancy and assay error drawn."""
    days, courses = np.r_[KNOWN, LATER], {}
    for lab in MEASURED:
        factor = cholesky(errors[lab].covariance(days), lower=True)
        course = at_times(people.labs[0, i, :, LABS.index(lab)], days, 0)
        courses[lab] = course + factor @ rng.normal(size=len(days))
    return courses


def forecast(library: Candidates, people: Candidates, i: int, errors: Errors, seed: int) -> dict[str, float] | None:
    """Truth, interval and rank of every quantity of one person; None of one who did not live to the last lab."""
    rng = np.random.default_rng([seed, i])
    if rng.random() > float(at_times(people.free[0, i], [KNOWN[-1]], 0)[0]):
        return None
    drawn = labs_with_errors(people, i, errors, rng)
    series = tuple(Series(lab, KNOWN, drawn[lab][: len(KNOWN)], np.zeros(len(KNOWN), int)) for lab in MEASURED)
    p = make_posterior(library, Observations(series=series, last_day=float(KNOWN[-1])), errors, FLAT, seed=seed)
    tie = float(rng.random())
    row = {"effective": p.effective, "regression": float(p.is_regression)}

    def note(name: str, p: Posterior, sample: np.ndarray, truth: float) -> None:
        low, high = p.quantile(sample, (0.05, 0.95))
        tied = np.abs(sample - truth) <= EQUAL
        rank = float(p.sample_weight @ ((sample < truth) & ~tied) + tie * (p.sample_weight @ tied))
        row[f"{name}: in"] = float(0.05 <= rank <= 0.95 if tied.sum() > 1 else low <= truth <= high)
        row[f"{name}: rank"] = rank
        row[f"{name}: width"] = float(high - low)

    for lab in MEASURED:
        sample = p.labs(lab, LATER, 0)
        for k, day in enumerate(LATER):
            note(f"{lab} day {day:g}", p, sample[:, k], float(drawn[lab][len(KNOWN) + k]))
    near, start = by_scores(p, HORIZON), float(at_times(people.free[0, i], [KNOWN[-1]], 0)[0])
    truth = 1 - float(at_times(people.free[0, i], [HORIZON], 0)[0]) / max(start, 1e-6)
    risk = near.probability(either_incidence(p, np.array([HORIZON]), 0))[:, 0]
    row["forecast risk"] = float(near.mean(risk))
    note("risk", near, risk, truth)
    gain, own = (x[1] - x[0] for x in (net_at(library, HORIZON), net_at(people, HORIZON)))
    note("gain", near, near.sample(gain), float(own[i]))
    return row


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """Coverage overall and by fifth of forecast risk, and uniformity of ranks."""
    rows = rows.assign(fifth=pd.qcut(rows["forecast risk"].rank(method="first"), 5, labels=False))
    names = [c.removesuffix(": in") for c in rows.columns if c.endswith(": in")]
    labs = [n for n in names if " day " in n]
    groups = {name: [name] for name in ("risk", "gain")} | {"labs": labs} | {n: [n] for n in labs}
    courses = []
    for name, members in groups.items():
        inside = rows[[f"{m}: in" for m in members]].mean(axis=1)
        by = [f"{100 * inside[rows['fifth'] == f].mean():.1f}" for f in range(5)]
        ranks = rows[[f"{m}: rank" for m in members]].to_numpy().ravel()
        counts = np.histogram(ranks, bins=10, range=(0, 1))[0]
        width = rows[[f"{m}: width" for m in members]].to_numpy().mean()
        uniform = chisquare(counts).pvalue if len(members) == 1 else np.nan
        columns = dict(zip([f"fifth {f + 1}" for f in range(5)], by, strict=True))
        courses.append(
            {"quantity": name, "90 %": f"{100 * inside.mean():.1f}"} | columns | {"width": width, "p": uniform}
        )
    return pd.DataFrame(courses)


def run(
    system: System, *, people: int, size: int, kind: Kind, twin: str = "", factor: float = 1.0, seed: int = 7
) -> pd.DataFrame:
    """Forecast synthetic people; one row each."""
    known = draws_of("learnt")
    library = Library(system=system, kind=kind, known=known, design=DESIGN)
    candidates = library.candidates(size)
    errors = default_errors()
    strangers = truths(replace(library, seed=seed + 1000), people, twin, factor)
    rows = [forecast(candidates, strangers, i, errors, seed) for i in range(strangers.n)]
    return pd.DataFrame([row for row in rows if row is not None])


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--library", type=int, default=8000)
    parser.add_argument("--kind", choices=[k.value for k in Kind], default=Kind.ACUTE_ON_CHRONIC.value)
    parser.add_argument("--twin", default="")
    parser.add_argument("--factor", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    began, system = time.perf_counter(), shipped_system()
    rows = run(
        system,
        people=options.people,
        size=options.library,
        kind=Kind(options.kind),
        twin=options.twin,
        factor=options.factor,
        seed=options.seed,
    )
    print(table(rows).round(3).to_string(index=False))
    effective = rows["effective"].quantile([0.1, 0.5, 0.9]).round(0).tolist()
    print(f"\n{len(rows)} people, effective {effective}, by regression {100 * rows['regression'].mean():.0f} %")
    print(f"model {system.model.hash}, kind {options.kind}, twin {options.twin or 'none'}", end="")
    print(f" x {options.factor:g}" if options.twin else "", f"{time.perf_counter() - began:.0f} s", sep=", ")


if __name__ == "__main__":
    main()
