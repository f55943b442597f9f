"""Groups whose deaths were published: populations, mixtures, stages, survivors, strata of a waiting list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.endpoints import DEATHS
from hepatica.calibrate.likelihood import LikelihoodTerm, Scale
from hepatica.calibrate.natural_history import intensity
from hepatica.calibrate.natural_history.courses import Course
from hepatica.evidence import load
from hepatica.outcomes.tail import FIVE_YEARS
from hepatica.patients import Population, load_population
from hepatica.patients.population import Component, Covariate

Floats = NDArray[np.float64]
COHORT_SD = 0.04  # by which deaths of cohorts of one population differ beyond sampling
USUAL_PEOPLE = 200  # of a cohort that does not print how many
FEWEST = 10  # simulated people of a group, under which nothing is said of it
STRATA = ((6.0, 9.5), (9.5, 19.5), (19.5, 29.5), (29.5, 39.5), (39.5, 60.0))  # MELD points
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
    "s1": ("compensated_cirrhosis", 0.10, 0.28, "compensated_cirrhosis"),
    "s2": ("compensated_cirrhosis", 0.28, 0.42, "compensated_cirrhosis"),
    "s3": ("stable_decompensated_cirrhosis", 0.38, 0.50, "compensated_cirrhosis"),
    "s4": ("stable_decompensated_cirrhosis", 0.46, 0.60, "stable_decompensated_cirrhosis"),
    "s5": ("stable_decompensated_cirrhosis", 0.74, 0.95, ""),
}
"""Stages of DAmico2014: population, degrees of cirrhosis (assumed), and whose limits of labs hold.

