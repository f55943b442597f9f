"""Request and answer of a supply plan: what a donor yields, pooling and qualification, and the stock of a clinic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from hepatica.api.base import Answer, Number, Request, Strict

if TYPE_CHECKING:
    from hepatica.manufacturing.quality.supply.clinic import Estimate
    from hepatica.manufacturing.quality.supply.plan import Level, SupplyPlan
    from hepatica.manufacturing.quality.supply.yields import DonorYield, Interval
    from hepatica.progress import Progress


class IntervalRow(Strict):
    """Median and 95 % interval.

    Attributes
    ----------
    median, low, high : float
    """

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, interval: Interval) -> Self:
        """Row of an interval."""
        return cls(**interval._asdict())


class DonorRow(Strict):
    """Doses of one donor and their cost.

    Attributes
    ----------
    source : str
    dose : float
        Viable cells.
    cells, doses, failure, cost : IntervalRow
        Viable cells of a donor whose culture succeeds; doses, 0 where it fails; share that fails; cost of a dose.
    expected_doses, no_dose : float
    donors_for : dict of int to int or None
        Donors to collect for a number of doses with a chance of 95 %; null above 2,000.
    currency : str
    sources : list of str
    """

    source: str
    dose: float
    cells: IntervalRow
    doses: IntervalRow
    failure: IntervalRow
    cost: IntervalRow
    expected_doses: float
    no_dose: float
    donors_for: dict[int, int | None]
    currency: str
    sources: list[str]

    @classmethod
    def of(cls, donor: DonorYield) -> Self:
        """Row of a donor."""
        return cls(
            source=donor.source,
            dose=donor.dose,
            cells=IntervalRow.of(donor.cells),
            doses=IntervalRow.of(donor.doses),
            failure=IntervalRow.of(donor.failure),
            cost=IntervalRow.of(donor.cost),
            expected_doses=donor.expected_doses,
            no_dose=donor.no_dose,
            donors_for={needed: n if n > 0 else None for needed, n in donor.donors_for.items()},
            currency=donor.currency,
            sources=list(donor.sources),
        )


class PoolRow(Strict):
    """Lots pooled of so many donors.

    Attributes
    ----------
    donors : int
    sd, share_from_donors, chance_within, infection : float
        Of true values of lots; share of their variance; chance of the specification; of an infected donor.
    """

    donors: int
    sd: float
    share_from_donors: float
    chance_within: float
    infection: float


class QualificationRow(Strict):
    """Donors chosen by a measured value; fields as of `Qualification`.

    Attributes
    ----------
    share, reliability, mean, sd, good_given_qualified, qualified_given_good, screened : float
    screened_surely : int
    """

    share: float
    reliability: float
    mean: float
    sd: float
    good_given_qualified: Number
    qualified_given_good: Number
    screened: float
    screened_surely: int


class EstimateRow(Strict):
    """Mean over horizons with its Monte-Carlo error, and 95 % of them.

    Attributes
    ----------
    mean, error, low, high : float or None
    """

    mean: Number
    error: Number
    low: Number
    high: Number

    @classmethod
    def of(cls, estimate: Estimate) -> Self:
        """Row of an estimate."""
        return cls(**estimate._asdict())


class LevelRow(Strict):
    """Supply at one reorder level.

    Attributes
    ----------
    reorder, doses_per_lot : int
    failure : float
    is_enough : bool
    patients, treated, at_once, wait, lots, failed, wasted, empty : EstimateRow
    """

    reorder: int
    doses_per_lot: int
    failure: float
    is_enough: bool
    patients: EstimateRow
    treated: EstimateRow
    at_once: EstimateRow
    wait: EstimateRow
    lots: EstimateRow
    failed: EstimateRow
    wasted: EstimateRow
    empty: EstimateRow

    @classmethod
    def of(cls, level: Level) -> Self:
        """Row of a level."""
        parts = level.result._asdict()
        del parts["runs"]
        return cls(
            reorder=level.reorder,
            doses_per_lot=level.supply.doses_per_lot,
            failure=level.supply.failure,
            is_enough=level.is_enough,
            **{name: EstimateRow.of(estimate) for name, estimate in parts.items()},
        )


class SupplyAnswer(Answer):
    """Supply of a product.

    Attributes
    ----------
    title : str
    donor : DonorRow or None
    pools : list of PoolRow
    fewest_donors : int or None
        Of a lot for the chance that is asked; null where no number gives it, or it was not asked.
    qualification : QualificationRow or None
    levels : list of LevelRow
    reorder : int or None
        Lowest level that treats the share that is asked; null where none does.
    """

    title: str
    donor: DonorRow | None
    pools: list[PoolRow]
    fewest_donors: int | None
    qualification: QualificationRow | None
    levels: list[LevelRow]
    reorder: int | None

    @classmethod
    def of(cls, plan: SupplyPlan) -> Self:
        """Answer of a plan."""
        names = PoolRow.model_fields
        return cls(
            title=plan.file.title,
            donor=None if plan.donor is None else DonorRow.of(plan.donor),
            pools=[PoolRow(**{name: getattr(pool, name) for name in names}) for pool in plan.pools],
            fewest_donors=plan.fewest,
            qualification=None if plan.qualification is None else QualificationRow(**plan.qualification._asdict()),
            levels=[LevelRow.of(level) for level in plan.levels],
            reorder=None if plan.chosen is None else plan.chosen.reorder,
        )


class SupplyRequest(Request):
    """Supply of a product.

    Attributes
    ----------
    file : Path
        Supply file (TOML).
    seed : int
        Of the simulated patients, lots and yields.
    """

    file: Path
    seed: int = 1

    def compute(self, progress: Progress | None = None) -> SupplyPlan:
        """Plan the supply.

        Raises
        ------
        InputError
            If the file cannot be read or contradicts itself, or the simulation were too long.
        """
        from hepatica.manufacturing.quality.supply.plan import plan_supply
        from hepatica.manufacturing.quality.supply.plan_file import read_supply
        from hepatica.progress import ignore_progress

        return plan_supply(read_supply(self.file), seed=self.seed, progress=progress or ignore_progress)

    def run(self, progress: Progress | None = None) -> SupplyAnswer:
        """Plan the supply, as an answer."""
        return SupplyAnswer.of(self.compute(progress))


REQUESTS, ANSWERS = {"supply": SupplyRequest}, {"supply": SupplyAnswer}
