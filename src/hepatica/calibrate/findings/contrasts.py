"""Contrasts that findings between two arms state.

A difference or ratio with its interval or p value is a normal contrast; a direction, a range and a p value are
statements. A finding whose numbers are printed in both arms says nothing new. Where the day is not exact, the middle
day is taken, for the effect of cells moves slowly.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import logit

from hepatica.calibrate.contrast_likelihood import Contrast
from hepatica.calibrate.endpoints import DIRECTION, LEARNT_SHARES, MEASURED, Endpoint, Lines
from hepatica.calibrate.error_model.bias import BIAS
from hepatica.calibrate.error_model.spread import LEVELS, spread
from hepatica.calibrate.error_model.statements import Convert, stated
from hepatica.calibrate.inference.counts import MIN_SHARE
from hepatica.calibrate.likelihood import Scale
from hepatica.evidence import Publication
from hepatica.evidence.findings import Finding

UNKNOWN_SHARE = 0.25  # of people with an event, where neither arm's share is printed: assumed, for the error alone


def printed_contrast(
    p: Publication, f: Finding, cells: Mapping[str, bool], at: Lines, counted: float
) -> Contrast | None:
    """Contrast that a finding between two arms states; None where it cannot enter the likelihood.

    Parameters
    ----------
    p : Publication
        Of the finding.
    f : Finding
        Between two arms.
    cells : mapping of str to bool
        Whether an arm has cells, of those that are simulated.
    at : mapping
        Positions of the lines of a plan.
    counted : float
        Publications that count its people.
    """
    learnt = f.variable in LEARNT_SHARES or f.variable in MEASURED
    if not (f.usable and f.against and learnt) or not any(cells.get(a) for a in (f.arm, f.against)):
        return None
    day = f.days[len(f.days) // 2]
    flip = -1 if cells.get(f.against) and not cells.get(f.arm) else 1
    arms = (f.arm, f.against)[::flip]
    people = [p.arm(a).n for a in arms]
    places = [at.get((p.key, a, Endpoint(f.variable, day))) for a in arms]
    if None in people or None in places or _both_printed(p, f):
        return None
    made = _of_shares(p, f) if f.is_share else _of_means(p, f)
    if made is None:
        return None
    scale, between, convert, sampling = made
    value, error, statement = stated(f, convert, sampling, flip)
    if statement is None and np.isnan(value):
        return None
    return Contrast(
        publication=p.key,
        treated=arms[0],
        control=arms[1],
        variable=f.variable,
        label=f"{f.variable} day {f.time:g}, {f.kind}",
        lines=tuple(k for k in places if k is not None),
        scale=scale,
        value=value,
        error=error * float(np.sqrt(counted)),
        between=between,
        bias=BIAS[p.risk_of_bias].shift(f.variable, between),
        statement=statement,
    )


def _both_printed(p: Publication, f: Finding) -> bool:
    """True where the numbers of both arms are printed, which say more."""
    days = [{o.time for o in p.find(arm=a, variable=f.variable) if not p.lacks(o)} for a in (f.arm, f.against)]
    return bool({d for d in days[0] & days[1] if f.days[0] <= d <= f.days[-1]})


def _of_shares(p: Publication, f: Finding) -> tuple[Scale, float, Convert, float] | None:
    """Scale, SD, converter to a log odds ratio, and sampling error of the log odds ratio, of a finding on shares."""
    shares = [_share(p, a, f) for a in (f.arm, f.against)]
    base = shares[1]

    def convert(value: float) -> float | None:
        if f.scale == "odds_ratio":
            return float(np.log(value))
        if base is None:
            return None
        free = 1 - base if DIRECTION[f.variable].value > 0 else base
        other = {
            "risk_ratio": base * value,
            "difference": base + value / 100,
            "hazard_ratio": 1 - free**value if DIRECTION[f.variable].value > 0 else free**value,
        }[f.scale]
        a, b = (float(logit(np.clip(x, MIN_SHARE, 1 - MIN_SHARE))) for x in (other, base))
        return a - b

    variance = 0.0
    for arm, share in zip((f.arm, f.against), shares, strict=True):
        q = UNKNOWN_SHARE if share is None else float(np.clip(share, 0.02, 0.98))
        variance += 1 / ((p.arm(arm).n or 1) * q * (1 - q))
    return Scale.SHARE, 1.0, convert, float(np.sqrt(variance))


def _share(p: Publication, arm: str, f: Finding) -> float | None:
    """Printed share of an arm within the days of a finding, by itself or as its complement."""
    for variable in (f.variable, {"death": "survival", "survival": "death"}.get(f.variable, "")):
        for o in p.find(arm=arm, variable=variable or f.variable):
            if f.days[0] <= o.time <= f.days[-1]:
                return o.value / 100 if o.variable == f.variable else 1 - o.value / 100
    return None


def _of_means(p: Publication, f: Finding) -> tuple[Scale, float, Convert, float] | None:
    """Scale, SD between people, converter and sampling error of a finding on means."""
    known = spread(p, (f.arm, f.against), f.variable)
    numbers_in_units = f.scale == "difference" and f.kind in ("difference", "interval")
    logarithmic = f.scale == "ratio" or (f.variable not in LEVELS and not numbers_in_units)
    sd = known.relative if logarithmic else known.absolute
    if sd is None:
        return None
    error = sd * float(np.sqrt(sum(1 / (p.arm(a).n or 1) for a in (f.arm, f.against))))
    convert: Convert = (lambda x: float(np.log(x))) if f.scale == "ratio" else float
    return (Scale.LOG if logarithmic else Scale.LEVEL), sd, convert, error
