"""Doses that a donor yields and their cost, with published yields and costs as distributions (`yields.toml`)."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri
from scipy.stats import beta

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, positive, whole
from hepatica.patients.streams import uniforms


class Interval(NamedTuple):
    """Median and 95 % interval."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, draws: Floats) -> Interval:
        """Of draws (n,)."""
        low, middle, high = np.quantile(draws, [0.025, 0.5, 0.975])
        return cls(float(middle), float(low), float(high))


class DonorYield(NamedTuple):
    """Doses of one donor.

    Attributes
    ----------
    source : str
    dose : float
        Viable cells that a dose delivers.
    cells : Interval
        Viable cells of one donor whose culture succeeds.
    doses : Interval
        Whole doses of one donor, 0 where the culture fails.
    expected_doses : float
        Mean over donors.
    failure : Interval
        Share of donors whose culture fails.
    no_dose : float
        Chance that a donor yields no dose.
    donors_for : dict of int to int
        Donors to collect for a number of doses with a chance of 95 %.
    cost : Interval
        Of one dose.
    currency : str
    sources : tuple of str
        Of every number.
    """

    source: str
    dose: float
    cells: Interval
    doses: Interval
    expected_doses: float
    failure: Interval
    no_dose: float
    donors_for: dict[int, int]
    cost: Interval
    currency: str
    sources: tuple[str, ...]


@functools.cache
def published() -> Mapping[str, Any]:
    """Published yields and costs.

    Examples
    --------
    >>> sorted(published()["source"])
    ['adipose', 'bone_marrow', 'umbilical_cord']
    """
    text = (files("hepatica.manufacturing.quality.supply") / "yields.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _draw(quantity: Mapping[str, Any], u: Floats) -> Floats:
    """Log-normal draws of a mean with its standard deviation or coefficient of variation."""
    cv = quantity["sd"] / quantity["mean"] if "sd" in quantity else quantity["cv"]
    sigma = np.sqrt(np.log1p(cv**2))
    return np.asarray(quantity["mean"] * np.exp(sigma * ndtri(u) - 0.5 * sigma**2))


def yield_of_donor(
    source: str,
    dose: float,
    *,
    cost: str = "bag",
    passages: int = 4,
    recovery: float = 0.9,
    needed: tuple[int, ...] = (20, 100),
    draws: int = 20_000,
    seed: int = 1,
) -> DonorYield:
    """Doses of one donor and their cost.

    Bone marrow: cells of a bank's cultures. Cord and adipose tissue: the yield of the first passage, doubled in each
    passage after it with nothing discarded, so that a donor's cultures, not a single flask, are counted.

    Parameters
    ----------
    source : str
        A source of `yields.toml`.
    dose : float
        Viable cells that a dose delivers.
    cost : str
        A cost of `yields.toml`.
    passages : int
        Passages in culture, where doublings are published.
    recovery : float
        Viable share after thaw and wash.
    needed : tuple of int
        Numbers of doses of which the donors are counted.
    draws, seed : int
        Monte-Carlo draws, and seed of the random streams.

    Raises
    ------
    InputError
        If the source or the cost is unknown, or a number is out of range.

    Examples
    --------
    >>> found = yield_of_donor("bone_marrow", 70e6)
    >>> 5 < found.doses.median < 15 and found.currency == "EUR"
    True
    """
    table = published()
    for name, kind in ((source, "source"), (cost, "cost")):
        if name not in table[kind]:
            raise InputError(kind, name, f"one of {', '.join(table[kind])}")
    if not 0.0 < recovery <= 1.0:
        raise InputError("recovery", recovery, "above 0 and at most 1")
    per_dose, row, price = positive(dose, "dose"), table["source"][source], table["cost"][cost]
    u = uniforms(seed, np.arange(whole(draws, "draws", least=1_000)), f"quality:yield {source}", 6)
    cells = _draw(row["cells"], u[:, 0]) * recovery
    if "doublings" in row:
        cells = cells * 2.0 ** (_draw(row["doublings"], u[:, 1]) * (whole(passages, "passages") - 1))
    else:
        cells = cells * row["cultures"]["mean"]
    failure = beta.ppf(u[:, 2], row["failed"] + 0.5, row["made"] - row["failed"] + 0.5)  # Jeffreys' prior
    doses = np.where(u[:, 3] < failure, 0.0, np.floor(cells / per_dose))
    of_cells = per_dose / (price["cells_low"] * (price["cells_high"] / price["cells_low"]) ** u[:, 4])
    each = price["low"] * (price["high"] / price["low"]) ** u[:, 5] * of_cells / recovery
    keys = ("cells_source", "cultures_source", "doublings_source", "failed_source")
    return DonorYield(
        source=source,
        dose=per_dose,
        cells=Interval.of(cells),
        doses=Interval.of(doses),
        expected_doses=float(doses.mean()),
        failure=Interval.of(failure),
        no_dose=float(np.mean(doses == 0.0)),
        donors_for={whole(n, "doses"): _donors(doses, n) for n in needed},
        cost=Interval.of(each),
        currency=price["currency"],
        sources=tuple(row[key] for key in keys if key in row) + (price["source"],),
    )


MOST_DONORS = 2_000
_REPEATS = 500


def _donors(doses: Floats, needed: int) -> int:
    """Donors whose doses together reach a number with a chance of 95 %, by repeats of the draws; -1 above the bound."""
    rows = doses.size // _REPEATS
    if not doses.any():
        return -1
    total = np.cumsum(doses[: rows * _REPEATS].reshape(_REPEATS, rows), axis=1)
    enough = (total >= needed).mean(axis=0)
    if enough[-1] >= 0.95:
        return int(np.argmax(enough >= 0.95)) + 1
    most = int(np.ceil(needed / doses.mean() * 1.5))
    return most if most <= MOST_DONORS else -1
