"""Lots of a study as products: a prior that enters simulations, doses that they allow, cost of their variation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hepatica.errors import InputError
from hepatica.manufacturing.clinical.basis import RANGES, Coordinate, reference_point
from hepatica.manufacturing.clinical.surface import Surface
from hepatica.patients.streams import uniforms
from hepatica.study import Study
from hepatica.therapy import LotVariation, Product
from hepatica.therapy.lots import LotAttributes, LotNumbers, lot_attributes

Floats = NDArray[np.float64]
LOTS = 400
NODES = 15  # of the quadrature over a posterior
DOSES = 11


@dataclass(frozen=True, kw_only=True)
class Lots:
    """Lots that a study's product may turn out to be.

    Attributes
    ----------
    product : Product
        Typical lot.
    potency, viability, tissue_factor : (lot,)
        Potency and tissue factor relative to the typical lot; living share.
    delivered : (lot,)
        What arrives of the cells ordered.
    products : tuple of Product
        Each lot as a product, for simulations.
    """

    product: Product
    potency: Floats
    viability: Floats
    tissue_factor: Floats
    delivered: Floats
    products: tuple[Product, ...]

    def points(self, dose: float = 1.0) -> Floats:
        """Coordinates on a surface, (lot, 4): the dose that arrives is relative to that of the typical lot."""
        columns = (self.potency, self.viability, self.tissue_factor, dose * self.delivered / self.product.delivered)
        return np.stack(columns, axis=1)

    def by_patient(self, patients: int, seed: int) -> tuple[Product, ...]:
        """One lot for each patient, drawn with replacement; patient 17 has the same lot in any number of patients."""
        which = (uniforms(seed, np.arange(patients), "lots:patient")[:, 0] * len(self.products)).astype(int)
        return tuple(self.products[k] for k in which)


def lots_of(study: Study, seed: int | None = None, *, lots: int = LOTS, donors: int | None = None) -> Lots:
    """Lots of a study's product: as it states that they differ, else as those of its source do.

    Parameters
    ----------
    study : Study
        Its product is the typical lot; its seed counts unless one is given.
    seed : int, optional
        Of the lots.
    lots : int
        Number of lots.
    donors : int, optional
        Donors that a lot pools; as the study states unless given.

    Raises
    ------
    InputError
        If there is no lot.

    Examples
    --------
    >>> from hepatica.study import check_study
    >>> made = lots_of(check_study({"title": "t", "grid": {"dose": ["1e6 cells/kg"]}}), 1, lots=3)
    >>> len(made.products), made.products[0].source
    (3, 'bone_marrow')
    """
    if lots < 1:
        raise InputError("lots", lots, "one at least")
    product, own = study.product.product(), study.seed if seed is None else seed
    variation = product.lots or LotVariation.of_source(product.source)
    if donors is not None:
        variation = replace(variation, donors=donors)
    drawn = draw_lots(variation, product.viability, lots, own, product.delivered)
    typical = product.multipliers()["tissue_factor"]
    return Lots(
        product=product.typical_lot,
        potency=drawn.potency,
        viability=drawn.viability,
        tissue_factor=drawn.tissue_factor,
        delivered=drawn.delivered,
        products=tuple(
            replace(
                product.typical_lot,
                potency=product.potency * float(p),
                viability=float(v),
                tissue_factor=typical * float(c),
                delivered=float(d),
            )
            for p, v, c, d in zip(*drawn, strict=True)
        ),
    )


def draw_lots(variation: LotVariation, viability: float, lots: int, seed: int, delivered: float = 1.0) -> LotAttributes:
    """Attributes of lots, (lots,); lot 17 is the same in any number of lots.

    Parameters
    ----------
    variation : LotVariation
        Spread between lots, and what assays leave unknown of each.
    viability : float
        Living share of the typical lot.
    lots, seed : int
        Number of lots, and the seed of their random numbers.
    delivered : float
        What typically arrives of the cells ordered.

    Examples
    --------
    >>> pooled = LotVariation.of_source("bone_marrow", donors=10)
    >>> bool(np.std(draw_lots(pooled, 0.9, 400, 1).potency) < 0.22)
    True
    """
    which = np.arange(lots)
    numbers = LotNumbers(
        donor=uniforms(seed, which, "lots:donor", variation.donors),
        batch=uniforms(seed, which, "lots:batch")[:, 0],
        viability=uniforms(seed, which, "lots:viability")[:, 0],
        tissue_factor=uniforms(seed, which, "lots:tissue_factor")[:, 0],
        delivered=uniforms(seed, which, "lots:delivered")[:, 0],
        error=uniforms(seed, which, "lots:error", 4),
    )
    return lot_attributes(variation, viability, numbers, delivered)


@dataclass(frozen=True, kw_only=True)
class LotSummary:
    """Effect of lot-to-lot variability on a dose; worse hypothesis, potency acting as modelled unless `strength` says.

    Attributes
    ----------
    cells : float
        Planned dose, cells per kg.
    potency_units : tuple of float
        Median and 90 % range of living cells times relative potency that patients get, per kg.
    feasible : tuple of float
        5 and 95 % points, over lots, of the dose in cells that brings the typical lot's potency units.
    loss : tuple of float
        Mean loss to variation against the typical lot, and its Monte-Carlo error.
    perfect_assay, assay : float
        Days per patient that a dose adjusted to each lot gains, by a perfect assay and by the stated one.
    pooling : float
        Days per patient that pooling gains.
    """

    cells: float
    potency_units: tuple[float, float, float]
    feasible: tuple[float, float]
    loss: tuple[float, float]
    perfect_assay: float
    assay: float
    pooling: float


def summarise_lots(
    study: Study, surface: Surface, cells: float, *, assay_sd: float = 0.15, donors: int = 10, strength: float = 1.0
) -> LotSummary:
    """Consequence of the variation of lots, and value of an assay or of pooling.

    Parameters
    ----------
    study : Study
        Its product.
    surface : Surface
        Of the study at the planned dose.
    cells : float
        Planned dose, cells per kg.
    assay_sd : float
        Standard error of the logarithm of relative potency.
    donors : int
        Donors that pooled lots would have.
    strength : float
        Exponent of potency; 0 if it is not linked to outcome.
    """
    single, pooled = lots_of(study), lots_of(study, donors=donors)
    units = cells * single.potency * single.viability * single.delivered
    typical = cells * surface.viability * single.product.delivered
    ends = np.quantile(units, [0.5, 0.05, 0.95])
    losses = [_mean_loss(surface, lots.points(), strength) for lots in (single, pooled)]
    worst = int(np.argmax(losses[0].mean(axis=1)))
    middle = surface.error(single.points(), strength=strength)[worst]
    needed = cells * typical / units
    return LotSummary(
        cells=cells,
        potency_units=(float(ends[0]), float(ends[1]), float(ends[2])),
        feasible=(float(np.quantile(needed, 0.05)), float(np.quantile(needed, 0.95))),
        loss=(float(losses[0][worst].mean()), float(middle.mean())),
        perfect_assay=assay_value(surface, single, 1e-6, strength=strength),
        assay=assay_value(surface, single, assay_sd, strength=strength),
        pooling=float(losses[0][worst].mean() - losses[1][worst].mean()),
    )


def _mean_loss(surface: Surface, points: Floats, strength: float) -> Floats:
    """Expected loss, (hypothesis, point)."""
    return np.asarray(np.einsum("hsn,hs->hn", surface.loss(points, strength=strength), surface.weight))


def assay_value(surface: Surface, lots: Lots, error: float, *, strength: float = 1.0) -> float:
    """Value of a potency assay (preposterior analysis): days gained by the best dose after each result.

    Before it every lot is given at the one best dose of those simulated; after it at the best for its posterior, a
    normal one on the logarithm. The worse hypothesis for the typical variation counts.

    Parameters
    ----------
    surface : Surface
        Of the study at the planned dose.
    lots : Lots
        Their potencies are the prior.
    error : float
        Standard error of the logarithm of a result.
    strength : float
        Exponent of potency.

    References
    ----------
    Raiffa H, Schlaifer R, Applied Statistical Decision Theory, 1961, chapter 5.
    """
    logs = np.log(lots.potency)
    least, most = np.log(RANGES[Coordinate.DOSE])
    doses = np.exp(np.linspace(least, most, DOSES))
    low, high = np.log(RANGES[Coordinate.POTENCY])
    grid = np.linspace(low, high, 61)
    tables = []
    for dose in doses:
        points = np.tile(reference_point(surface.viability), (len(grid), 1))
        points[:, 0], points[:, 3] = np.exp(grid), dose
        tables.append(_mean_loss(surface, points, strength))
    worst = int(np.argmax(_mean_loss(surface, lots.points(), strength).mean(axis=1)))
    table = np.stack(tables)[:, worst]
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    prior = max(float(logs.std()), 1e-9)
    share = prior**2 / (prior**2 + error**2)
    results = logs + error * ndtri(uniforms(1, np.arange(len(logs)), "lots:assay")[:, 0])
    mean, sd = logs.mean() + share * (results - logs.mean()), np.sqrt(share) * error
    at = mean[:, None] + sd * nodes
    expected = np.stack([np.interp(at, grid, row) @ weights / weights.sum() for row in table])
    chosen = table_at(table, grid, logs)[np.argmin(expected, axis=0), np.arange(len(logs))]
    return float(max(table_at(table, grid, logs).mean(axis=1).min() - chosen.mean(), 0.0))


def table_at(table: Floats, grid: Floats, logs: Floats) -> Floats:
    """Losses of each dose at log potencies, (dose, lot), by linear interpolation."""
    return np.stack([np.interp(logs, grid, row) for row in table])
