"""Likelihood terms of published arms: numbers compared, their scales and weights.

Two things temper them, both printed with every calibration: `INFLATION` of variance by risk of bias, and weights, so
that repeated visits of the same people and publications with many numbers do not outvote the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.endpoints import DIRECTION, SHARES, Endpoint
from hepatica.calibrate.likelihood import (
    LEVELS,
    WITHIN_PERSON_CORRELATION,
    Law,
    LikelihoodTerm,
    Scale,
    SummaryStatistic,
)
from hepatica.evidence import Publication
from hepatica.evidence.observations import Observation
from hepatica.patients import load_population, populations
from hepatica.variables import Direction

Lines = dict[tuple[str, str, Endpoint], int]
INFLATION = {"low": 1.0, "some": 1.5, "high": 3.0, "unclear": 2.0}
"""Factor on the variance of what a publication says, by its risk of bias: assumed."""
MAX_PUBLICATION_WEIGHT = {"low": 6.0, "some": 4.0, "unclear": 2.0, "high": 1.0}
"""Weight of all of a publication's means and spreads together, by its risk of bias: assumed."""
BETWEEN_COHORT_LOG_SD = 0.1
"""SD of what differs from cohort to cohort in the logarithm of the SD between people: assumed."""
SDS_BETWEEN_QUARTILES = 1.349  # SDs of a normal distribution between its quartiles
MEDIAN_STANDARD_ERROR_RATIO = 1.2533  # standard error of a median over that of a mean
DEATHS = ("transplant_free_survival", "death", "survival")


def likelihood_terms(
    plan: Plan, publications: Sequence[Publication], *, inflation: dict[str, float] = INFLATION
) -> tuple[LikelihoodTerm, ...]:
    """Likelihood terms of the arms of a plan; arms that are parts of others, and what lacks something, are left out."""
    at = {(x.publication, x.arm, x.endpoint): k for k, x in enumerate(plan.lines)}
    fitted = {(t.publication, t.arm) for key in populations() for t in load_population(key).fit.targets}
    terms: list[LikelihoodTerm] = []
    for p in publications:
        own: list[LikelihoodTerm] = []
        deaths: list[LikelihoodTerm] = []
        widened = inflation_of(p, publications, inflation)
        seen: set[tuple[str, float]] = (
            set()
        )  # parts of one arm are the same people: what one says, another does not say again
        for arm in p.arms:
            part = bool(arm.subset_of) and (p.key, arm.subset_of) not in fitted
            if part or p.role != "calibration":
                continue
            rows = [
                o
                for o in p.find(arm=arm.id)
                if not p.lacks(o)
                and (p.key, arm.id, _endpoint(o)) in at
                and not (arm.subset_of and o.variable in SHARES)
            ]
            series = next((s for v in DEATHS if (s := [o for o in rows if o.variable == v])), [])
            deaths += _counts(p, arm.id, series, at, widened)
            for o in rows:
                if o.variable in SHARES and o.variable not in DEATHS:
                    deaths += _counts(p, arm.id, [o], at, widened)
                elif o.variable not in SHARES and not (arm.subset_of and (o.variable, o.time) in seen):
                    own += _mean(p, o, rows, at, widened, bool({(p.key, arm.id), (p.key, arm.subset_of)} & fitted))
            seen |= {(o.variable, o.time) for o in rows}
        total = sum(d.weight for d in own)
        terms += deaths + [
            replace(d, weight=d.weight * min(1.0, MAX_PUBLICATION_WEIGHT[p.risk_of_bias] / total)) for d in own
        ]
    return tuple(terms)


def inflation_of(p: Publication, publications: Sequence[Publication], inflation: dict[str, float]) -> float:
    """Factor on the variance of what a publication says: its risk of bias, and people that others count too."""
    present = {x.key for x in publications if x.role == "calibration" and any(not x.lacks(o) for o in x.observations)}
    return inflation[p.risk_of_bias] * (1 + len(present & set(p.shares_people_with)))


def _endpoint(o: Observation) -> Endpoint:
    return Endpoint(o.variable, o.time, o.kind == "change")


def _people(p: Publication, o: Observation) -> float:
    """Number of people behind a proportion: as printed, or as its confidence interval has them."""
    n = p.people(o)
    if n is not None:
        return float(n)
    assert o.low is not None and o.high is not None  # else it lacks something
    share, half = min(max(o.value / 100, 0.01), 0.99), max((o.high - o.low) / 200 / 1.96, 1e-3)
    return share * (1 - share) / half**2


