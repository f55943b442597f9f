"""Infections after cells beside what was published, each publication in the people in whom it was made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from cell_effects_cases import MECHANISMS, UNEXPLAINED
from cell_effects_run import TIMES, USUAL, Floats, run

from hepatica.admission import admit
from hepatica.calibrate.matching import simulated_arm
from hepatica.engine import System
from hepatica.evidence import load
from hepatica.outcomes.survival import incidences
from hepatica.patients import Admitted, Draws, load_population
from hepatica.simulation import Arm

HALF_A_YEAR = 168.0  # day, of Lin2017's visit; the trials of the review differ
THOMPSON = (0.99, 0.81, 1.21)
REVIEW, LIN = "Thompson2020: 55 trials, all diseases", "Lin2017: this disease"
SUPPRESSION = "suppression of immunity (harm)"
OTHERS = tuple(p for name, parameters in MECHANISMS.items() if name != SUPPRESSION for p in parameters)
LEVELS = (0.5, 0.05, 0.95)


class Row(NamedTuple):
    """Relative risk of a first severe infection within 24 weeks, predicted beside published."""

    source: str
    population: str
    cells: str
    published: tuple[float, float, float]
    typical: tuple[float, float]  # with its Monte-Carlo error
    suppression: tuple[float, float]  # no other mechanism acts
    drawn: tuple[float, float, float]  # median and 90 % over draws from the priors
    share: float  # infected without cells


def published_ratio(treated: tuple[int, int], control: tuple[int, int]) -> tuple[float, float, float]:
    """Relative risk of events of people, with its 95 % interval by the delta method (Katz et al. 1978).

    Examples
    --------
    >>> [round(x, 2) for x in published_ratio((9, 56), (18, 54))]
    [0.48, 0.24, 0.98]
    """
    (a, n), (b, m) = treated, control
    log, sd = np.log(a / n / (b / m)), np.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    middle, low, high = (float(np.exp(log + z * sd)) for z in (0.0, -1.96, 1.96))
    return middle, low, high


def relative_risk(treated: Floats, control: Floats) -> tuple[float, float]:
    """Ratio of means of paired probabilities, (n,) each, and its Monte-Carlo error by the delta method."""
    ratio = treated.mean() / control.mean()
    residual = (treated - ratio * control) / control.mean()
    return float(ratio), float(residual.std(ddof=1) / np.sqrt(len(residual)))


def infected(system: System, patients: Admitted, arms: Sequence[Arm], off: Sequence[str]) -> Floats:
    """Probability of a first severe infection before death within 24 weeks, (arms, patients)."""
    times = TIMES[TIMES <= HALF_A_YEAR]
    values = run(system, patients, arms, off=off, times=times).values
    infection = np.gradient(values["infection_hazard"], times, axis=-1)
    out: Floats = incidences(times, np.stack([infection, values["death_intensity"]]))[0, ..., -1]
    return out


def lin() -> tuple[Arm, tuple[float, float, float]]:
    """The arm with cells of Lin2017 and the relative risk of its severe infections."""
    publication = load("lin2017")
    made = simulated_arm(publication, publication.arm("msc"))
    assert not isinstance(made, str)
    counts = {
        o.arm: (round((o.value or 0.0) * (o.n or 0) / 100), o.n or 0)
        for o in publication.observations
        if o.variable == "severe_infection"
    }
    return made.given, published_ratio(counts["msc"], counts["smt"])


def compare(system: System, known: Draws, prior: Draws, n: int, seed: int) -> list[Row]:
    """Relative risk of infection in the people of each publication."""
    given, ratio = lin()
    usual = Arm("1e6 x4", USUAL)
    cases = [
        (REVIEW, key, usual, "1e6 x4", THOMPSON)
        for key in ("primary_biliary_cholangitis", "compensated_cirrhosis", "stable_decompensated_cirrhosis")
    ]
    cases += [(REVIEW, "decompensated_cirrhosis", usual, "1e6 x4", THOMPSON)]
    cases += [(REVIEW, "hbv_aclf", usual, "1e6 x4", THOMPSON), (LIN, "hbv_aclf", given, "as given", ratio)]
    return [_row(system, known, prior, case, n, seed) for case in cases]


def _row(
    system: System,
    known: Draws,
    prior: Draws,
    case: tuple[str, str, Arm, str, tuple[float, float, float]],
    n: int,
    seed: int,
) -> Row:
    source, key, arm, cells, published = case
    population, arms = load_population(key), [Arm("care"), arm]
    typical = admit(system, population, n, seed=seed, draws=1, known=known)
    drawn = admit(system, population, 4 * prior.n, seed=seed, draws=prior.n, known=prior)
    at, alone = (infected(system, typical, arms, off) for off in (UNEXPLAINED, (*UNEXPLAINED, *OTHERS)))
    over = infected(system, drawn, arms, UNEXPLAINED)
    rows = [drawn.cohort.draw == d for d in np.unique(drawn.cohort.draw)]
    ratios = np.array([over[1, own].mean() / over[0, own].mean() for own in rows])
    low = np.quantile(ratios, LEVELS)
    return Row(
        source,
        key,
        cells,
        published,
        relative_risk(at[1], at[0]),
        relative_risk(alone[1], alone[0]),
        (float(low[0]), float(low[1]), float(low[2])),
        float(at[0].mean()),
    )
