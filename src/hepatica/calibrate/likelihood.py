"""Likelihood of published numbers given simulated ones, each kind of number by its sampling distribution.

Deaths between visits are multinomial counts, other shares binomial, means of survivors normal with their standard error,
and the spread between people informs the spread of the model. Two things temper them, both printed with every
calibration: `INFLATION` of variance by risk of bias, and weights, so that repeated visits of the same people and
publications with many numbers do not outvote the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, logsumexp

from hepatica.calibrate.bank import Bank, Plan
from hepatica.calibrate.endpoints import DIRECTION, SHARES, Endpoint
from hepatica.evidence import Publication
from hepatica.evidence.observations import Observation
from hepatica.patients import load_population, populations
from hepatica.patients.draws import deviation
from hepatica.variables import Direction, Use, VariableKind, used_in

Floats = NDArray[np.float64]
Lines = dict[tuple[str, str, Endpoint], int]
INFLATION = {"low": 1.0, "some": 1.5, "high": 3.0, "unclear": 2.0}
"""Factor on the variance of what a publication says, by its risk of bias: assumed."""
WITHIN = 0.5  # correlation of a person's value with the one at day 0: assumed
MOST = {"low": 6.0, "some": 4.0, "unclear": 2.0, "high": 1.0}
"""Weight of all of a publication's means and spreads together, by its risk of bias: assumed."""
BETWEEN_SPREADS = 0.1
"""SD of what differs from cohort to cohort in the logarithm of the SD between people: assumed."""
LEAST_SHARE = 2e-3  # where logarithms of odds are cut off
QUARTILES = 1.349  # SD of a normal distribution between its quartiles
MEDIAN = 1.2533  # standard error of a median over that of a mean
NODES, WEIGHTS = np.polynomial.hermite.hermgauss(9)
DEATHS = ("transplant_free_survival", "death", "survival")
LEVELS = tuple(v.name for v in used_in(Use.LIKELIHOOD) if v.kind is VariableKind.SCORE)
"""Scores, compared as they are; all else that is measured through logarithms."""


class Scale(StrEnum):
    """Scale on which a summary statistic or a contrast is compared."""

    SHARE = "share"
    LEVEL = "level"
    LOG = "log"
    RATIO = "ratio"
    RISE = "rise"
    SPREAD = "spread"


class Law(StrEnum):
    """Sampling distribution of published numbers."""

    COUNTS = "counts"
    NORMAL = "normal"


@dataclass(frozen=True)
class SummaryStatistic:
    """Summary statistic of simulated lines of a plan, on the scale on which it is compared with a published number.

    ``share`` is the logarithm of the odds, ``level`` and ``log`` a mean, ``ratio`` the logarithm of a mean over that at
    day 0, ``rise`` a difference from day 0, and ``spread`` the logarithm of the SD between people.
    """

    kind: Scale
    line: int
    baseline: int = -1

    def of(self, bank: Bank) -> tuple[Floats, Floats]:
        """Value and the variance of it by the few people of a draw, both (draws,)."""
        s = bank.summary
        mean, noise = s.mean[:, self.line], s.noise[:, self.line]
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.kind is Scale.SHARE:
                p = np.clip(mean, LEAST_SHARE, 1 - LEAST_SHARE)
                return logit(p), noise / (p * (1 - p)) ** 2
            if self.kind is Scale.LEVEL:
                return mean, noise
            if self.kind is Scale.LOG:
                return np.log(mean), noise / mean**2
            if self.kind is Scale.SPREAD:
                return np.log(np.maximum(s.sd[:, self.line], 1e-9)), np.full(len(mean), np.nan)
            first, more = s.mean[:, self.baseline], s.noise[:, self.baseline]
            if self.kind is Scale.RISE:
                return mean - first, noise + more - 2 * WITHIN * np.sqrt(noise * more)
            a, b = noise / mean**2, more / first**2
            return np.log(mean / first), a + b - 2 * WITHIN * np.sqrt(a * b)


