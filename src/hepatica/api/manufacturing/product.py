"""Request and answer of products side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from hepatica.api.base import Answer, Number, Request, Row, RunInfo, Strict, rows
from hepatica.study import Study

if TYPE_CHECKING:
    from hepatica.engine import System
    from hepatica.manufacturing.clinical.alternatives import ProductComparison
    from hepatica.manufacturing.clinical.lots import LotSummary
    from hepatica.progress import Progress


class LotSummaryAnswer(Strict):
    """Effect of lot-to-lot variability on a dose, if potency acts as modelled.

    Attributes
    ----------
    cells : float
        Planned dose, cells per kg.
    potency_units : list of float
        Median and 90 % range over lots of living cells times relative potency, per kg.
    feasible : list of float
        5 and 95 % points of the dose in cells that brings the typical lot's potency units.
    loss, loss_error : float
        Mean quality-adjusted days lost to variation, with its Monte-Carlo error.
    perfect_assay, assay, pooling : float
        Days per patient that a dose by a perfect assay, by the usual one, and pooling of donors gain.
    """

    cells: float
    potency_units: list[Number]
    feasible: list[Number]
    loss: Number
    loss_error: Number
    perfect_assay: Number
    assay: Number
    pooling: Number


class ProductAnswer(Answer):
    """Products of a study side by side.

    Attributes
    ----------
    text : list of str
        The answer in sentences, in the language that was asked for; empty from Python.
    regimen : str
    rows : list of rows
        One per product and hypothesis: gain over standard care, difference from the study's product, thrombo-embolism;
        each with Monte-Carlo error and 90 % interval; and what the variation of lots is known from.
    lots : LotSummaryAnswer
    patients, draws, failed : int
    run : RunInfo
    """

    text: list[str] = []
    regimen: str
    rows: list[Row]
    lots: LotSummaryAnswer
    patients: int
    draws: int
    failed: int
    run: RunInfo

    @classmethod
    def of(cls, comparison: ProductComparison, lots: LotSummary, *, text: Sequence[str] = ()) -> ProductAnswer:
        """Answer of a comparison and a summary of lots."""
        return cls(
            text=list(text),
            regimen=comparison.regimen,
            rows=rows(comparison.frame()),
            lots=LotSummaryAnswer(
                cells=lots.cells,
                potency_units=list(lots.potency_units),
                feasible=list(lots.feasible),
                loss=lots.loss[0],
                loss_error=lots.loss[1],
                perfect_assay=lots.perfect_assay,
                assay=lots.assay,
                pooling=lots.pooling,
            ),
            patients=comparison.patients,
            draws=comparison.draws,
            failed=comparison.failed,
            run=RunInfo.of(comparison.study, comparison.system),
        )


class ProductRequest(Request):
    """Products to compare.

    Attributes
    ----------
    study : Study
    cells : float or null
        Dose of one infusion, cells per kg; the middle one of the study's grid unless given.
    draws, per_draw : int
        Parameter draws, and patients of each.
    """

    study: Study
    cells: float | None = Field(default=None, gt=0)
    draws: int = Field(default=30, ge=2, le=10_000)
    per_draw: int = Field(default=2, ge=2, le=1_000)

    def compute(
        self, *, system: System | None = None, workers: int | None = None, progress: Progress | None = None
    ) -> tuple[ProductComparison, LotSummary]:
        """Compare the products, and say what the variation of lots does.

        Parameters
        ----------
        system : System, optional
            The shipped model unless given.
        workers : int, optional
            Threads; one per core unless given.
        progress : Progress, optional
            Receiver of progress.

        Raises
        ------
        InputError
            If the planned dose is not per kg.
        """
        from hepatica.errors import InputError
        from hepatica.manufacturing.clinical.alternatives import compare_products
        from hepatica.manufacturing.clinical.courses import planned_regimen
        from hepatica.manufacturing.clinical.lots import summarise_lots
        from hepatica.manufacturing.clinical.store import stored_surface
        from hepatica.manufacturing.clinical.surface import SurfaceSize

        planned = planned_regimen(self.study, self.cells)
        if not planned.per_kg:
            raise InputError("--cells", planned.label, "a dose per kg, such as '1e6 cells/kg'")
        size = SurfaceSize(draws=self.draws, per_draw=self.per_draw)
        given = {"cells": planned.dose, "size": size, "system": system, "workers": workers, "progress": progress}
        comparison = compare_products(self.study, **given)  # type: ignore[arg-type]
        surface = stored_surface(self.study, **given)  # type: ignore[arg-type]
        return comparison, summarise_lots(self.study, surface, planned.dose)

    def run(
        self, *, system: System | None = None, workers: int | None = None, progress: Progress | None = None
    ) -> ProductAnswer:
        """Compare the products and give the answer; see `compute`."""
        return ProductAnswer.of(*self.compute(system=system, workers=workers, progress=progress))


REQUESTS, ANSWERS = {"product": ProductRequest}, {"product": ProductAnswer}
