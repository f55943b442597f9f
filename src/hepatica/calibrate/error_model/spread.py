"""SD between people behind a published mean or median, of a variable in a publication, and as usually printed."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from hepatica.evidence import Publication, load_all
from hepatica.evidence.observations import Observation
from hepatica.variables import Use, VariableKind, used_in

LEVELS = tuple(v.name for v in used_in(Use.LIKELIHOOD) if v.kind is VariableKind.SCORE)
"""Scores, compared as they are; all else that is measured through logarithms."""
SDS_BETWEEN_QUARTILES = 1.349  # SDs of a normal distribution between its quartiles
MIN_SD_RATIO = 0.5  # of a printed SD to the usual one, below which it is implausible
MIN_PUBLICATIONS = 4  # from which the usual SD of a variable is known


def between_people_sd(o: Observation) -> float | None:
    """SD between people behind a mean or a median; None where it is not printed.

    One below `MIN_SD_RATIO` of what publications usually print of the variable is implausible (a standard error, or of
    chosen people): the usual one takes its place.
    """
    sd = o.sd
    if sd is None:
        quartiles = o.q1 is not None and o.q3 is not None and o.q3 > o.q1
        sd = (o.q3 - o.q1) / SDS_BETWEEN_QUARTILES if quartiles and o.q1 is not None and o.q3 is not None else None
    if sd is None or o.kind == "change":
        return sd
    usual = usual_spread().get(o.variable, 0.0) * (1.0 if o.variable in LEVELS else abs(o.value))
    return usual if sd < MIN_SD_RATIO * usual else sd


@functools.cache
def usual_spread() -> dict[str, float]:
    """Median SD between people of each variable in the evidence that ships, as a share of the mean but for scores."""
    each: dict[str, list[float]] = {}
    for p in load_all().values():
        own: dict[str, list[float]] = {}
        for o in p.observations:
            if o.sd is not None and o.kind == "mean_sd" and o.value > 0:
                own.setdefault(o.variable, []).append(o.sd if o.variable in LEVELS else o.sd / o.value)
        for variable, spreads in own.items():
            each.setdefault(variable, []).append(float(np.median(spreads)))
    return {variable: float(np.median(x)) for variable, x in each.items() if len(x) >= MIN_PUBLICATIONS}


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