@dataclass(frozen=True)
class LikelihoodTerm:
    """Likelihood of published numbers that are compared together.

    Attributes
    ----------
    publication, arm, variable : str
    label : str
        For a reader: variable, days, and how it is compared.
    statistics : tuple of SummaryStatistic
    value : tuple of float
        Counts between visits and after the last (``counts``), or one value on the statistic's scale (``normal``).
    error : float
        Standard error of a normal one.
    between : float
        SD between people of a normal mean, on the statistic's scale: what cohorts differ by is in units of it.
    law : Law
    weight : float
        Power of its likelihood.
    """

    publication: str
    arm: str
    variable: str
    label: str
    statistics: tuple[SummaryStatistic, ...]
    value: tuple[float, ...]
    error: float
    law: Law
    weight: float = 1.0
    between: float = 0.0

    @property
    def typical(self) -> float:
        """SD of a normal term, between-cohort variability at its prior median included."""
        return float(np.hypot(self.error, self.between * deviation("mean")))

    def log_likelihood(
        self, simulated: Floats, unknown: Floats, share: Floats | None = None, mean: Floats | None = None
    ) -> Floats:
        """Log likelihood of simulated statistics (particles, statistics) with emulator variances (statistics,); (particles,).

        `share` and `mean`, (particles,) each, are the SDs by which cohorts differ: the medians of `BETWEEN` if not given.
        """
        share = deviation("share") if share is None else share
        mean = deviation("mean") if mean is None else mean
        if self.law is Law.NORMAL:
            variance = self.error**2 + unknown[0] + (self.between * mean) ** 2
            return np.asarray(
                -0.5 * self.weight * ((simulated[:, 0] - self.value[0]) ** 2 / variance + np.log(variance))
            )
        variance = np.broadcast_to(float(unknown.mean()) + share**2, len(simulated))
        return np.asarray(self.weight * self._counts(simulated, variance))

    def _counts(self, simulated: Floats, variance: Floats) -> Floats:
        """Multinomial of counts between visits; what moves all its odds alike is integrated out (adaptive Gauss-Hermite)."""
        # counted are people with the event; an event-free proportion has the opposite log odds
        x, counts = simulated * DIRECTION[self.variable].value, np.array(self.value)
        n = counts.sum()
        seen = (np.cumsum(counts)[:-1] + 0.5) / (n + 1)
        k = int(np.argmax(seen * (1 - seen)))
        sampling = 1 / (n * seen[k] * (1 - seen[k]))
        centre = (logit(seen[k]) - x[:, k]) * variance / (variance + sampling)
        width = np.sqrt(2 * variance * sampling / (variance + sampling))
        move = centre[:, None] + width[:, None] * NODES
        p = np.clip(expit(x[:, None, :] + move[:, :, None]), LEAST_SHARE, 1 - LEAST_SHARE)
        p = np.maximum.accumulate(p, axis=2)
        end = np.ones((*p.shape[:2], 1))
        each = np.diff(np.concatenate([0 * end, p, end], axis=2), axis=2)
        fit = (counts * np.log(np.maximum(each, 1e-4))).sum(axis=2) + NODES**2 + np.log(WEIGHTS)
        fit = fit - move**2 / (2 * variance[:, None])
        return np.asarray(logsumexp(fit, axis=1) + np.log(width) - 0.5 * np.log(2 * np.pi * variance))


def likelihood_terms(
    plan: Plan, publications: Sequence[Publication], *, inflation: dict[str, float] = INFLATION
) -> tuple[LikelihoodTerm, ...]:
    """Likelihood terms of the arms of a plan; arms that are parts of others, and what lacks something, are left out."""
    at = {(x.publication, x.arm, x.endpoint): k for k, x in enumerate(plan.lines)}
    fitted = {(t.publication, t.arm) for key in populations() for t in load_population(key).fit.targets}
    found: list[LikelihoodTerm] = []
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
        found += deaths + [replace(d, weight=d.weight * min(1.0, MOST[p.risk_of_bias] / total)) for d in own]
    return tuple(found)