Stages 1 to 3 are by definition without ascites, encephalopathy and jaundice (3 bled, and nothing else), so function is
kept as in compensated cirrhosis; 4 is the first other decompensation, seen at home; 5, any second, has no limit."""
COHORTS = (
    ("compensated_cirrhosis", "zipprich2012", "compensated"),
    ("stable_decompensated_cirrhosis", "zipprich2012", "decompensated"),
    ("stable_decompensated_cirrhosis", "answer2018", "smt"),
    ("primary_biliary_cholangitis", "pbc1994", "all"),
)
"""Cohorts of one population that print too little, or too late, for the likelihood of the course."""
CIRRHOTIC = 0.30  # degree of cirrhosis from which somebody with HBV-ACLF counts as cirrhotic
SURVIVOR_DAY = 90.0  # from which survivors of Zhu2018 are followed


@dataclass(frozen=True)
class Proportion:
    """Published proportion of a group with an endpoint by a day.

    Attributes
    ----------
    source : str
        Publication and arm.
    variable : str
    day : float
    published : float
    error : float
        SD: sampling, and what cohorts differ by; visits of the same people count as one.
    shares : mapping of str to float
        Of the populations, or the stage, that the group is of.
    chosen : callable, optional
        Who of a population is in the group, (patients,) bool; everybody unless given.
    since : float
        Day on which people who are alive without transplant enter.
    """

    source: str
    variable: str
    day: float
    published: float
    error: float
    shares: Mapping[str, float]
    chosen: Callable[[Course], NDArray[np.bool_]] | None = None
    since: float = 0.0

    def simulated(
        self, courses: Mapping[str, Course], outcomes: Mapping[str, intensity.Outcomes]
    ) -> tuple[float, float]:
        """Simulated proportion and its Monte-Carlo error; NaN where a group has hardly anybody.

        A ratio of means: its error is that of the linearisation, the patients of each draw summed in all populations.
        """
        event, here, draw = [], [], []
        for key, share in self.shares.items():
            course, o = courses[key], outcomes[key]
            x, start = o.each(self.variable, self.day), o.each("transplant_free_survival", self.since)
            inside = np.isfinite(x) if self.chosen is None else np.isfinite(x) & self.chosen(course)
            weight = share / len(x) * inside
            event.append(np.where(inside, weight * x, 0.0))
            here.append(np.where(inside, weight * start, 0.0))
            draw.append(course.draws)
        top, bottom, rows = map(np.concatenate, (event, here, draw))
        if (bottom > 0).sum() < min(FEWEST, len(rows)):
            return float("nan"), float("nan")
        value = top.sum() / bottom.sum()
        each = np.bincount(rows, (top - value * bottom) / bottom.sum())
        return float(value), float(np.sqrt((each**2).sum()))


def cohort_error(value: float, people: float | None, visits: int) -> float:
    """SD of a published proportion: sampling and what cohorts differ by, as if each visit had its share of the people.

    Examples
    --------
    >>> round(cohort_error(0.2, 200, 1), 3), round(cohort_error(0.2, 200, 4), 3)
    (0.049, 0.098)
    """
    sampling = max(value * (1 - value), 0.01) / (people or USUAL_PEOPLE)
    return float(np.sqrt(visits * (COHORT_SD**2 + sampling)))


def stage(arm: str) -> Population:
    """Population of a stage of cirrhosis: its degrees, the labs that its definition admits, and nobody ill."""
    key, low, high, limits = STAGES[arm]
    base = load_population(key)
    degree = Covariate(unit="", parts=(Component(kind="uniform", low=low, high=high),), reason="A stage; assumed.")
    inclusion = load_population(limits).inclusion if limits else {}
    covariates = base.covariate | {"cirrhosis": degree}
    return base.model_copy(update={"covariate": covariates, "inclusion": inclusion, "causes": ()})


def _arm(
    publication: str,
    arm: str,
    shares: Mapping[str, float],
    chosen: Callable[[Course], NDArray[np.bool_]] | None = None,
    since: float = 0.0,
) -> list[Proportion]:
    """Deaths or survival of an arm of a publication."""
    p = load(publication)
    rows = [o for o in p.find(arm=arm) if o.variable in DEATHS and o.time > 0]
    return [
        Proportion(
            source=f"{publication} {arm}",
            variable=o.variable,
            day=float(o.time),
            published=float(o.value) / 100,
            error=cohort_error(float(o.value) / 100, p.people(o), len(rows)),
            shares=shares,
            chosen=chosen,
            since=since,
        )
        for o in rows
    ]


def _with_cirrhosis(course: Course) -> NDArray[np.bool_]:
    return np.asarray(course.cohort.covariate("cirrhosis") >= CIRRHOTIC)


def _without_cirrhosis(course: Course) -> NDArray[np.bool_]:
    return ~_with_cirrhosis(course)


def group_deaths() -> list[Proportion]:
    """Deaths of the groups that the likelihood of the course does not hold: each datum here, and nowhere else."""
    rows = [row for key, publication, arm in COHORTS for row in _arm(publication, arm, {key: 1.0})]
    for arm in STAGES:
        rows += _arm("damico2014", arm, {arm: 1.0})
    for i, (low, high) in enumerate(STRATA):
        rows += _arm("meld_waiting_list", f"meld_{i}", WAITING_LIST, partial(_between, low=low, high=high))
    for arm, chosen in (("chb", _without_cirrhosis), ("cir", _with_cirrhosis)):
        rows += _arm("zhu2018", arm, {"hbv_aclf": 1.0}, chosen, SURVIVOR_DAY)
    return rows


def _between(course: Course, low: float, high: float) -> NDArray[np.bool_]:
    score = course.at("meld", 0.0)
    return np.asarray((score >= low) & (score < high))


def held_deaths(plan: Plan, terms: Sequence[LikelihoodTerm]) -> list[Proportion]:
    """Deaths on standard care alone that the likelihood of the course holds; `published` is what it was given."""
    arms = {(a.publication, a.arm): a for a in plan.arms}
    rows = []
    for t in terms:
        if t.variable not in DEATHS or any(s.kind is not Scale.SHARE for s in t.statistics):
            continue
        arm, people = arms[t.publication, t.arm], sum(t.value)
        if arm.given.together_with or arm.given.regimen.gives_cells:
            continue
        gone = np.cumsum(t.value)[:-1] / people
        for s, event in zip(t.statistics, gone, strict=True):
            value = float(event if t.variable == "death" else 1 - event)
            rows.append(
                Proportion(
                    source=f"{t.publication} {t.arm}",
                    variable=t.variable,
                    day=plan.lines[s.line].endpoint.time,
                    published=value,
                    error=cohort_error(value, people, len(gone)),
                    shares=dict(arm.populations),
                )
            )
    return rows


def populations_of(rows: Collection[Proportion]) -> dict[str, float]:
    """Populations and stages that some proportions are of, and the last day of each."""
    last: dict[str, float] = {}
    for row in rows:
        for key in row.shares:
            last[key] = max(last.get(key, 0.0), row.day, row.since)
    return {key: min(day, FIVE_YEARS) for key, day in last.items()}


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
