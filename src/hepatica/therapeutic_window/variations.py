"""Variations of a window: one thing about route, schedule, product or background treatment changed at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from hepatica.simulation import Arm
from hepatica.therapy import ROUTES, SOURCES, TREATMENTS, Product, Regimen, combine

Floats = NDArray[np.float64]
LAST_START = 1.0  # day before the horizon by which the last infusion begins


class Group(StrEnum):
    """Axis of a variation."""

    ROUTE = "route"
    SPLITTING = "splitting"  # the same cells in more or fewer infusions
    INTERVAL = "interval"
    DURATION = "duration"
    SOURCE = "source"
    DONOR = "donor"
    PASSAGE = "passage"
    THAW = "thaw"
    POTENCY = "potency"
    VIABILITY = "viability"
    HOMING = "homing"
    RETENTION = "retention"
    TOGETHER = "together"
    SEVERITY = "severity"
    CAUSE = "cause"
    WEIGHT = "weight"
    SHUNT = "shunt"


OF_PATIENTS = (Group.SEVERITY, Group.CAUSE, Group.WEIGHT, Group.SHUNT)
"""Groups that are subgroups of the base window's patients, not variations of treatment."""
SPLITS = (1, 2, 4, 8, 16)
INTERVALS = (1.0, 3.0, 7.0, 14.0)
DURATIONS = (0.5 / 24, 1 / 24, 4 / 24, 12 / 24)
PASSAGES = (3, 6, 9)
POTENCIES = (0.3, 3.0)
VIABILITIES = (0.5, 0.71, 0.85, 0.95)
HOMING = (3.0, 10.0)
RETENTION = (3.0, 10.0)


