"""Coverage of the interval of a person's expected risk and gain, where the parameter draw is known.

    python experiments/person_expected_risk.py [--draws 24] [--per-draw 3000] [--library 8000] [--people 10] [--seed 5]

People are drawn under one parameter draw each, with labs of days 0 and 3 as in `person_calibration.py`. What their
expected risk and gain truly are under that draw is computed from thousands of virtual people who all carry it, by the
neighbours of predicted outcome as in a forecast. The forecast itself knows no draw: its 90 % interval of the expected
risk and gain should hold the true ones in nine of ten. The truth has errors of its own: it comes from fewer people, by
scores fitted on them. So the same is done with people of all draws alike in the place of one draw, where only those
errors are left, and the intervals are widened by them before they are counted. For research use.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import replace

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from person_calibration import (  # noqa: E402
    DESIGN,
    FLAT,
    HORIZON,
    KNOWN,
    MEASURED,
    labs_with_errors,
)

from hepatica.engine import shipped_system  # noqa: E402
from hepatica.individual.library.candidates import Candidates, at_times, join, net_at  # noqa: E402
from hepatica.individual.library.proposals import Kind, assign  # noqa: E402
from hepatica.individual.library.simulate import simulate_candidates  # noqa: E402
from hepatica.individual.library.store import Library  # noqa: E402
from hepatica.individual.posterior.lab_error import Errors, default_errors  # noqa: E402
from hepatica.individual.posterior.observations import Observations, Series  # noqa: E402
from hepatica.individual.posterior.posterior import Posterior, make_posterior  # noqa: E402
from hepatica.individual.posterior.score_neighbours import by_scores  # noqa: E402
from hepatica.individual.prediction.expectation import Expectation, draw_share, expect  # noqa: E402
from hepatica.individual.prediction.risk import either_incidence  # noqa: E402
from hepatica.patients import Draws  # noqa: E402
from hepatica.study import draws_of  # noqa: E402


def of_draw(library: Library, row: int, n: int) -> Candidates:
    """Virtual people of the prior who all carry one parameter draw, (n,); of all draws where it is negative."""
    assert library.known is not None
    known = library.known if row < 0 else library.known.take(np.array([row]))
    one = replace(library, known=known, seed=library.seed + 1000 + row)
    who, parts = np.arange(n), []
    which = assign(who, library.parts)
    for c in np.unique(which).tolist():
        parts.append(simulate_candidates(one.system, one.cohort(c, who[which == c]), DESIGN, component=c))
    return join(parts)


def expected(posterior: Posterior, *, shared: bool) -> Expectation:
    """Expected risk and gain of one person; within one draw there is no variance between draws."""
    outcomes = np.column_stack(
        [
            either_incidence(posterior, np.array([HORIZON]), 0)[:, 0],
            np.diff(net_at(posterior.candidates, HORIZON)[:2], axis=0)[0],
        ]
    )
    near = by_scores(posterior, HORIZON)
    share = draw_share(posterior, outcomes, HORIZON) if shared else np.zeros(2)
    return expect(near, near.sample(outcomes), share)


def compare(candidates: Candidates, truth: Candidates, i: int, errors: Errors, seed: int) -> dict[str, float] | None:
    """Forecast of one person beside what is true under the draw; None of one who did not live to the last lab."""
    rng = np.random.default_rng([seed, i])
    if rng.random() > float(at_times(truth.free[0, i], [KNOWN[-1]], 0)[0]):
        return None
    drawn = labs_with_errors(truth, i, errors, rng)
    series = tuple(Series(lab, KNOWN, drawn[lab][: len(KNOWN)], np.zeros(len(KNOWN), int)) for lab in MEASURED)
    o = Observations(series=series, last_day=float(KNOWN[-1]))
    others = truth.take(np.flatnonzero(np.arange(truth.n) != i))
    blind, told = (make_posterior(c, o, errors, FLAT, seed=seed) for c in (candidates, others))
    forecast, true = expected(blind, shared=True), expected(told, shared=False)
    row: dict[str, float] = {}
    for k, name in enumerate(("risk", "gain")):
        row |= {f"{name}: truth": true.mean[k], f"{name}: forecast": forecast.mean[k]}
        row |= {f"{name}: draws": forecast.draws[k], f"{name}: simulated": forecast.simulated[k]}
    return row


def summary(rows: pd.DataFrame, alike: pd.DataFrame) -> pd.DataFrame:
    """Coverage of the intervals, and what they miss by beside what they state.

    Parameters
    ----------
    rows, alike : DataFrame
        Of `compare`, under one draw each and under all draws alike.
    """
    result = []
    for name in ("risk", "gain"):
        off, error = (r[f"{name}: truth"] - r[f"{name}: forecast"] for r in (rows, alike))
        noise = float((error**2).mean())
        draws, simulated = rows[f"{name}: draws"].to_numpy(), rows[f"{name}: simulated"].to_numpy()
        mean = rows[f"{name}: forecast"].to_numpy()
        inside = []
        for extra in (0.0, noise):
            e = Expectation(mean, draws, np.sqrt(simulated**2 + extra))
            low, high = e.probability_interval() if name == "risk" else e.points(np.array([0.05, 0.95]))
            inside.append(100 * float(((low <= rows[f"{name}: truth"]) & (rows[f"{name}: truth"] <= high)).mean()))
        result.append(
            {
                "quantity": name,
                "holds, %": inside[0],
                "with the truth's error, %": inside[1],
                "misses by (RMS)": np.sqrt((off**2).mean()),
                "of it the truth's error": np.sqrt(noise),
                "net": np.sqrt(max(float((off**2).mean()) - noise, 0.0)),
                "SD between draws": np.sqrt((draws**2).mean()),
                "SD simulated": np.sqrt((simulated**2).mean()),
            }
        )
    return pd.DataFrame(result)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=24)
    parser.add_argument("--per-draw", type=int, default=3000)
    parser.add_argument("--people", type=int, default=10, help="forecast of each draw")
    parser.add_argument("--library", type=int, default=8000)
    parser.add_argument("--kind", choices=[k.value for k in Kind], default=Kind.ACUTE_ON_CHRONIC.value)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    began, system, known, errors = time.perf_counter(), shipped_system(), draws_of("learnt"), default_errors()
    assert isinstance(known, Draws)
    library = Library(system=system, kind=Kind(options.kind), known=known, design=DESIGN)
    candidates = library.candidates(options.library)

    def compared(row: int, people: int) -> list[dict[str, float]]:
        truth = of_draw(library, row, options.per_draw)
        every = (compare(candidates, truth, i, errors, options.seed + row + 1) for i in range(min(2 * people, truth.n)))
        return [{"draw": row} | f for f in every if f is not None][:people]

    rows = np.linspace(0, known.n - 1, options.draws).astype(int).tolist()
    table = pd.DataFrame([f for row in rows for f in compared(row, options.people)])
    alike = pd.DataFrame(compared(-1, 10 * options.people))
    print(summary(table, alike).round(3).to_string(index=False))
    print(f"\n{len(table)} people of {options.draws} draws, model {system.model.hash}, kind {options.kind}", end="")
    print(f", {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
