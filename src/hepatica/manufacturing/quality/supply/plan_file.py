"""Supply file: donors, what they yield and cost, how they vary, and the stock of a trial or a clinic (TOML)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from hepatica.manufacturing.toml_file import Finite, NotNegative, Part, Positive, Share, check_table, read_toml

Count = Annotated[int, Field(ge=1, le=100_000, strict=True)]
Stock = Annotated[int, Field(ge=0, le=100_000, strict=True)]


class DonorTable(Part):
    """Yield and cost of a donor, by published means.

    Attributes
    ----------
    source : str
        Of cells, as in `yields.toml`.
    dose : float
        Viable cells that a dose delivers.
    passages : int
    recovery : float
        Viable share after thaw and wash.
    cost : str
        As in `yields.toml`.
    needed : list of int
        Numbers of doses of which the donors are counted.
    """

    source: str
    dose: Positive
    passages: Annotated[int, Field(ge=1, le=20, strict=True)] = 4
    recovery: Annotated[float, Field(gt=0, le=1)] = 0.9
    cost: str = "bag"
    needed: Annotated[list[Count], Field(min_length=1, max_length=10)] = [20, 100]


class PotencyTable(Part):
    """Variance components of an attribute of lots, the pooling of donors and their qualification.

    Attributes
    ----------
    name : str
    mean, donor, batch, assay : float
        Mean, and standard deviations between donors, between batches, and of one replicate of the assay; on the scale
        on which a pool is the mean of its donors.
    lower, upper : float, optional
        Specification of the true value.
    chance : float
        That a lot meets it, for which the fewest donors are counted.
    pools : list of int
        Donors of a lot, to be compared.
    missed_infection : float
        Chance that one donor carries an infection in spite of screening.
    threshold : float, optional
        Of the measured value from which on a donor qualifies.
    donors, batches, replicates : int
        Qualified donors that are needed; trial batches of each, and replicates on each.
    source : str
        Where the components are from.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)] = "relative potency"
    mean: Finite
    donor: NotNegative
    batch: NotNegative
    assay: NotNegative
    lower: Finite | None = None
    upper: Finite | None = None
    chance: Share = 0.95
    pools: Annotated[list[Annotated[int, Field(ge=1, le=1000, strict=True)]], Field(min_length=1, max_length=20)] = [
        1,
        2,
        5,
        10,
    ]
    missed_infection: Annotated[float, Field(ge=0, lt=1)] = 0.0
    threshold: Finite | None = None
    donors: Count = 1
    batches: Count = 1
    replicates: Count = 1
    source: Annotated[str, Field(min_length=3)]

    @model_validator(mode="after")
    def _has_limits(self) -> Self:
        if self.lower is None and self.upper is None:
            raise ValueError(f"{self.name}: give lower, upper, or both")
        if self.lower is not None and self.upper is not None and not self.lower < self.upper:
            raise ValueError(f"{self.name}: lower is not below upper")
        if self.donor + self.batch == 0:
            raise ValueError(f"{self.name}: donor or batch above 0")
        return self


class StockTable(Part):
    """Stock of a trial or a clinic; times in days.

    Attributes
    ----------
    patients : float
        Arrivals in 30 days.
    doses_per_patient : int
        On the day, all or none.
    doses_per_lot : int, optional
        The median of a donor unless stated.
    lead : float
        From the start of a lot to its release.
    failure : float, optional
        Chance that a lot fails release; the median of cultures that fail unless stated.
    expiry : float, optional
        Days that a released dose keeps; without end unless stated.
    patience : float
        Days that a patient can wait.
    suites : int
        Lots that can be made at the same time.
    initial : int
        Doses in stock at the start.
    days : float
        Horizon.
    reorder : list of int
        Levels to be compared: a lot is started when so many doses are left.
    treated : float
        Share of patients that must be treated.
    runs : int
        Horizons simulated.
    """

    patients: Positive
    doses_per_patient: Count = 1
    doses_per_lot: Count | None = None
    lead: NotNegative
    failure: Annotated[float, Field(ge=0, lt=1)] | None = None
    expiry: Positive | None = None
    patience: NotNegative = 0.0
    suites: Count = 1
    initial: Stock = 0
    days: Positive = 365.0
    reorder: Annotated[list[Stock], Field(min_length=1, max_length=12)]
    treated: Share = 0.95
    runs: Annotated[int, Field(ge=2, le=5_000, strict=True)] = 200


class SupplyFile(Part):
    """Supply of a product, as its file states it; each table may be absent.

    Attributes
    ----------
    title : str
    donors : DonorTable, optional
    potency : PotencyTable, optional
    stock : StockTable, optional
    """

    title: Annotated[str, Field(min_length=1, max_length=200)]
    donors: DonorTable | None = None
    potency: PotencyTable | None = None
    stock: StockTable | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.donors is None and self.potency is None and self.stock is None:
            raise ValueError("supply: give [donors], [potency] or [stock]")
        if self.stock is not None and self.donors is None:
            for key in ("doses_per_lot", "failure"):
                if getattr(self.stock, key) is None:
                    raise ValueError(f"stock: give {key}, or [donors], which it is then taken from")
        if self.stock is not None and len(set(self.stock.reorder)) < len(self.stock.reorder):
            raise ValueError("stock: each level of reorder once")
        return self


def check_supply(data: dict[str, object]) -> SupplyFile:
    """Supply from untyped data.

    Raises
    ------
    InputError
        If a key is unknown, missing, of the wrong type, or values contradict each other.

    Examples
    --------
    >>> check_supply({"title": "t", "donors": {"source": "bone_marrow", "dose": 70e6}}).donors.passages
    4
    """
    return check_table(SupplyFile, data, "supply")


def read_supply(path: Path) -> SupplyFile:
    """Supply from its TOML file.

    Raises
    ------
    InputError
        If the file cannot be read, or `check_supply` refuses it.

    Examples
    --------
    >>> read_supply(Path("nowhere.toml"))
    Traceback (most recent call last):
    hepatica.errors.InputError: supply: got 'nowhere.toml'; a TOML file that can be read (No such file or directory)
    """
    return check_supply(read_toml(path, "supply"))
