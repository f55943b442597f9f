"""Products side by side in the same patients: sources, passage, thaw; and gain and harm over single attributes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.dosing.variance_components import VarianceComponents, decompose_mixture, decompose_variance
from hepatica.engine import System
from hepatica.manufacturing.clinical.courses import Courses, admit_lots, planned_regimen, run_products
from hepatica.manufacturing.clinical.surface import SurfaceSize
from hepatica.progress import Progress, ignore_progress
from hepatica.study import Study
from hepatica.study_system import system_of
from hepatica.therapy import SOURCES, LotVariation, Product
from hepatica.therapy.process.hold import held_viability

Floats = NDArray[np.float64]
PASSAGES = (3, 6)
ATTRIBUTE_VALUES = {
    "viability": (0.5, 0.71, 0.85, 0.95),
    "passage": (3.0, 6.0, 9.0, 12.0),
    "potency": (0.1, 0.3, 0.7, 1.5, 3.0),
    "hold": (0.0, 2.0, 4.0, 8.0),
}
"""Values of single attributes: living share, passage, relative potency, hours in lactated Ringer at 24 C after thaw."""
COMPARED = ("gain", "difference", "thrombosis", "thrombosis_difference", "reaction", "reaction_difference")
"""Fields of `Compared` with an interval."""


class Group(StrEnum):
    """Kind of comparison."""

    SOURCE = "source"
    VIABILITY = "viability"
    PASSAGE = "passage"
    POTENCY = "potency"
    HOLD = "hold"


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """Product to compare.

    Attributes
    ----------
    group : Group
    value : float
        Of the attribute; of a source its place in the table.
    product : Product
    """

    group: Group
    value: float
    product: Product


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Alternative under one hypothesis.

    Attributes
    ----------
    alternative : Alternative
    hypothesis : str
    gain : VarianceComponents
        Net quality-adjusted days over standard care, the chance of no effect counted in.
    difference : VarianceComponents
        The same over the study's product, in the same patients.
    thrombosis : VarianceComponents
        Probability of thrombo-embolism over standard care.
    thrombosis_difference : VarianceComponents
        The same over the study's product.
    reaction, reaction_difference : VarianceComponents
        The same of an infusion reaction within a day of an infusion.
    """

    alternative: Alternative
    hypothesis: str
    gain: VarianceComponents
    difference: VarianceComponents
    thrombosis: VarianceComponents
    thrombosis_difference: VarianceComponents
    reaction: VarianceComponents
    reaction_difference: VarianceComponents


@dataclass(frozen=True, kw_only=True)
class ProductComparison:
    """Products of a study side by side.

    Attributes
    ----------
    study : Study
    system : System
    regimen : str
    rows : tuple of Compared
    patients, draws, failed : int
    """

    study: Study
    system: System
    regimen: str
    rows: tuple[Compared, ...]
    patients: int
    draws: int
    failed: int

    def of(self, group: Group, hypothesis: str) -> list[Compared]:
        """Rows of a group under a hypothesis, by value."""
        own = [r for r in self.rows if r.alternative.group is group and r.hypothesis == hypothesis]
        return sorted(own, key=lambda r: r.alternative.value)

    def frame(self) -> pd.DataFrame:
        """Table, one row per alternative and hypothesis."""
        made = []
        for r in self.rows:
            p = r.alternative.product
            row: dict[str, object] = {"hypothesis": r.hypothesis, "group": r.alternative.group.value}
            row |= {"value": r.alternative.value, "source": p.source, "passage": p.passage, "thawed": p.thawed}
            row |= {"viability": p.viability, "potency": p.potency}
            for name in COMPARED:
                v: VarianceComponents = getattr(r, name)
                row |= {name: v.mean, f"{name}_error": v.error, f"{name}_low": v.low, f"{name}_high": v.high}
            lots = LotVariation.of_source(p.source)
            made.append(row | {"lot_sd": lots.potency_sd, "lot_known_from": lots.source})
        return pd.DataFrame(made)


