"""Contrasts between arms of one publication: the effect of cells on people's outcomes.

An odds ratio of a share, or the difference of a mean's change from day 0. Arms that share a control are compared with
it; without one, the other arms are compared with the first. Findings between arms are contrasts too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hepatica.calibrate.bank import Plan
from hepatica.calibrate.contrast_likelihood import Contrast
from hepatica.calibrate.endpoints import DIRECTION, SHARES, Endpoint, Lines
from hepatica.calibrate.error_model.bias import BIAS
from hepatica.calibrate.error_model.sampling import Sample
from hepatica.calibrate.error_model.spread import LEVELS, between_people_sd
from hepatica.calibrate.findings.contrasts import printed_contrast
from hepatica.calibrate.likelihood import Scale
from hepatica.calibrate.terms import is_learnt, times_counted
from hepatica.evidence import Publication
from hepatica.evidence.observations import Observation


def contrasts(plan: Plan, publications: Sequence[Publication]) -> tuple[Contrast, ...]:
    """Contrasts that the arms of a plan can show; of publications for calibration only."""
    at = plan.positions
    cells = {(a.publication, a.arm): a.cells for a in plan.arms}
    found: list[Contrast] = []
    for p in publications:
        if p.role != "calibration":
            continue
        treated = [a.id for a in p.arms if cells.get((p.key, a.id)) and not a.subset_of]
        control = next((a.id for a in p.arms if cells.get((p.key, a.id)) is False and not a.subset_of), "")
        for arm in treated:
            against = control or treated[0]
            if arm == against:
                continue
            rows = _pairs(p, arm, against, at)
            if not rows and control and arm != treated[0]:  # nothing printed of the control
                rows = _pairs(p, arm, treated[0], at)
            all_of_arm = (_one(p, a, b, at, times_counted(p, publications)) for a, b in rows)
            found += [c for c in all_of_arm if c is not None]
        own, counted = {a: c for (key, a), c in cells.items() if key == p.key}, times_counted(p, publications)
        printed = (printed_contrast(p, f, own, at, counted) for f in p.findings)
        found += [c for c in printed if c is not None]
    return tuple(found)


def _pairs(p: Publication, arm: str, against: str, at: Lines) -> list[tuple[Observation, Observation]]:
    """Paired observations of both arms at one time."""
    control = {(o.variable, o.time, o.kind): o for o in p.find(arm=against)}
    return [
        (o, control[o.variable, o.time, o.kind])
        for o in p.find(arm=arm)
        if o.time > 0
        and (o.variable, o.time, o.kind) in control
        and is_learnt(o)
        and is_learnt(control[o.variable, o.time, o.kind])
        and (p.key, arm, Endpoint.of(o)) in at
        and not p.lacks(o)
        and not p.lacks(control[o.variable, o.time, o.kind])
    ]


def _one(p: Publication, a: Observation, b: Observation, at: Lines, counted: float) -> Contrast | None:
    """Contrast of observations a and b of two arms; None where a number that it needs is not printed."""
    lines: tuple[int, ...] = (at[p.key, a.arm, Endpoint.of(a)], at[p.key, b.arm, Endpoint.of(b)])
    between = 1.0
    if a.variable in SHARES:
        scale, estimate = Scale.SHARE, _log_odds_ratio(p, a, b, counted)
    else:
        scale = Scale.LEVEL if a.variable in LEVELS or a.kind == "change" else Scale.LOG
        sd, other = between_people_sd(a), between_people_sd(b)
        printed = sd is not None and other is not None and a.n is not None and b.n is not None
        if not printed or (scale is Scale.LOG and min(a.value, b.value) <= 0):
            return None
        first = _baselines(p, a, a.arm, b.arm)
        between = float(np.sqrt(((sd or 0.0) ** 2 + (other or 0.0) ** 2) / 2)) / (
            1.0 if scale is Scale.LEVEL else b.value
        )
        if first is not None:
            lines = (*lines, *(at[p.key, x.arm, Endpoint(a.variable, 0.0)] for x in (a, b)))
        estimate = _difference(a, b, first, scale, counted)
    if estimate is None:
        return None
    value, samples = estimate
    sampling = sum(x.covariance(x) for x in samples)
    return Contrast(
        publication=p.key,
        treated=a.arm,
        control=b.arm,
        variable=a.variable,
        label=f"{a.variable} day {a.time:g}",
        lines=lines,
        scale=scale,
        value=value,
        error=float(np.sqrt(sampling)),
        between=between,
        samples=samples,
        bias=BIAS[p.risk_of_bias].shift(a.variable, between),
    )


def _baselines(p: Publication, a: Observation, arm: str, against: str) -> tuple[Observation, Observation] | None:
    """Observations of both arms at day 0 of the same kind, with SD and number; None for a change or where one lacks."""
    if a.kind == "change":
        return None
    treated, control = (
        [o for o in p.find(arm=x, variable=a.variable, time=0.0) if o.kind == a.kind and between_people_sd(o) and o.n]
        for x in (arm, against)
    )
    return (treated[0], control[0]) if treated and control else None


def _difference(
    a: Observation,
    b: Observation,
    first: tuple[Observation, Observation] | None,
    scale: Scale,
    counted: float,
) -> tuple[float, tuple[Sample, ...]]:
    """Difference of two means, of their changes from day 0 where both are printed, and its sampling errors."""
    log, value, samples = scale is Scale.LOG, 0.0, list[Sample]()

    def error(o: Observation) -> float:
        return float((between_people_sd(o) or 0.0) / (o.value if log else 1.0) / np.sqrt((o.n or 1) / counted))

    for k, (o, sign) in enumerate(((a, 1), (b, -1))):
        value += sign * (np.log(o.value) if log else o.value)
        start = 0.0
        if first is not None:
            value -= sign * (np.log(first[k].value) if log else first[k].value)
            start = error(first[k])
        samples.append(Sample(arm=o.arm, variable=o.variable, time=o.time, now=error(o), start=start))
    return float(value), tuple(samples)


def _log_odds_ratio(
    p: Publication, a: Observation, b: Observation, counted: float
) -> tuple[float, tuple[Sample, ...]] | None:
    """Log odds ratio of two proportions and its sampling errors, half a person added to each cell."""
    samples, odds = [], []
    for o in (a, b):
        people = p.people(o)
        if people is None:
            return None
        n = people / counted
        share = (o.value / 100 * n + 0.5) / (n + 1.0)
        odds.append(np.log(share / (1 - share)))
        event = share if DIRECTION[o.variable].value > 0 else 1 - share
        samples.append(Sample(arm=o.arm, variable=o.variable, time=o.time, share=event, people=n + 1.0))
    return float(odds[0] - odds[1]), tuple(samples)
