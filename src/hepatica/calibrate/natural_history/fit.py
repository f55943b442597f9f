"""Joint fit of the untreated populations: least squares on labs, then on deaths and transplants.

A population's file says in ``[fit]`` which labs and deaths of which publications are met, and which of its own
quantities move: sizes and durations of insults, care. `BIOLOGY` and `INTENSITIES` are constants of human biology, which
move for all populations together. No arm that was given cells is used, nor the control arm of Lin et al. 2017.

The search (Gauss-Newton on common random numbers, at typical values of what is not known) meets labs first, then deaths
and transplants, which are fitted in closed loop: they feed nothing back, so states stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress
from scipy.optimize import least_squares

from hepatica.calibrate.natural_history.courses import Course, death_rows, follow, lab_rows
from hepatica.calibrate.natural_history.groups import (
    MIXTURES,
    STAGES,
    mixture_deaths,
    stage_deaths,
    survivors,
    waiting_list_deaths,
)
from hepatica.calibrate.natural_history.moves import INTENSITIES, Moves, with_biology, with_factor
from hepatica.calibrate.natural_history.targets import Met
from hepatica.engine import System
from hepatica.patients import Population
from hepatica.patients.population import Covariate

Floats = NDArray[np.float64]
TOLERANCE = 0.1  # of the logarithm of a published mean or median
SPREAD_WEIGHT = 0.3  # of the logarithm of a published SD between people


def lab_misfit(row: Met) -> list[float]:
    """Residuals of one lab: of its middle, and of its spread where that is published."""
    middle = float(np.log(max(row.simulated, 1e-6) / row.published) / TOLERANCE)
    if row.time != 0 or not np.isfinite(row.published_spread):
        return [middle]
    return [middle, SPREAD_WEIGHT * float(np.log(max(row.spread, 1e-6) / row.published_spread))]


def group_rows(
    courses: Mapping[str, Course], stages: Mapping[str, Course], values: Callable[[str], dict[str, float]]
) -> list[Met]:
    """Deaths of people of several populations, of survivors, and of stages of cirrhosis, beside simulated ones."""
    met = {k: (c.simulated["time"].values, c.outcomes(values(k))) for k, c in courses.items()}
    rows = waiting_list_deaths({k: (courses[k].simulated, o) for k, (_, o) in met.items()})
    rows += [row for publication, arm in MIXTURES for row in mixture_deaths(publication, arm, met)]
    rows += [
        stage_deaths(arm, c.simulated["time"].values, c.outcomes(values(STAGES[arm][0]))) for arm, c in stages.items()
    ]
    if hbv := courses.get("hbv_aclf"):
        rows += survivors(hbv.patients.cohort.covariate("cirrhosis"), *met["hbv_aclf"])
    return [row for row in rows if np.isfinite(row.simulated)]


def fit_deaths(courses: Mapping[str, Course], system: System, stages: Mapping[str, Course]) -> dict[str, float]:
    """Least squares on deaths and transplants of all populations, of their mixtures, of survivors and of stages.

    Returns
    -------
    dict of str to float
        The intensities' parameters; ``transplant_rate`` of a population stands under its key.
    """
    care = [k for k, c in courses.items() if c.population.treatment.get("transplant_rate")]
    start = np.log([system.model.parameters[s.parameter].value for s in INTENSITIES])
    start = np.concatenate([start, np.log([float(_number(courses[k].population)) for k in care])])
    sd = np.array([*(s.tolerance for s in INTENSITIES), *(1.0 for _ in care)])

    def values(x: Floats, key: str) -> dict[str, float]:
        own = dict(zip([s.parameter for s in INTENSITIES], np.exp(x[: len(INTENSITIES)]).tolist(), strict=True))
        return own | ({"transplant_rate": float(np.exp(x[len(INTENSITIES) + care.index(key)]))} if key in care else {})

    def residual(x: Floats) -> Floats:
        residuals = [
            (m.simulated - m.published) / m.published_spread
            for k, c in courses.items()
            for m in death_rows(c, values(x, k))
        ]
        for m in group_rows(courses, stages, lambda key: values(x, key)):
            residuals.append((m.simulated - m.published) / m.published_spread)
        return np.array([*residuals, *((x - start) / sd)])

    best = least_squares(residual, start, x_scale=np.maximum(sd, 0.3), max_nfev=100).x
    shared = dict(zip([s.parameter for s in INTENSITIES], np.exp(best[: len(INTENSITIES)]).tolist(), strict=True))
    return shared | {k: float(np.exp(best[len(INTENSITIES) + i])) for i, k in enumerate(care)}


def _number(population: Population) -> float:
    value = population.treatment["transplant_rate"]
    if isinstance(value, Covariate):
        raise TypeError(f"{population.key}: transplant_rate is one number")
    return value


def fit_labs(
    system: System, keys: Sequence[str], intensities: dict[str, float], *, n: int, seed: int, rounds: int
) -> tuple[Moves, Floats]:
    """Gauss-Newton on the labs of all populations; logarithms of factors on what moves."""
    moves, done = Moves.of(keys), {}  # a quantity of one population's own leaves the others as they were
    with Progress() as progress:
        task = progress.add_task("joint fit", total=rounds * (len(moves.tolerances) + 1))

        def residual(x: Floats) -> Floats:
            progress.advance(task)
            residuals: list[float] = []
            for k, p in moves.populations(x, system, keys).items():
                own = tuple(x[moves.of_population(k)])
                if (k, own) not in done:
                    done[k, own] = misfit(p)
                residuals += done[k, own]
            return np.array([*residuals, *(x / moves.tolerances)])

        def misfit(p: Population) -> list[float]:
            course = follow(system, p, n=n, seed=seed)
            own = intensities | ({"transplant_rate": intensities[p.key]} if p.key in intensities else {})
            residuals = [r for m in lab_rows(course, system, own) for r in lab_misfit(m)]
            return [*residuals, SPREAD_WEIGHT * float(np.log1p(sum(course.patients.rejected.values()) / n))]

        zero = np.zeros(len(moves.tolerances))
        best = least_squares(residual, zero, diff_step=0.1, x_scale=0.3, max_nfev=rounds)
    return moves, np.asarray(best.x, float)


def fit_at_admission(
    system: System,
    population: Population,
    biology: Mapping[str, float],
    intensities: dict[str, float],
    *,
    n: int,
    seed: int,
) -> Population:
    """The population under given constants of biology, its own quantities fitted to its labs on day 0 alone."""
    rows = population.fit.moved

    def tried(x: Floats) -> Population:
        moved = population
        for row, v in zip(rows, x, strict=True):
            moved = with_factor(moved, row.quantity, float(np.exp(v)))
        return with_biology(moved, biology)

    def residual(x: Floats) -> Floats:
        met = lab_rows(follow(system, tried(x), n=n, seed=seed), system, intensities)
        tolerance = np.array([r.tolerance for r in rows])
        return np.array([*(r for m in met if m.time == 0 for r in lab_misfit(m)), *(x / tolerance)])

    best = least_squares(residual, np.zeros(len(rows)), diff_step=0.1, x_scale=0.3, max_nfev=5)
    return tried(np.asarray(best.x, float))
