"""Stability study of one attribute: batches over time, with or without factors, by the approach of ICH Q1E."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats
from hepatica.manufacturing.quality.stability import Model, Stability, shelf_life
from hepatica.manufacturing.quality.stability_factors import FactorialStability, TermTest, factorial_shelf_life
from hepatica.manufacturing.quality.stability_line import Line, Specification, specify

POOL = 0.25


@dataclass(frozen=True, kw_only=True)
class StabilityData:
    """Values of one attribute over time.

    Attributes
    ----------
    time, value : ndarray
        (n,).
    batch : tuple of str
        (n,).
    factors : dict of str to tuple of str
        (n,) each, such as strength and container; empty for a study of batches alone.
    """

    time: Floats
    value: Floats
    batch: tuple[str, ...]
    factors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StabilityStudy:
    """Result of a stability study.

    Attributes
    ----------
    data : StabilityData
    specification : Specification
    tests : tuple of TermTest
        Of poolability, in their order.
    model : str
        What differs between batches and factors, terms joined by commas; empty for one common line.
    lines : dict of tuple of str to Line
        By batch and factors, under the model that is left.
    shelf_life : dict of tuple of str to float
        By combination of factors, at most `longest`; of the key () without factors.
    crossing : dict of tuple of str to float
        The same, where the limit meets the specification.
    worst : tuple of str
        Batch, and factors, that decide.
    common : float
        Shortest shelf life.
    longest : float
        Last time observed plus the extrapolation allowed.
    is_few : bool
        Fewer than three batches.
    """

    data: StabilityData
    specification: Specification
    tests: tuple[TermTest, ...]
    model: str
    lines: dict[tuple[str, ...], Line]
    shelf_life: dict[tuple[str, ...], float]
    crossing: dict[tuple[str, ...], float]
    worst: tuple[str, ...]
    common: float
    longest: float
    is_few: bool


def study_stability(
    data: StabilityData,
    *,
    limits: tuple[float | None, float | None],
    release: float | None = None,
    confidence: float = 0.95,
    extrapolation: float = 0.0,
) -> StabilityStudy:
    """Shelf life of an attribute from batches over time.

    Parameters
    ----------
    data : StabilityData
        Values, with or without factors.
    limits : tuple of float or None
        Lower and upper specification.
    release : float, optional
        Value at which a lot may be released, for the shelf life of such a lot.
    confidence : float
        Of the limit of the mean.
    extrapolation : float
        Time allowed beyond the last that was observed; 0 for frozen cells.

    Raises
    ------
    InputError
        If the values or the specification do not make a study; see `shelf_life` and `factorial_shelf_life`.

    Examples
    --------
    >>> time = np.tile([0.0, 3.0, 6.0, 12.0], 3)
    >>> value = 95 - 0.4 * time + 0.2 * np.tile([1.0, -1.0, -1.0, 1.0], 3)
    >>> data = StabilityData(time=time, value=value, batch=tuple("aaaabbbbcccc"))
    >>> found = study_stability(data, limits=(85, None), extrapolation=60)
    >>> found.model, round(found.common)
    ('', 24)
    """
    test = specify(*limits, confidence=confidence, release=release)
    if data.factors:
        made = factorial_shelf_life(data.time, data.value, data.batch, data.factors, test, extrapolation=extrapolation)
        return _with_factors(data, test, made)
    batches = _by_batch(data)
    found = shelf_life(
        batches, lower=limits[0], upper=limits[1], confidence=confidence, extrapolation=extrapolation, release=release
    )
    return _of_batches(data, test, found)


def _by_batch(data: StabilityData) -> dict[str, tuple[Floats, Floats]]:
    names = np.array(data.batch)
    if not len(names) == data.time.size == data.value.size:
        raise InputError("batch", f"{len(names)} labels", f"{data.time.size}, as there are times")
    return {name: (data.time[names == name], data.value[names == name]) for name in dict.fromkeys(data.batch)}


def _with_factors(data: StabilityData, test: Specification, made: FactorialStability) -> StabilityStudy:
    return StabilityStudy(
        data=data,
        specification=test,
        tests=made.tests,
        model=", ".join(made.kept),
        lines={(batch, *c): line for c, own in made.lines.items() for batch, line in own.items()},
        shelf_life=made.shelf_life,
        crossing=made.crossing,
        worst=made.worst,
        common=made.common_shelf_life,
        longest=made.longest,
        is_few=made.is_few,
    )


def _of_batches(data: StabilityData, test: Specification, found: Stability) -> StabilityStudy:
    pairs = (("time:batch", found.f_slope, found.p_slope), ("batch", found.f_intercept, found.p_intercept))
    terms: Sequence[tuple[str, float, float]] = pairs if found.batches > 1 else ()
    apart = found.model is Model.DIFFERENT
    lines = found.by_batch if apart else found.fits[found.model].lines
    kept = {Model.COMMON: "", Model.COMMON_SLOPE: "batch", Model.DIFFERENT: "batch, time:batch"}
    return StabilityStudy(
        data=data,
        specification=test,
        tests=tuple(TermTest(t, found.batches - 1, f, p, POOL, p < POOL) for t, f, p in terms),
        model=kept[found.model],
        lines={(name,): line for name, line in lines.items()},
        shelf_life={(): found.shelf_life},
        crossing={(): found.crossing},
        worst=(found.worst,),
        common=found.shelf_life,
        longest=found.longest,
        is_few=found.is_few,
    )
