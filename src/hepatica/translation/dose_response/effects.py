"""End points at several doses, read from indirect evidence and put on one scale: standardised mean differences.

Log odds ratios become standardised differences by the factor sqrt(3) / pi (Hasselblad and Hedges 1995; Chinn 2000).
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hepatica.errors import InputError
from hepatica.evidence.indirect import IndirectPublication, load
from hepatica.evidence.indirect_rows import IndirectObservation
from hepatica.translation.dose_response.measure import Dose

Floats = NDArray[np.float64]
LOGIT_TO_SD = np.sqrt(3.0) / np.pi
IQR_TO_SD = 1.349  # of a normal distribution
CI_TO_SE = 3.92
THIRD_PARTY = 2.0  # times the variance where nobody has confirmed a third party's text
FORMS = (
    "proportion",
    "count",
    "survival",
    "difference",
    "odds_ratio",
    "mean",
    "median",
    "p_value",
    "significance",
    "best",
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One ordinal statement of an abstract.

    Attributes
    ----------
    better, worse : int
        Arms compared; `worse` is -1 for the control.
    significant : bool or None
        None for an order alone; else whether the difference was significant at 5 %.
    """

    better: int
    worse: int = -1
    significant: bool | None = None


@dataclass(frozen=True, kw_only=True)
class EndPoint:
    """An end point at several doses.

    Attributes
    ----------
    key, publication, species : str
    liver : bool
        Whether the injured organ is the liver.
    doses : tuple of Dose or None
        Of each arm; None for a control without cells.
    value, variance : (n_arms,) or None
        Standardised outcomes, larger is better, and their sampling variances; None where there are statements alone.
    statements : tuple of Statement
    n : float
        Of each arm that statements compare.
    power : float
        One over the number of end points of the same people, which count once in all.
    error : float
        Probability that a statement says nothing, 0.1, or 0.3 where a third party makes it.
    reason : str
        What was assumed where the print is silent.
    """

    key: str
    publication: str
    species: str
    liver: bool
    doses: tuple[Dose | None, ...]
    value: Floats | None = None
    variance: Floats | None = None
    statements: tuple[Statement, ...] = ()
    n: float = np.nan
    power: float = 1.0
    error: float = 0.1
    reason: str = ""


@functools.cache
def end_points() -> tuple[EndPoint, ...]:
    """Every end point of ``effects.toml``, in its order.

    Examples
    --------
    >>> [e.key for e in end_points() if e.species == "pig"]
    ['pig_infarct_function']
    """
    text = (files("hepatica.translation") / "dose_response" / "effects.toml").read_text(encoding="utf-8")
    return tuple(read_end_point(key, row) for key, row in tomllib.loads(text).items())


def read_end_point(key: str, row: dict[str, Any]) -> EndPoint:
    """End point of one row of ``effects.toml``.

    Parameters
    ----------
    key : str
        Of the row.
    row : dict
        Names a publication of indirect evidence, a form of `FORMS`, and arms.

    Raises
    ------
    InputError
        If the form is unknown, or the publication lacks what the form needs.
    """
    publication, form = load(row["publication"]), row["form"]
    if form not in FORMS:
        raise InputError(f"effects.toml {key}.form", form, f"use one of {', '.join(FORMS)}")
    third = publication.read_in == "third-party text"
    names = row.get("arms") or [*row["significant"], *row.get("not_significant", ())]
    species = row.get("species") or publication.species[0]
    doses = tuple(_dose(publication, name, species, row) for name in names)
    common: dict[str, Any] = {
        "key": key,
        "publication": publication.key,
        "species": species,
        "liver": publication.liver,
        "power": 1.0 / row.get("end_points", 1),
        "error": 0.3 if third else 0.1,
        "reason": row.get("reason", ""),
    }
    if form in ("significance", "best"):
        return EndPoint(doses=doses, statements=_statements(row, names), n=float(row["n"]), **common)
    value, variance = _NUMBERS[form](publication, row, names)
    if form in ("difference", "odds_ratio", "p_value"):  # against a control that the arms share
        doses = (None, *doses)
    sign = 1.0 if row.get("higher_is_better", True) else -1.0
    scale = row.get("inflation", 1.0) * (THIRD_PARTY if third else 1.0)
    return EndPoint(doses=doses, value=sign * value, variance=scale * variance, **common)


def _dose(p: IndirectPublication, name: str, species: str, row: dict[str, Any]) -> Dose | None:
    arm = p.arm(name)
    if not arm.cells:
        return None
    per_animal = row.get("dose_per_animal", {}).get(name, arm.dose_per_animal)
    route = row.get("route", arm.route)
    return Dose(species=species, route=route, per_animal=per_animal, per_kg=arm.dose_per_kg)


def _statements(row: dict[str, Any], names: list[str]) -> tuple[Statement, ...]:
    if row["form"] == "best":
        best = names.index(row["best"])
        return tuple(Statement(better=best, worse=i) for i in range(len(names)) if i != best)
    good = len(row["significant"])
    return tuple(Statement(better=i, significant=i < good) for i in range(len(names)))