@dataclass(frozen=True, kw_only=True)
class Variation:
    """Treatment with one thing changed.

    Attributes
    ----------
    group : Group or None
        What is changed; None of the base.
    level : str
        To what, as a code: a name of a table, or a number.
    regimen : Regimen
        Schedule; its dose is 1 cell/kg.
    product : Product
        Cells.
    together_with : tuple of str
        Established treatments, which standard care has as well.
    """

    group: Group | None
    level: str
    regimen: Regimen
    product: Product
    together_with: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Name of the variation, unique in a window."""
        return "base" if self.group is None else f"{self.group}:{self.level}"

    def arms(self, log_doses: Floats) -> list[Arm]:
        """Standard care, then an arm for each dose; decimal logarithms of cells per kg in all."""
        made = [Arm("standard care", together_with=self.together_with)]
        for log_dose in log_doses:
            regimen = replace(self.regimen, dose=float(10.0**log_dose / self.regimen.infusions))
            made.append(Arm(regimen.label, regimen, self.product, together_with=self.together_with))
        return made

    def highest_given(self) -> float:
        """Highest dose ever given by the route in one infusion, as cells per kg in all of this schedule."""
        return ROUTES[self.regimen.route].highest_given.value * self.regimen.infusions


def base_variation(regimen: Regimen, product: Product, together_with: tuple[str, ...]) -> Variation:
    """The treatment that all variations change."""
    return Variation(group=None, level="", regimen=regimen, product=product, together_with=together_with)


def variations(base: Variation, horizon: float, groups: tuple[Group, ...]) -> tuple[Variation, ...]:
    """All variations of a base, those left out that equal it or do not fit the horizon.

    Parameters
    ----------
    base : Variation
        What is changed.
    horizon : float, day
        Infusions begin a day before it at the latest; more of them come at shorter intervals if need be.
    groups : tuple of Group
        What to change.

    Examples
    --------
    >>> from hepatica.therapy import Product, Regimen
    >>> base = base_variation(Regimen(1.0, infusions=4), Product(), ())
    >>> [v.level for v in variations(base, 180.0, (Group.SPLITTING,))]
    ['1', '2', '8', '16']
    """
    made: list[Variation] = []
    for group in groups:
        for level, changed in _levels(base, horizon, group):
            same = (changed.regimen, changed.product, changed.together_with) == (
                base.regimen,
                base.product,
                base.together_with,
            )
            if not same and changed.regimen.infusions >= 1 and fits(changed.regimen, horizon):
                made.append(replace(changed, group=group, level=level))
    return tuple(made)


def fits(regimen: Regimen, horizon: float) -> bool:
    """True of a schedule whose last infusion begins a day before the horizon at the latest.

    Examples
    --------
    >>> from hepatica.therapy import Regimen
    >>> fits(Regimen(1.0, infusions=4, interval=7.0), 28.0), fits(Regimen(1.0, infusions=4, interval=7.0), 21.0)
    (True, False)
    """
    return regimen.start + (regimen.infusions - 1) * regimen.interval <= max(horizon - LAST_START, 0.0)


def _levels(base: Variation, horizon: float, group: Group) -> list[tuple[str, Variation]]:
    """Levels of a group with the variation that each is."""
    if group in _PRODUCT:
        return [(f"{v:g}" if not isinstance(v, str) else v, _product(base, group, v)) for v in _PRODUCT[group][1]]
    if group is Group.ROUTE:
        return [(name, replace(base, regimen=replace(base.regimen, route=name))) for name in ROUTES]
    if group is Group.DURATION:
        return [(f"{24 * d:g}", replace(base, regimen=replace(base.regimen, duration=d))) for d in DURATIONS]
    if group is Group.INTERVAL:
        regimens = [replace(base.regimen, interval=i) for i in INTERVALS if base.regimen.infusions > 1]
        return [(f"{r.interval:g}", replace(base, regimen=r)) for r in regimens]
    if group is Group.SPLITTING:
        return [(str(n), replace(base, regimen=_split(base.regimen, n, horizon))) for n in SPLITS]
    if group is Group.TOGETHER:
        return [(name, replace(base, together_with=both)) for name, both in backgrounds(base)]
    return []


def _split(regimen: Regimen, n: int, horizon: float) -> Regimen:
    """The schedule with n infusions, at a shorter interval where they would not fit the horizon."""
    room = np.floor(2 * (horizon - LAST_START - regimen.start) / max(n - 1, 1)) / 2
    interval = regimen.interval if n <= regimen.infusions else min(regimen.interval, max(float(room), 0.5))
    return replace(regimen, infusions=n, interval=interval)


def backgrounds(base: Variation) -> list[tuple[str, tuple[str, ...]]]:
    """Established treatments that the base does not have and that go with those it has."""
    made = []
    for name in TREATMENTS:
        both = (*base.together_with, name)
        if name in base.together_with:
            continue
        sets = [TREATMENTS[t].sets for t in both]
        controls = [control for some in sets for control, _ in some]
        if len(set(controls)) == len(controls):
            combine(both)
            made.append((name, both))
    return made


_PRODUCT: dict[Group, tuple[str, tuple[object, ...]]] = {
    Group.SOURCE: ("source", tuple(SOURCES)),
    Group.DONOR: ("donor", ("allogeneic", "autologous")),
    Group.PASSAGE: ("passage", PASSAGES),
    Group.THAW: ("thawed", (0, 1)),
    Group.POTENCY: ("potency", POTENCIES),
    Group.VIABILITY: ("viability", VIABILITIES),
    Group.HOMING: ("cxcr4", HOMING),
    Group.RETENTION: ("targeting", RETENTION),
}


def _product(base: Variation, group: Group, value: object) -> Variation:
    """The base with another product."""
    name, p = _PRODUCT[group][0], base.product
    new: object = bool(value) if name == "thawed" else value
    if name in ("potency", "cxcr4", "targeting"):
        new = float(value) * getattr(p, name)  # type: ignore[arg-type]
    return replace(base, product=replace(p, **{name: new}))  # type: ignore[arg-type]