def inflation_of(p: Publication, publications: Sequence[Publication], inflation: dict[str, float]) -> float:
    """Factor on the variance of what a publication says: its risk of bias, and people that others count too."""
    present = {x.key for x in publications if x.role == "calibration" and any(not x.lacks(o) for o in x.observations)}
    return inflation[p.risk_of_bias] * (1 + len(present & set(p.shares_people_with)))


def _endpoint(o: Observation) -> Endpoint:
    return Endpoint(o.variable, o.time, o.kind == "change")


def _people(p: Publication, o: Observation) -> float:
    """People behind a share: as printed, or as its confidence interval has them."""
    n = p.people(o)
    if n is not None:
        return float(n)
    assert o.low is not None and o.high is not None  # else it lacks something
    share, half = min(max(o.value / 100, 0.01), 0.99), max((o.high - o.low) / 200 / 1.96, 1e-3)
    return share * (1 - share) / half**2


def _counts(p: Publication, arm: str, series: list[Observation], at: Lines, inflation: float) -> list[LikelihoodTerm]:
    """People who had the event by each visit, as counts between visits."""
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
    """A mean or median: at day 0 only where a population is made to meet it, later as a change from day 0 if printed."""
    sd, level = spread(o), o.variable in LEVELS
    if sd is None or o.n is None or o.n < 3 or (o.value <= 0 and not level and o.kind != "change"):
        return []
    if any((x.variable, x.time, x.kind) == (o.variable, o.time, "change") for x in rows) and o.kind != "change":
        return []  # the mean change says it better
    times = len({x.time for x in rows if x.variable == o.variable and x.time > 0}) or 1
    k, label = at[p.key, o.arm, _endpoint(o)], f"{o.variable} day {o.time:g}"
    widen = MEDIAN if o.kind == "median" else 1.0

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
            weight=1.0 / times,
            between=(sd or 0.0) / size,
        )

    error = sd / np.sqrt(o.n) * widen * np.sqrt(inflation)
    if o.kind == "change":
        return [normal(", change", SummaryStatistic(Scale.LEVEL, k), o.value, error)]
    first = next(
        (x for x in rows if x.variable == o.variable and x.time == 0 and x.kind == o.kind and x.value > 0), None
    )
    if o.time > 0 and first is not None and o.kind != "median":
        b = at[p.key, o.arm, _endpoint(first)]
        start = (spread(first) or sd) / np.sqrt(first.n or o.n) * np.sqrt(inflation)
        if level:
            return [normal(", rise", SummaryStatistic(Scale.RISE, k, b), o.value - first.value, _paired(error, start))]
        both = _paired(error / o.value, start / first.value)
        return [normal(", ratio", SummaryStatistic(Scale.RATIO, k, b), np.log(o.value / first.value), both, o.value)]
    if o.time == 0 and not target:
        return []
    if level:
        found = [normal("", SummaryStatistic(Scale.LEVEL, k), o.value, error)]
    else:
        found = [normal("", SummaryStatistic(Scale.LOG, k), np.log(o.value), error / o.value, o.value)]
    if o.time == 0:
        width = float(np.hypot(np.sqrt(inflation / (2 * (o.n - 1))), BETWEEN_SPREADS))
        statistics, value = (SummaryStatistic(Scale.SPREAD, k),), (float(np.log(sd)),)
        found.append(
            replace(found[0], label=f"{label}, SD", statistics=statistics, value=value, error=width, between=0.0)
        )
    return found


def _paired(now: float, then: float) -> float:
    """Standard error of a difference of two means of the same people."""
    return float(np.sqrt(now**2 + then**2 - 2 * WITHIN * now * then))


def spread(o: Observation) -> float | None:
    """SD between people behind a mean or a median, as printed; None where it is not."""
    if o.sd is not None:
        return o.sd
    return (o.q3 - o.q1) / QUARTILES if o.q1 is not None and o.q3 is not None and o.q3 > o.q1 else None
