"""Likelihood terms of published arms: numbers compared, their scales and sampling errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.endpoints import DEATHS, DIRECTION, INFORMING, LEARNT_SHARES, SHARES, Endpoint, Lines
from hepatica.calibrate.error_model.sampling import Sample
from hepatica.calibrate.error_model.spread import LEVELS, between_people_sd
from hepatica.calibrate.findings.terms import finding_terms
from hepatica.calibrate.likelihood import Law, LikelihoodTerm, Scale, SummaryStatistic
from hepatica.evidence import Publication
from hepatica.evidence.observations import Observation
from hepatica.patients import load_population, populations
from hepatica.variables import Direction

Floats = NDArray[np.float64]
BETWEEN_COHORT_LOG_SD = 0.1
"""SD of what differs from cohort to cohort in the logarithm of the SD between people: assumed."""
MEDIAN_STANDARD_ERROR_RATIO = 1.2533  # standard error of a median over that of a mean


def likelihood_terms(plan: Plan, publications: Sequence[Publication]) -> tuple[LikelihoodTerm, ...]:
    """Likelihood terms of the arms of a plan; arms that are parts of others, and what lacks something, are left out."""
    at = plan.positions
    fitted = {(t.publication, t.arm) for key in populations() for t in load_population(key).fit.targets}
    terms: list[LikelihoodTerm] = []
    for p in publications:
        counted = times_counted(p, publications)
        seen: set[tuple[str, float]] = set()  # parts of one arm are the same people: what one says is not said again
        for arm in p.arms:
            part = bool(arm.subset_of) and (p.key, arm.subset_of) not in fitted
            if part or p.role != "calibration":
                continue
            rows = [
                o
                for o in p.find(arm=arm.id)
                if not p.lacks(o)
                and is_learnt(o)
                and (p.key, arm.id, Endpoint.of(o)) in at
                and not (arm.subset_of and o.variable in SHARES)
            ]
            terms += _arm_counts(p, arm.id, rows, at, counted)
            target = bool({(p.key, arm.id), (p.key, arm.subset_of)} & fitted)
            for o in rows:
                if o.variable not in SHARES and not (arm.subset_of and (o.variable, o.time) in seen):
                    terms += _mean(p, o, rows, at, counted, target)
            terms += [t for t in finding_terms(p, arm.id, at, counted) if not arm.subset_of]
            seen |= {(o.variable, o.time) for o in rows}
    cohorts = {p.key: "+".join(sorted({p.key, *_sharing(p, publications)})) for p in publications}
    return tuple(replace(t, cohort=cohorts[t.publication]) for t in terms)


def is_learnt(o: Observation) -> bool:
    """True of a number of an exact day whose variable is learnt from."""
    return o.until is None and (o.variable in LEARNT_SHARES or o.variable not in SHARES)


def _sharing(p: Publication, publications: Sequence[Publication]) -> set[str]:
    """Other publications in use that count some of the same people, whichever of the two says so."""
    usable = (x for x in publications if x.role == "calibration" and any(not x.lacks(o) for o in x.observations))
    return {x.key for x in usable if x.key in p.shares_people_with or p.key in x.shares_people_with}


def times_counted(p: Publication, publications: Sequence[Publication]) -> float:
    """Number of publications that count the people of one, itself included: each has that share of them."""
    return 1.0 + len(_sharing(p, publications))


def _arm_counts(p: Publication, arm: str, rows: list[Observation], at: Lines, counted: float) -> list[LikelihoodTerm]:
    """Terms of the proportions of an arm: deaths between visits, transplants among those left, what else happened."""
    counts = sorted(
        (o for o in rows if o.variable in SHARES and o.time > 0 and o.kind in ("proportion", "kaplan_meier")),
        key=lambda o: o.time,
    )
    deaths = next((s for v in DEATHS if (s := [o for o in counts if o.variable == v])), [])
    terms = _counts(p, arm, deaths, at, counted)
    for name in dict.fromkeys(o.variable for o in counts if o.variable not in DEATHS):
        series = [o for o in counts if o.variable == name]
        among = _transplanted(p, series, deaths, at, counted) if name == "transplanted" else None
        terms += _counts(p, arm, series, at, counted) if among is None else among
    return terms


def _transplanted(
    p: Publication, series: list[Observation], deaths: list[Observation], at: Lines, counted: float
) -> list[LikelihoodTerm] | None:
    """Term of transplants among those whom deaths leave: with these, one trinomial of the same people.

    Where survival without transplant is printed, its complement holds the transplants of the last day that both have.
    Else they are among those alive on the last day of deaths. None where nobody counts deaths.
    """
    if not deaths:
        return None
    last, kind, label = deaths[-1], Scale.REST, "not dead"
    if last.variable == "transplant_free_survival":
        both = {d.time: d for d in deaths}
        series = [o for o in series if o.time in both][-1:]
        if not series:
            return None
        last, label = both[series[0].time], "not alive without"
    elif last.variable == "survival":
        kind, label = Scale.PART, "alive"
    n = _people(p, last) / counted
    among = n * (last.value / 100 if kind is Scale.PART else 1 - last.value / 100)
    gone = np.minimum(np.maximum.accumulate([n * o.value / 100 for o in series]), among)
    base = at[p.key, last.arm, Endpoint.of(last)]
    statistics = tuple(SummaryStatistic(kind, at[p.key, o.arm, Endpoint.of(o)], base) for o in series)
    return [_counts_term(p, series, f" of those {label},", statistics, np.diff([0.0, *gone, among]))]


def _people(p: Publication, o: Observation) -> float:
    """Number of people behind a proportion: as printed, or as its confidence interval has them."""
    n = p.people(o)
    if n is not None:
        return float(n)
    assert o.low is not None and o.high is not None  # else it lacks something
    share, half = min(max(o.value / 100, 0.01), 0.99), max((o.high - o.low) / 200 / 1.96, 1e-3)
    return share * (1 - share) / half**2


def _counts(p: Publication, arm: str, series: list[Observation], at: Lines, counted: float) -> list[LikelihoodTerm]:
    """Term of the counts of people with the event between visits."""
    if not series:
        return []
    n = _people(p, series[0]) / counted
    gone = np.array([o.value / 100 for o in series])
    if DIRECTION[series[0].variable] is Direction.EVENT_FREE:
        gone = 1.0 - gone
    each = n * np.diff(np.concatenate([[0.0], np.maximum.accumulate(gone), [1.0]]))
    statistics = tuple(SummaryStatistic(Scale.SHARE, at[p.key, arm, Endpoint.of(o)]) for o in series)
    return [_counts_term(p, series, "", statistics, each)]


def _counts_term(
    p: Publication, series: list[Observation], among: str, statistics: tuple[SummaryStatistic, ...], each: Floats
) -> LikelihoodTerm:
    """Term of counts between the visits of a series and after the last."""
    days = ", ".join(f"{o.time:g}" for o in series)
    return LikelihoodTerm(
        publication=p.key,
        arm=series[0].arm,
        variable=series[0].variable,
        label=f"{series[0].variable}{among} day {days}",
        statistics=statistics,
        value=tuple(map(float, each)),
        error=0.0,
        law=Law.COUNTS,
    )


def _mean(
    p: Publication, o: Observation, rows: list[Observation], at: Lines, counted: float, target: bool
) -> list[LikelihoodTerm]:
    """Terms of a mean or median: at day 0 if a population is fitted to it, later as a change from day 0 if printed."""
    sd, level = between_people_sd(o), o.variable in LEVELS
    if sd is None or o.n is None or o.n < 3 or (o.value <= 0 and not level and o.kind != "change"):
        return []
    if any((x.variable, x.time, x.kind) == (o.variable, o.time, "change") for x in rows) and o.kind != "change":
        return []  # the mean change says it better
    k = at[p.key, o.arm, Endpoint.of(o)]
    widen = MEDIAN_STANDARD_ERROR_RATIO if o.kind == "median" else 1.0
    normal = _normal_terms(p, o, sd)
    error = sd / np.sqrt(o.n / counted) * widen
    if o.kind == "change":
        return [normal(", change", SummaryStatistic(Scale.LEVEL, k), o.value, error)]
    first = next(
        (x for x in rows if x.variable == o.variable and x.time == 0 and x.kind == o.kind and x.value > 0), None
    )
    if o.time > 0 and first is not None and o.kind != "median":
        b = at[p.key, o.arm, Endpoint.of(first)]
        start = (between_people_sd(first) or sd) / np.sqrt((first.n or o.n) / counted)
        if level:
            return [normal(", rise", SummaryStatistic(Scale.RISE, k, b), o.value - first.value, error, start=start)]
        ratio, then = float(np.log(o.value / first.value)), start / first.value
        return [normal(", ratio", SummaryStatistic(Scale.RATIO, k, b), ratio, error / o.value, o.value, then)]
    if o.time == 0 and not target and o.variable not in INFORMING:
        return []
    if level:
        terms = [normal("", SummaryStatistic(Scale.LEVEL, k), o.value, error)]
    else:
        terms = [normal("", SummaryStatistic(Scale.LOG, k), np.log(o.value), error / o.value, o.value)]
    if o.time == 0:
        width = float(np.hypot(np.sqrt(counted / (2 * (o.n - 1))), BETWEEN_COHORT_LOG_SD))
        statistics, value = (SummaryStatistic(Scale.LOG_SD, k),), (float(np.log(sd)),)
        label = f"{terms[0].label}, SD"
        spread = replace(terms[0], label=label, statistics=statistics, value=value, error=width)
        terms.append(replace(spread, between=0.0, sample=None))
    return terms


def _normal_terms(p: Publication, o: Observation, sd: float) -> Callable[..., LikelihoodTerm]:
    """Maker of normal terms of one observation: comparison, statistic, value, error, size of a unit of the scale."""

    def normal(
        how: str, statistic: SummaryStatistic, value: float, error: float, size: float = 1.0, start: float = 0.0
    ) -> LikelihoodTerm:
        sample = Sample(arm=o.arm, variable=o.variable, time=o.time, now=float(error), start=float(start))
        return LikelihoodTerm(
            publication=p.key,
            arm=o.arm,
            variable=o.variable,
            label=f"{o.variable} day {o.time:g}{how}",
            statistics=(statistic,),
            value=(float(value),),
            error=float(np.sqrt(sample.covariance(sample))),
            law=Law.NORMAL,
            between=sd / size,
            sample=sample,
        )

    return normal
