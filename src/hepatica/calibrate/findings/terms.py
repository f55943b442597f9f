"""Likelihood terms of one untreated arm: its findings, and its numbers whose day is not exact.

A term is averaged over the first, middle and last day that it may be of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.special import logit

from hepatica.calibrate.endpoints import DIRECTION, LEARNT_SHARES, MEASURED, Lines, endpoints_of
from hepatica.calibrate.error_model.sampling import WITHIN_PERSON_CORRELATION
from hepatica.calibrate.error_model.spread import LEVELS, between_people_sd, spread
from hepatica.calibrate.error_model.statements import Statement, stated
from hepatica.calibrate.inference.counts import MIN_SHARE
from hepatica.calibrate.likelihood import Law, LikelihoodTerm, Scale, SummaryStatistic
from hepatica.evidence import Publication
from hepatica.evidence.findings import Finding
from hepatica.evidence.observations import Observation


def finding_terms(p: Publication, arm: str, at: Lines, counted: float) -> Iterator[LikelihoodTerm]:
    """Likelihood terms of one untreated arm: its findings, and its numbers whose day is not exact."""
    for f in p.findings:
        if f.arm == arm and not f.against and f.usable:
            yield from _term(p, f, _arm_statement(p, f, counted), at)
    for o in p.find(arm=arm):
        if o.until is not None and not p.lacks(o):
            yield from _term(p, o, _dated_number(p, o, counted), at)


class _Compared(NamedTuple):
    """Statement on the scale of a statistic, with its sampling error and the SD between people."""

    scale: Scale
    statement: Statement
    error: float
    between: float


def _term(p: Publication, row: Finding | Observation, made: _Compared | None, at: Lines) -> Iterator[LikelihoodTerm]:
    """Term of a statement, averaged over the days that it may be of."""
    places = [at.get((p.key, row.arm, e)) for e in endpoints_of(row)]
    if made is None or None in places or not (row.variable in LEARNT_SHARES or row.variable in MEASURED):
        return
    yield LikelihoodTerm(
        publication=p.key,
        arm=row.arm,
        variable=row.variable,
        label=f"{row.variable} day {' to '.join(f'{d:g}' for d in row.days[:: max(len(row.days) - 1, 1)])}, {row.kind}",
        statistics=tuple(SummaryStatistic(made.scale, k) for k in places if k is not None),
        value=(float("nan"),),
        error=made.error,
        law=Law.STATEMENT,
        between=made.between,
        statement=made.statement,
    )


def _arm_statement(p: Publication, f: Finding, counted: float) -> _Compared | None:
    """Statement of a finding of one arm: a range of its value, or a change since day 0."""
    n = p.arm(f.arm).n
    if n is None:
        return None
    n_counted = n / counted
    if f.kind == "interval":
        if f.is_share:
            ends = [edge if x is None else float(logit(np.clip(x / 100, MIN_SHARE, 1 - MIN_SHARE)))
                    for x, edge in ((f.low, -np.inf), (f.high, np.inf))]  # fmt: skip
            return _Compared(Scale.SHARE, Statement(ranges=((ends[0], ends[1]),)), _odds_error(f, n_counted), 1.0)
        return _range_of_mean(p, f, n_counted)
    sd = spread(p, (f.arm,), f.variable).absolute
    if sd is None:
        return None
    error = sd * float(np.sqrt(2 * (1 - WITHIN_PERSON_CORRELATION) / n_counted))
    value, error, statement = stated(f, float, error, 1)
    return _Compared(Scale.LEVEL, statement or Statement(points=(value,)), error, sd)


def _odds_error(f: Finding, n: float) -> float:
    """Sampling error of log odds in the middle of a range."""
    middle = ((0.0 if f.low is None else f.low) + (100.0 if f.high is None else f.high)) / 200
    q = float(np.clip(middle, 0.02, 0.98))
    return float(1 / np.sqrt(n * q * (1 - q)))


def _range_of_mean(p: Publication, f: Finding, n: float) -> _Compared | None:
    """Range of a mean, by logarithms but for scores."""
    known = spread(p, (f.arm,), f.variable)
    level = f.variable in LEVELS
    sd = known.absolute if level else known.relative
    if sd is None:
        return None
    low = -np.inf if f.low is None or (not level and f.low <= 0) else f.low if level else float(np.log(f.low))
    high = np.inf if f.high is None else f.high if level else float(np.log(f.high))
    scale = Scale.LEVEL if level else Scale.LOG
    return _Compared(scale, Statement(ranges=((low, high),)), sd / float(np.sqrt(n)), sd)


def _dated_number(p: Publication, o: Observation, counted: float) -> _Compared | None:
    """Number of one arm whose day is not exact."""
    if o.variable in DIRECTION:
        n = (p.people(o) or 0) / counted
        share = (o.value / 100 * n + 0.5) / (n + 1.0)
        error = float(1 / np.sqrt((n + 1.0) * share * (1 - share)))
        return _Compared(Scale.SHARE, Statement(points=(float(logit(share)),)), error, 1.0) if n else None
    sd = between_people_sd(o)
    if sd is None or o.n is None:
        return None
    if o.variable in LEVELS or o.kind == "change":
        return _Compared(Scale.LEVEL, Statement(points=(o.value,)), sd / float(np.sqrt(o.n / counted)), sd)
    if o.value <= 0:
        return None
    relative = sd / o.value
    points = (float(np.log(o.value)),)
    return _Compared(Scale.LOG, Statement(points=points), relative / float(np.sqrt(o.n / counted)), relative)
