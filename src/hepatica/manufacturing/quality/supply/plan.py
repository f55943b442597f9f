"""Supply plan: doses and cost of a donor, pooling and qualification of donors, and when to start the next lot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepatica.errors import InputError
from hepatica.manufacturing.quality.supply.clinic import Supply, SupplyResult, simulate_supply
from hepatica.manufacturing.quality.supply.donors import (
    Components,
    Pool,
    Qualification,
    fewest_donors,
    pool_donors,
    qualify_donors,
)
from hepatica.manufacturing.quality.supply.plan_file import DonorTable, PotencyTable, StockTable, SupplyFile
from hepatica.manufacturing.quality.supply.yields import DonorYield, yield_of_donor
from hepatica.progress import Progress, ignore_progress

MONTH = 30.0  # days in which the arrivals of a supply file are counted
ERRORS = 2.0  # Monte-Carlo standard errors by which a level must reach the share that is asked


@dataclass(frozen=True, kw_only=True)
class Level:
    """Reorder level with its supply.

    Attributes
    ----------
    reorder : int
    supply : Supply
    result : SupplyResult
    is_enough : bool
        The share treated reaches the one asked by twice its Monte-Carlo error.
    """

    reorder: int
    supply: Supply
    result: SupplyResult
    is_enough: bool


@dataclass(frozen=True, kw_only=True)
class SupplyPlan:
    """Supply of a product, part by part as its file asks.

    Attributes
    ----------
    file : SupplyFile
    donor : DonorYield or None
    pools : tuple of Pool
        In the order of the file.
    fewest : int or None
        Fewest donors of a lot for the chance that is asked; None where no number gives it.
    qualification : Qualification or None
    levels : tuple of Level
        By reorder level, lowest first.
    """

    file: SupplyFile
    donor: DonorYield | None
    pools: tuple[Pool, ...]
    fewest: int | None
    qualification: Qualification | None
    levels: tuple[Level, ...]

    @property
    def chosen(self) -> Level | None:
        """Lowest reorder level that is enough; None where none is."""
        return next((level for level in self.levels if level.is_enough), None)


def plan_supply(file: SupplyFile, *, seed: int = 1, progress: Progress = ignore_progress) -> SupplyPlan:
    """Plan the supply of a product.

    Parameters
    ----------
    file : SupplyFile
        What is asked.
    seed : int
        Of the random streams; all reorder levels meet the same patients and failures.
    progress : Progress
        Told of horizons done.

    Raises
    ------
    InputError
        If a source or a cost is unknown, or the simulation were too long.

    Examples
    --------
    >>> from hepatica.manufacturing.quality.supply.plan_file import check_supply
    >>> stock = {"patients": 6, "doses_per_lot": 20, "lead": 30, "failure": 0.2, "reorder": [5, 40], "runs": 20}
    >>> plan_supply(check_supply({"title": "t", "stock": stock | {"initial": 20}})).chosen.reorder
    40
    """
    donor = None if file.donors is None else _yield(file.donors, seed)
    potency = file.potency
    return SupplyPlan(
        file=file,
        donor=donor,
        pools=() if potency is None else _pools(potency),
        fewest=None if potency is None else _fewest(potency),
        qualification=None if potency is None else _qualify(potency),
        levels=() if file.stock is None else _levels(file.stock, donor, seed, progress),
    )


def _yield(table: DonorTable, seed: int) -> DonorYield:
    return yield_of_donor(
        table.source,
        table.dose,
        cost=table.cost,
        passages=table.passages,
        recovery=table.recovery,
        needed=tuple(table.needed),
        seed=seed,
    )


def _components(table: PotencyTable) -> Components:
    return Components(table.mean, table.donor, table.batch, table.assay)


def _pools(table: PotencyTable) -> tuple[Pool, ...]:
    return tuple(
        pool_donors(
            _components(table),
            np.ones(m),
            lower=table.lower,
            upper=table.upper,
            missed_infection=table.missed_infection,
        )
        for m in table.pools
    )


def _fewest(table: PotencyTable) -> int | None:
    try:
        return fewest_donors(_components(table), lower=table.lower, upper=table.upper, chance=table.chance)
    except InputError:  # no number gives it
        return None


def _qualify(table: PotencyTable) -> Qualification | None:
    if table.threshold is None:
        return None
    return qualify_donors(
        _components(table),
        table.threshold,
        donors=table.donors,
        batches=table.batches,
        replicates=table.replicates,
    )


def _levels(table: StockTable, donor: DonorYield | None, seed: int, progress: Progress) -> tuple[Level, ...]:
    per_lot, failure = table.doses_per_lot, table.failure
    if donor is not None:
        per_lot = max(int(donor.doses.median), 1) if per_lot is None else per_lot
        failure = donor.failure.median if failure is None else failure
    assert per_lot is not None and failure is not None  # the file states them, or donors
    levels = sorted(table.reorder)
    made = []
    for k, reorder in enumerate(levels):
        supply = Supply(
            patients_per_day=table.patients / MONTH,
            doses_per_patient=table.doses_per_patient,
            doses_per_lot=per_lot,
            lead=table.lead,
            failure=failure,
            expiry=np.inf if table.expiry is None else table.expiry,
            reorder=reorder,
            patience=table.patience,
            suites=table.suites,
            initial=table.initial,
        )

        def report(stage: str, done: int, total: int, /, before: int = k) -> None:
            progress(stage, before * total + done, len(levels) * total)

        result = simulate_supply(supply, table.days, runs=table.runs, seed=seed, progress=report)
        treated = result.treated
        enough = bool(treated.mean - ERRORS * treated.error >= table.treated)
        made.append(Level(reorder=reorder, supply=supply, result=result, is_enough=enough))
    return tuple(made)
