"""Arms of a published study: who they were, what they were given, and what another source says of one."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from hepatica.evidence.observations import Row, Wrong, refuse, without_unstated

MIXTURE_ROUNDING = 0.005  # by which the printed shares of a mixture may miss 1
Mixture = dict[str, Annotated[float, Field(gt=0, le=1)]]


class CellType(StrEnum):
    """Kind of cells of a product."""

    MSC = "msc"
    MONONUCLEAR = "mononuclear"
    HAEMATOPOIETIC = "haematopoietic"
    HEPATOCYTE_PROGENITOR = "hepatocyte_progenitor"
    OTHER = "other"


def mixture_faults(mixture: Mixture, population: str, whose: str) -> Iterator[Wrong]:
    """Faults of a mixture of populations: shares that do not add up to 1, and a population beside it."""
    if not mixture:
        return
    total = sum(mixture.values())
    if abs(total - 1.0) > MIXTURE_ROUNDING:
        says = f"the shares of {whose} add up to {total:.3g}; those of a mixture add up to 1"
        yield Wrong(("mixture",), dict(mixture), says)
    if population:
        yield Wrong(("population",), population, f"{whose} has a mixture too: state one of them")


class Arm(Row):
    """A group of people followed together.

    Attributes
    ----------
    id, label : str
        Name inside the publication, and in words.
    n : int or None
        People in it; None where not printed.
    subset_of : str
        Arm whose people these are again: never count both.
    product, donor, route, co_treatment : str
        What was given, in words; empty where no cells were.
    cell_type : CellType or None
        Kind of the cells. None takes it from the words of `product`, and says so.
    msc_share : float or None
        Share of MSC among the cells of the dose, above 0 to 1; the rest is not simulated. Needed of mononuclear cells.
    source : str
        Tissue of the cells, a key of `hepatica.therapy.SOURCES`; empty takes it from the words of `product`.
    dose_low, dose_high : float or None
        Cells given at each infusion, in `dose_unit`.
    infusions : int or None
    interval : float or None
        Days between infusions.
    treatments : tuple of str or None
        Keys of `hepatica.therapy.TREATMENTS` that are simulated with the arm, beside those that everybody was given;
        None reads them from the words of `co_treatment`.
    population : str
        Key of the virtual population it is predicted with, where it is not the publication's.
    mixture : dict of str to float
        Virtual populations with their shares, where its people are of several.
    note : str
    """

    id: str
    label: str
    n: int | None = Field(default=None, gt=0)
    subset_of: str = ""
    product: str = ""
    donor: Literal["", "allogeneic", "autologous"] = ""
    cell_type: CellType | None = None
    msc_share: float | None = Field(default=None, gt=0, le=1)
    source: str = ""
    dose_low: float | None = Field(default=None, gt=0)
    dose_high: float | None = Field(default=None, gt=0)
    dose_unit: Literal["", "cells/kg", "cells"] = ""
    infusions: int | None = Field(default=None, gt=0)
    interval: float | None = Field(default=None, gt=0)
    route: str = ""
    co_treatment: str = ""
    treatments: tuple[str, ...] | None = None
    start: float = Field(default=0.0, ge=0)
    population: str = ""
    mixture: Mixture = Field(default_factory=dict)
    note: str = ""

    @model_serializer(mode="wrap")
    def _stated(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Fields without those that are not stated: files of before have the same hash."""
        fields: dict[str, Any] = dump(self)
        if fields.get("treatments", ()) is None:
            del fields["treatments"]
        return without_unstated(fields, "mixture", "cell_type", "msc_share", "source")

    @property
    def gives_cells(self) -> bool:
        """True where anything is given that may be cells."""
        return bool(self.product) or self.cell_type is not None or self.dose_high is not None

    @model_validator(mode="after")
    def _dosed(self) -> Arm:
        refuse(self._wrongs())
        return self

    def _wrongs(self) -> Iterator[Wrong]:
        if (self.dose_low is None, self.dose_high is None) != ((not self.dose_unit,) * 2):
            yield Wrong(
                (),
                (self.dose_low, self.dose_high, self.dose_unit),
                f"arm '{self.id}' needs dose_low, dose_high and dose_unit together, or none of them",
            )
        if self.dose_low is not None and self.dose_high is not None and self.dose_low > self.dose_high:
            yield Wrong(("dose_low",), self.dose_low, f"arm '{self.id}' has dose_low above dose_high")
        if not self.gives_cells and (self.msc_share is not None or self.source):
            yield Wrong(("cell_type",), None, f"arm '{self.id}' has no cells of which msc_share or source could be")
        yield from mixture_faults(self.mixture, self.population, f"arm '{self.id}'")


class Alternative(Row):
    """Another source's account of an arm, which may take the place of its own.

    Attributes
    ----------
    id : str
        Name inside the publication: ``hepatica calibrate --alternative <key>:<id>`` takes it.
    arm : str
    note : str
        Who says so.
    dose_low, dose_high, dose_unit, infusions, product
        As in `Arm`; what is not stated stays.
    """

    id: str
    arm: str
    note: str
    dose_low: float | None = Field(default=None, gt=0)
    dose_high: float | None = Field(default=None, gt=0)
    dose_unit: Literal["", "cells/kg", "cells"] = ""
    infusions: int | None = Field(default=None, gt=0)
    product: str = ""

    def of(self, arm: Arm) -> Arm:
        """The arm as this source has it."""
        own = self.model_dump(exclude={"id", "arm", "note"}, exclude_defaults=True)
        return Arm(**(arm.model_dump() | own))