def _counts(p: Publication, arm: str, series: list[Observation], at: Lines, inflation: float) -> list[LikelihoodTerm]:
    """Term of the counts of people with the event between visits."""
    series = sorted(
        (o for o in series if o.time > 0 and o.kind in ("proportion", "kaplan_meier")), key=lambda o: o.time
    )
    if not series:
        return []
    name = series[0].variable
    n = _people(p, series[0]) / inflation
    gone = np.array([o.value / 100 for o in series])
    if DIRECTION[name] is Direction.EVENT_FREE:
        gone = 1.0 - gone
    each = n * np.diff(np.concatenate([[0.0], np.maximum.accumulate(gone), [1.0]]))
    statistics = tuple(SummaryStatistic(Scale.SHARE, at[p.key, arm, _endpoint(o)]) for o in series)
    days = ", ".join(f"{o.time:g}" for o in series)
    return [
        LikelihoodTerm(
            publication=p.key,
            arm=arm,
            variable=name,
            label=f"{name} day {days}",
            statistics=statistics,
            value=tuple(each),
            error=0.0,
            law=Law.COUNTS,
        )
    ]


def _mean(
    p: Publication, o: Observation, rows: list[Observation], at: Lines, inflation: float, target: bool
) -> list[LikelihoodTerm]:
    """Terms of a mean or median: at day 0 if a population is fitted to it, later as a change from day 0 if printed."""
    sd, level = between_people_sd(o), o.variable in LEVELS
    if sd is None or o.n is None or o.n < 3 or (o.value <= 0 and not level and o.kind != "change"):
        return []
    if any((x.variable, x.time, x.kind) == (o.variable, o.time, "change") for x in rows) and o.kind != "change":
        return []  # the mean change says it better
    times = len({x.time for x in rows if x.variable == o.variable and x.time > 0}) or 1
    k, label = at[p.key, o.arm, _endpoint(o)], f"{o.variable} day {o.time:g}"
    widen = MEDIAN_STANDARD_ERROR_RATIO if o.kind == "median" else 1.0

    normal = _normal_terms(p, o, label, 1.0 / times, sd)
    error = sd / np.sqrt(o.n) * widen * np.sqrt(inflation)
    if o.kind == "change":
        return [normal(", change", SummaryStatistic(Scale.LEVEL, k), o.value, error)]
    first = next(
        (x for x in rows if x.variable == o.variable and x.time == 0 and x.kind == o.kind and x.value > 0), None
    )
    if o.time > 0 and first is not None and o.kind != "median":
        b = at[p.key, o.arm, _endpoint(first)]
        start = (between_people_sd(first) or sd) / np.sqrt(first.n or o.n) * np.sqrt(inflation)
        if level:
            return [normal(", rise", SummaryStatistic(Scale.RISE, k, b), o.value - first.value, _paired(error, start))]
        both = _paired(error / o.value, start / first.value)
        return [normal(", ratio", SummaryStatistic(Scale.RATIO, k, b), np.log(o.value / first.value), both, o.value)]
    if o.time == 0 and not target:
        return []
    if level:
        terms = [normal("", SummaryStatistic(Scale.LEVEL, k), o.value, error)]
    else:
        terms = [normal("", SummaryStatistic(Scale.LOG, k), np.log(o.value), error / o.value, o.value)]
    if o.time == 0:
        width = float(np.hypot(np.sqrt(inflation / (2 * (o.n - 1))), BETWEEN_COHORT_LOG_SD))
        statistics, value = (SummaryStatistic(Scale.LOG_SD, k),), (float(np.log(sd)),)
        terms.append(
            replace(terms[0], label=f"{label}, SD", statistics=statistics, value=value, error=width, between=0.0)
        )
    return terms


def _normal_terms(
    p: Publication, o: Observation, label: str, weight: float, sd: float
) -> Callable[..., LikelihoodTerm]:
    """Maker of normal terms of one observation: comparison, statistic, value, error, size of a unit of the scale."""

    def normal(how: str, statistic: SummaryStatistic, value: float, error: float, size: float = 1.0) -> LikelihoodTerm:
        return LikelihoodTerm(
            publication=p.key,
            arm=o.arm,
            variable=o.variable,
            label=f"{label}{how}",
            statistics=(statistic,),
            value=(float(value),),
            error=float(error),
            law=Law.NORMAL,
            weight=weight,
            between=sd / size,
        )

    return normal


def _paired(now: float, then: float) -> float:
    """Standard error of a difference of two means of the same people."""
    return float(np.sqrt(now**2 + then**2 - 2 * WITHIN_PERSON_CORRELATION * now * then))


def between_people_sd(o: Observation) -> float | None:
    """SD between people behind a mean or a median, as printed; None where it is not."""
    if o.sd is not None:
        return o.sd
    return (o.q3 - o.q1) / SDS_BETWEEN_QUARTILES if o.q1 is not None and o.q3 is not None and o.q3 > o.q1 else None