def source_alternatives(product: Product) -> list[Alternative]:
    """Every source at an early and at a later passage, fresh and thawed, otherwise the study's product."""
    made: list[Alternative] = []
    for source in SOURCES:
        for passage in PASSAGES:
            for thawed in (False, True):
                other = replace(product, source=source, passage=passage, thawed=thawed, tissue_factor=None)
                made.append(Alternative(group=Group.SOURCE, value=float(len(made)), product=other))
    return made


def attribute_alternatives(product: Product) -> list[Alternative]:
    """The study's product with one attribute changed."""
    made = []
    for name, values in ATTRIBUTE_VALUES.items():
        for value in values:
            if name == "hold":
                other = replace(product, thawed=True, viability=held_viability(product.viability, value))
            else:
                other = replace(product, **{name: int(value) if name == "passage" else value})  # type: ignore[arg-type]
            made.append(Alternative(group=Group(name), value=value, product=other))
    return made


def compare_products(
    study: Study,
    alternatives: list[Alternative] | None = None,
    *,
    cells: float | None = None,
    size: SurfaceSize | None = None,
    system: System | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> ProductComparison:
    """Products side by side in the patients of a study, at one dose and schedule, with common random numbers.

    Parameters
    ----------
    study : Study
        Population, utilities, hypotheses and product, with which the others are compared.
    alternatives : list of Alternative, optional
        Sources and single attributes unless given.
    cells : float, optional
        Dose, cells per kg; the middle one of the study's grid unless given.
    size : SurfaceSize, optional
        Parameter draws, and patients of each.
    system : System, optional
        The shipped model unless given.
    workers : int, optional
        Threads; no number depends on it.
    progress : Progress, optional
        Stages are "admit" and each hypothesis.

    Examples
    --------
    >>> from hepatica import check_study
    >>> few = {"title": "t", "patients": 4, "draws": 4, "horizon": "4 d", "hypotheses": ["lung_only"]}
    >>> study = check_study(few | {"posterior": "prior", "grid": {"dose": ["1e6 cells/kg"], "infusions": [1]}})
    >>> one = [Alternative(group=Group.VIABILITY, value=0.5, product=Product(viability=0.5))]
    >>> compare_products(study, one, size=SurfaceSize(2, 2)).rows[0].alternative.value
    0.5
    """
    engine, report, size = system_of(study, system), progress or ignore_progress, size or SurfaceSize()
    product, regimen = study.product.product().typical_lot, planned_regimen(study, cells)
    chosen = alternatives or [*source_alternatives(product), *attribute_alternatives(product)]
    report("admit", 0, 1)
    patients = admit_lots(study, engine, draws=size.draws, per_draw=size.per_draw, workers=workers)
    report("admit", 1, 1)
    treatments = [(product, regimen), *((a.product, regimen) for a in chosen)]
    rows, failed = [], 0
    for hypothesis in study.hypotheses:
        run = run_products(study, engine, patients, treatments, hypothesis, workers=workers, progress=report)
        rows += [_compared(a, run, k) for k, a in enumerate(chosen, 1)]
        failed += run.failed
    return ProductComparison(
        study=study,
        system=engine,
        regimen=regimen.label,
        rows=tuple(rows),
        patients=len(patients.cohort.patient),
        draws=len(np.unique(patients.cohort.draw)),
        failed=failed,
    )


def _compared(alternative: Alternative, run: Courses, k: int) -> Compared:
    p, clots, fevers = run.null_probability, run.harms["thrombosis"], run.harms["reaction"]
    return Compared(
        alternative=alternative,
        hypothesis=run.hypothesis,
        gain=decompose_mixture(run.acting[k], run.inert[k], run.draw, p),
        difference=decompose_mixture(run.acting[k] - run.acting[0], run.inert[k] - run.inert[0], run.draw, p),
        thrombosis=decompose_variance(clots[k], run.draw),
        thrombosis_difference=decompose_variance(clots[k] - clots[0], run.draw),
        reaction=decompose_variance(fevers[k], run.draw),
        reaction_difference=decompose_variance(fevers[k] - fevers[0], run.draw),
    )
