"""Subgroups of patients by what is known at admission: severity, cause, weight, shunt."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.outcomes.scores import child_pugh, child_pugh_class
from hepatica.patients import Admitted
from hepatica.therapeutic_window.variations import Group

Floats = NDArray[np.float64]
LEAST = 60  # patients of a subgroup, below which its doses are mostly noise
THIRDS = ("low", "middle", "high")


class Subgroup(NamedTuple):
    """Patients who are alike at admission.

    Attributes
    ----------
    group : Group
    level : str
        Code: what is measured, and where in it they are.
    low, high : float
        Range of what is measured among them; NaN for a class.
    member : (patient,) bool
    """

    group: Group
    level: str
    low: float
    high: float
    member: NDArray[np.bool_]

    @property
    def key(self) -> str:
        """Name of the subgroup, unique in a window."""
        return f"{self.group}:{self.level}"


def thirds(group: Group, name: str, values: Floats) -> list[Subgroup]:
    """Thirds of patients by a measurement, those without it left out; none where it hardly varies.

    Examples
    --------
    >>> [s.level for s in thirds(Group.WEIGHT, "weight", np.arange(9.0))]
    ['weight_low', 'weight_middle', 'weight_high']
    """
    good = np.isfinite(values)
    if good.sum() < 3 or np.ptp(values[good]) == 0:
        return []
    edges = np.quantile(values[good], [0.0, 1 / 3, 2 / 3, 1.0])
    made = []
    for k, word in enumerate(THIRDS):
        upper = values <= edges[k + 1] if k == 2 else values < edges[k + 1]
        member = good & (values >= edges[k]) & upper
        if member.any():
            made.append(Subgroup(group, f"{name}_{word}", *_range(values[member]), member))
    return made


def classes(group: Group, name: str, values: NDArray[Any]) -> list[Subgroup]:
    """Patients of each class; none where all are of one.

    Examples
    --------
    >>> [s.level for s in classes(Group.SEVERITY, "child", np.array(["B", "C", "C"]))]
    ['child_B', 'child_C']
    """
    levels = [v for v in np.unique(values) if str(v) not in ("", "nan")]
    if len(levels) < 2:
        return []
    text = [f"{v:g}" if isinstance(v, np.floating) else str(v) for v in levels]
    return [Subgroup(group, f"{name}_{t}", np.nan, np.nan, values == v) for v, t in zip(levels, text, strict=True)]


def _range(values: Floats) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def subgroups(
    patients: Admitted, groups: tuple[Group, ...], *, ascites: Floats, shunt: Floats | None, least: int = LEAST
) -> tuple[Subgroup, ...]:
    """Subgroups of admitted patients that are large enough.

    Parameters
    ----------
    patients : Admitted
        With their labs at admission.
    groups : tuple of Group
        Which kinds of subgroups.
    ascites : (patient,)
        Drive of ascites at admission, 0 to 2 on the scale of Child-Pugh.
    shunt : (patient,) or None
        Share of portal flow that bypasses the liver.
    least : int
        Patients that a subgroup needs.
    """
    labs, cohort = patients.labs, patients.cohort
    made: list[Subgroup] = []
    if Group.SEVERITY in groups:
        made += thirds(Group.SEVERITY, "meld", labs["meld"])
        made += classes(Group.SEVERITY, "aclf", labs["aclf_grade"])
        points = child_pugh(
            bilirubin=labs["bilirubin"],
            albumin=labs["albumin"],
            inr=labs["inr"],
            ascites=np.clip(np.floor(ascites), 0, 2),
            encephalopathy=np.clip(np.floor(labs["encephalopathy"]), 0, 4),
        )
        made += classes(Group.SEVERITY, "child", child_pugh_class(points))
    if Group.CAUSE in groups and len(cohort.population.causes) > 1:
        names = np.array([c.name for c in cohort.population.causes])
        made += classes(Group.CAUSE, "cause", names[cohort.cause()])
    if Group.WEIGHT in groups:
        made += thirds(Group.WEIGHT, "weight", cohort.covariate("body_weight"))
    if Group.SHUNT in groups and shunt is not None:
        made += thirds(Group.SHUNT, "shunt", shunt)
    return tuple(s for s in made if s.member.sum() >= least)