def _observation(p: IndirectPublication, row: dict[str, Any], name: str, *variables: str) -> IndirectObservation:
    names = variables or (row["variable"],)
    time = row.get("time")
    for o in p.observations:
        timed = time in o.time if time is not None else not (row["form"] == "proportion" and _timed(p, o))
        if name in o.arms and o.variable in names and timed and (len(o.arms) == 1 or variables):
            return o
    raise InputError(f"{p.key}, arm {name}", names, "name an observation of this arm alone")


def _timed(p: IndirectPublication, o: IndirectObservation) -> bool:
    """True where an observation has a time and another of the same arm and variable has none: that one is meant."""
    return bool(o.time) and any(x.arms == o.arms and x.variable == o.variable and not x.time for x in p.observations)


def _logits(events: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Standardised log odds with a half added to every cell, and their variances."""
    value = np.log((events + 0.5) / (n - events + 0.5))
    return LOGIT_TO_SD * value, LOGIT_TO_SD**2 * (1.0 / (events + 0.5) + 1.0 / (n - events + 0.5))


def _size(p: IndirectPublication, row: dict[str, Any], name: str, o: IndirectObservation) -> float:
    n = o.n or p.arm(name).n or row.get("n")
    if n is None:
        raise InputError(f"{p.key}, arm {name}", "no n", "state n, and why, in effects.toml")
    return float(n)


def _proportion(p: IndirectPublication, row: dict[str, Any], names: list[str]) -> tuple[Floats, Floats]:
    observations = [_observation(p, row, name) for name in names]
    n = np.array([_size(p, row, name, o) for name, o in zip(names, observations, strict=True)])
    return _logits(np.array([o.value for o in observations], float) / 100.0 * n, n)


def _count(p: IndirectPublication, row: dict[str, Any], names: list[str]) -> tuple[Floats, Floats]:
    observations = [_observation(p, row, name) for name in names]
    n = np.array([_size(p, row, name, o) for name, o in zip(names, observations, strict=True)])
    return _logits(np.array([o.value for o in observations], float), n)


def _survival(p: IndirectPublication, row: dict[str, Any], names: list[str]) -> tuple[Floats, Floats]:
    observations = [_observation(p, row, name, "survival", "mortality") for name in names]
    n = np.array([float(p.arm(name).n or np.nan) for name in names])
    share = np.array([o.value if o.variable == "survival" else 100.0 - (o.value or 0.0) for o in observations], float)
    return _logits(share / 100.0 * n, n)


def _difference(p: IndirectPublication, row: dict[str, Any], names: list[str]) -> tuple[Floats, Floats]:
    """Differences from a control as large as the arms, with standard errors: half of each variance is the control's."""
    observations = [_observation(p, row, name) for name in names]
    n = np.array([_size(p, row, name, o) for name, o in zip(names, observations, strict=True)])
    se = np.array([o.se for o in observations], float)
    sd = se * np.sqrt(n / 2.0)
    value = np.array([o.value for o in observations], float) / sd
    return np.array([0.0, *value]), np.array([1.0 / n.mean(), *(1.0 / n)])


def _odds_ratio(p: IndirectPublication, row: dict[str, Any], names: list[str]) -> tuple[Floats, Floats]:
    """Log odds ratios of different studies, each with a control of its own: the control's variance is none."""
    observations = [_observation(p, row, name) for name in names]
    se = np.array([np.log((o.high or np.nan) / (o.low or np.nan)) / CI_TO_SE for o in observations])
    value = LOGIT_TO_SD * np.log(np.array([o.value for o in observations], float))
    return np.array([0.0, *value]), np.array([1e-6, *(LOGIT_TO_SD * se) ** 2])


def _p_value(p: IndirectPublication, row: dict[str, Any], names: list[str]) -> tuple[Floats, Floats]:
    """Two-sided P of arms better than a control as large as they are."""
    n = float(row["n"])
    z = -ndtri(np.array([_observation(p, row, name).value for name in names], float) / 2.0)
    return np.array([0.0, *(z * np.sqrt(2.0 / n))]), np.full(len(names) + 1, 1.0 / n)


def _mean(p: IndirectPublication, row: dict[str, Any], names: list[str]) -> tuple[Floats, Floats]:
    """Means with 95 % intervals."""
    observations = [_observation(p, row, name) for name in names]
    n = np.array([_size(p, row, name, o) for name, o in zip(names, observations, strict=True)])
    sd = np.sqrt(n) * np.array([(o.high or 0.0) - (o.low or 0.0) for o in observations]) / CI_TO_SE
    return np.array([o.value for o in observations], float) / np.sqrt(np.mean(sd**2)), 1.0 / n


def _median(p: IndirectPublication, row: dict[str, Any], names: list[str]) -> tuple[Floats, Floats]:
    """Medians with quartiles, as means of normal distributions."""
    observations = [_observation(p, row, name) for name in names]
    n = np.array([_size(p, row, name, o) for name, o in zip(names, observations, strict=True)])
    sd = np.array([(o.high or 0.0) - (o.low or 0.0) for o in observations]) / IQR_TO_SD
    return np.array([o.value for o in observations], float) / np.sqrt(np.mean(sd**2)), (np.pi / 2.0) / n


_NUMBERS = {
    "proportion": _proportion,
    "count": _count,
    "survival": _survival,
    "difference": _difference,
    "odds_ratio": _odds_ratio,
    "p_value": _p_value,
    "mean": _mean,
    "median": _median,
}
