"""Findings on the scale of a likelihood: a number with its error, or a statement; and the SD between their people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from scipy.stats import norm

from hepatica.calibrate.endpoints import Endpoint
from hepatica.calibrate.error_model.spread import LEVELS, between_people_sd, usual_spread
from hepatica.calibrate.error_model.statements import Statement
from hepatica.evidence import Publication
from hepatica.evidence.findings import Finding

Lines = Mapping[tuple[str, str, Endpoint], int]
Convert = Callable[[float], float | None]
"""Converter of a printed number to the scale of a likelihood; None where that takes what is not printed."""
WIDTH_95 = 2 * float(norm.ppf(0.975))  # of a 95 % interval, in standard errors


class Spread(NamedTuple):
    """SD between people of a variable in a publication, in its unit and relative to its mean; None where not known."""

    absolute: float | None
    relative: float | None


def spread(p: Publication, arms: tuple[str, ...], variable: str) -> Spread:
    """SD between people of a variable: as printed in one of some arms, or what publications usually print."""
    printed = [o for a in arms for o in p.find(arm=a, variable=variable) if o.kind in ("mean_sd", "mean", "median")]
    level = next((o.value for o in printed if o.value > 0), None)
    sd = next((s for o in printed if (s := between_people_sd(o))), None)
    usual = usual_spread().get(variable)
    if sd is None and usual is not None:
        sd = usual if variable in LEVELS else None if level is None else usual * level
    relative = usual if variable not in LEVELS else None
    return Spread(sd, sd / level if sd is not None and level is not None else relative)


def stated(f: Finding, convert: Convert, sampling: float, flip: int) -> tuple[float, float, Statement | None]:
    """Value and error of a number, or a statement with its sampling error, on the scale of the contrast."""
    nothing = float("nan")
    if f.kind == "difference":
        assert f.value is not None  # as its kind needs
        value = convert(f.value)
        if value is None:
            return nothing, sampling, None
        error = sampling
        if f.low is not None and f.high is not None:
            low, high = convert(f.low), convert(f.high)
            error = sampling if low is None or high is None else abs(high - low) / WIDTH_95
        elif f.p is not None and value != 0:
            error = abs(value) / float(norm.isf(f.p / 2))
        return flip * value, error, None
    if f.kind == "sign":
        return nothing, sampling, Statement.of_sign(flip * f.sign)
    if f.kind == "p_value":
        sign = flip * f.sign
        return nothing, sampling, Statement.of_p_value(sampling, exact=f.p, low=f.p_low, high=f.p_high, sign=sign)
    ends = [edge if x is None else convert(x) for x, edge in ((f.low, -np.inf), (f.high, np.inf))]
    if ends[0] is None or ends[1] is None:
        return nothing, sampling, None
    low, high = sorted(flip * e for e in ends if e is not None)
    return nothing, sampling, Statement(ranges=((low, high),))
