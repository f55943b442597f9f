"""Deaths of groups that are no single population: strata of a waiting list, stages, mixtures and survivors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.calibrate.natural_history import intensity
from hepatica.calibrate.natural_history.targets import Met
from hepatica.evidence import load
from hepatica.patients import Population, load_population
from hepatica.patients.population import Component, Covariate

Floats = NDArray[np.float64]
STRATA = ((6.0, 9.5), (9.5, 19.5), (19.5, 29.5), (29.5, 39.5), (39.5, 60.0))  # MELD points
STRATUM_SD = 0.035  # by which the deaths of a stratum may differ
WAITING_DAY = 90.0
WAITING_LIST = {
    "compensated_cirrhosis": 0.10,
    "stable_decompensated_cirrhosis": 0.45,
    "decompensated_cirrhosis": 0.22,
    "aclf_grade_1": 0.10,
    "aclf_grade_2": 0.08,
    "aclf_grade_3": 0.05,
}
"""Shares of populations on a waiting list, assumed: most wait at home, a quarter in hospital without ACLF."""
STAGES = {
    "s1": ("compensated_cirrhosis", 0.10, 0.28),
    "s2": ("compensated_cirrhosis", 0.28, 0.42),
    "s3": ("stable_decompensated_cirrhosis", 0.38, 0.50),
    "s4": ("stable_decompensated_cirrhosis", 0.46, 0.60),
    "s5": ("stable_decompensated_cirrhosis", 0.74, 0.95),
}
"""Degrees of cirrhosis that stand for the stages of DAmico2014: assumed."""
FIVE_YEARS = 1826.0  # day
CIRRHOTIC = 0.30  # degree of cirrhosis from which somebody with HBV-ACLF counts as cirrhotic
SURVIVOR_DAY = 90.0  # from which survivors of Zhu2018 are followed
MIXTURES = (("canonic", "aclf"), ("nuthalapati", "all"))
"""Arms of several populations, whose deaths are held to the mixture's."""


def waiting_list(
    courses: Mapping[str, tuple[xr.Dataset, intensity.Outcomes]],
) -> tuple[Floats, Floats, Floats]:
    """MELD at the start, probability of death by day 90, and weight of each simulated person on the waiting list."""
    score, dead, weight = [], [], []
    for key, share in WAITING_LIST.items():
        if key not in courses:
            continue
        ds, outcomes = courses[key]
        k = int(np.argmin(np.abs(ds["time"].values - WAITING_DAY)))
        own = ds["meld"].values[0, :, 0]
        score.append(own)
        dead.append(1 - outcomes.each[:, k])
        weight.append(np.full(len(own), share / len(own)))
    return np.concatenate(score), np.concatenate(dead), np.concatenate(weight)


def waiting_list_deaths(courses: Mapping[str, tuple[xr.Dataset, intensity.Outcomes]]) -> list[Met]:
    """Deaths in three months by stratum of MELD, published and simulated; NaN where a stratum has hardly anybody."""
    score, dead, weight = waiting_list(courses)
    publication, rows = load("meld_waiting_list"), []
    for i, (low, high) in enumerate(STRATA):
        inside = (score >= low) & (score < high)
        published = float(publication.find(arm=f"meld_{i}")[0].value) / 100
        enough = inside.sum() >= 3
        simulated = float(np.average(dead[inside], weights=weight[inside])) if enough else float("nan")
        rows.append(Met(f"MELD {low:g}-{high:g}", WAITING_DAY, published, simulated, published_spread=STRATUM_SD))
    return rows


def stage(arm: str) -> Population:
    """Population of a stage of cirrhosis: its degrees, whatever the labs, and nobody ill."""
    key, low, high = STAGES[arm]
    base = load_population(key)
    degree = Covariate(unit="", parts=(Component(kind="uniform", low=low, high=high),), reason="A stage; assumed.")
    return base.model_copy(update={"covariate": base.covariate | {"cirrhosis": degree}, "inclusion": {}, "causes": ()})


def stage_deaths(arm: str, times: Floats, outcomes: intensity.Outcomes) -> Met:
    """Deaths of a stage in five years, published and simulated."""
    published = float(load("damico2014").find(arm=arm)[0].value) / 100
    simulated = 1 - float(np.nanmean(outcomes.each[:, int(np.argmin(np.abs(times - FIVE_YEARS)))]))
    return Met("death", FIVE_YEARS, published, simulated, published_spread=STRATUM_SD, source=f"damico2014 {arm}")


def survivors(degree: Floats, times: Floats, outcomes: intensity.Outcomes) -> list[Met]:
    """Survival of those alive on day 90 of HBV-ACLF, with and without cirrhosis, published and simulated."""
    rows, start = [], outcomes.each[:, int(np.argmin(np.abs(times - SURVIVOR_DAY)))]
    for arm, chosen in (("chb", degree < CIRRHOTIC), ("cir", degree >= CIRRHOTIC)):
        for o in load("zhu2018").find(arm=arm):
            later = outcomes.each[:, int(np.argmin(np.abs(times - float(o.time))))]
            alive = float(np.nansum(later[chosen]) / np.nansum(start[chosen]))
            source = f"zhu2018 {arm}"
            rows.append(Met("survival", float(o.time), float(o.value) / 100, alive, np.nan, STRATUM_SD, source))
    return rows


def mixture_deaths(publication: str, arm: str, courses: Mapping[str, tuple[Floats, intensity.Outcomes]]) -> list[Met]:
    """Deaths of an arm that holds people of several populations, published and simulated; none where one is missing."""
    shares, rows = load(publication).arm(arm).mixture, []
    if not set(shares) <= set(courses):
        return []
    for o in load(publication).find(arm=arm):
        if o.variable == "death" and o.time > 0 and o.usable:
            dead = 0.0
            for key, share in shares.items():
                times, outcomes = courses[key]
                dead += share * float(outcomes.dead[int(np.argmin(np.abs(times - float(o.time))))])
            simulated = dead / sum(shares.values())
            source = f"{publication} {arm}"
            rows.append(Met("death", float(o.time), float(o.value) / 100, simulated, np.nan, STRATUM_SD, source))
    return rows


def concordance(score: Floats, dead: Floats, weight: Floats) -> float:
    """Concordance index of a score for death, over pairs of people each of whom dies with a probability.

    Examples
    --------
    >>> concordance(np.array([1.0, 2.0]), np.array([0.0, 1.0]), np.ones(2))
    1.0
    """
    i, j = np.triu_indices(len(score), 1)
    first, second = dead[i] * (1 - dead[j]), dead[j] * (1 - dead[i])
    right = np.where(score[i] > score[j], first, np.where(score[i] < score[j], second, (first + second) / 2))
    pairs = weight[i] * weight[j]
    return float((pairs * right).sum() / (pairs * (first + second)).sum())
