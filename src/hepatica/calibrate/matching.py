"""Matching of a published arm to a virtual population, a product and a regimen, or the reason why it has none."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass

from hepatica.evidence import Publication
from hepatica.evidence.arms import Arm as PublishedArm
from hepatica.evidence.arms import CellType
from hepatica.patients import Population, load_population, populations
from hepatica.simulation import Arm
from hepatica.therapy import ROUTES, SOURCES, TREATMENTS, Product, Regimen, Route, Source, Treatment, matched

CELL_WORDS: Mapping[str, tuple[str, ...]] = {
    CellType.MSC: ("msc", "mesenchymal", "made msc like"),
    CellType.MONONUCLEAR: ("mononuclear cell", "mononuclear bone", "mononuclear fraction"),
    CellType.HAEMATOPOIETIC: ("cd34", "cd133", "haematopoietic", "hematopoietic"),
    CellType.OTHER: ("stromal vascular", "macrophage", "endothelial"),
    CellType.HEPATOCYTE_PROGENITOR: ("liver derived progenitor", "liver progenitor", "hepatic progenitor"),
}
"""Words of a product from which the kind of its cells is read where `cell_type` is not stated; the longest counts."""
NOT_MSC = "its cells are not MSC"


@dataclass(frozen=True)
class SimulatedArm:
    """Simulated arm: virtual populations and treatment of a published arm.

    Attributes
    ----------
    publication, arm : str
    populations : tuple of (str, float)
        Virtual populations and their shares.
    given : Arm
    cells : bool
    assumed : tuple of str
        What the publication does not say and was assumed.
    """

    publication: str
    arm: str
    populations: tuple[tuple[str, float], ...]
    given: Arm
    cells: bool
    assumed: tuple[str, ...] = ()


def _aliases(rows: Mapping[str, Route] | Mapping[str, Source] | Mapping[str, Treatment]) -> dict[str, tuple[str, ...]]:
    return {name: row.aliases for name, row in rows.items()}


def study_population(publication: Publication, arm: PublishedArm) -> str:
    """Key of the virtual population an arm is predicted with; empty where none is like it."""
    stated = arm.population or publication.population
    if stated:
        return stated if stated in populations() else ""
    text = f"{publication.disease} {publication.title}"
    return next((p.key for p in _by_alias() if p.aliases is not None and p.aliases.fit(text)), "")


@functools.cache
def _by_alias() -> tuple[Population, ...]:
    """Populations that have aliases, in the order in which they are tried."""
    every = [p for p in map(load_population, populations()) if p.aliases is not None]
    return tuple(sorted(every, key=lambda p: p.aliases.order if p.aliases else 0.0))


def simulated_arm(publication: Publication, arm: PublishedArm) -> SimulatedArm | str:
    """Simulated arm of a published one, or the reason why it cannot be simulated.

    Examples
    --------
    >>> from hepatica.evidence import load
    >>> lin = load("lin2017")
    >>> arm = simulated_arm(lin, lin.arm("msc"))
    >>> arm.populations, arm.given.regimen.infusions, round(arm.given.regimen.dose)
    ((('hbv_aclf', 1.0),), 4, 316228)
    """
    patients = _populations(publication, arm)
    if isinstance(patients, str):
        return patients
    together = _treatments(publication, arm)
    if isinstance(together, str):
        return together
    unread = _unread(arm, together)
    if not arm.gives_cells:
        return SimulatedArm(
            publication=publication.key,
            arm=arm.id,
            populations=patients,
            given=Arm("standard care", together_with=together),
            cells=False,
            assumed=unread,
        )
    given = _cells(arm)
    if isinstance(given, str):
        return given
    regimen, product, assumed = given
    return SimulatedArm(
        publication=publication.key,
        arm=arm.id,
        populations=patients,
        given=Arm(arm.id, regimen, product, together),
        cells=True,
        assumed=(*assumed, *unread),
    )


def _populations(publication: Publication, arm: PublishedArm) -> tuple[tuple[str, float], ...] | str:
    """Virtual populations of an arm with their shares, or why there is none: its own first, then the publication's."""
    mixture = arm.mixture or ({} if arm.population else publication.mixture)
    if unknown := [key for key in mixture if key not in populations()]:
        return f"there is no virtual population '{unknown[0]}'"
    if mixture:
        total = sum(mixture.values())
        return tuple((key, share / total) for key, share in mixture.items())
    key = study_population(publication, arm)
    return ((key, 1.0),) if key else f"no virtual population is like '{publication.disease}'"


def _treatments(publication: Publication, arm: PublishedArm) -> tuple[str, ...] | str:
    """Treatments beside the cells in the order of their table, or why they cannot be simulated."""
    read = matched(arm.co_treatment, _aliases(TREATMENTS)) if arm.treatments is None else arm.treatments
    own = (*read, *publication.background_treatments)
    if unknown := [name for name in own if name not in TREATMENTS]:
        return f"there is no treatment '{unknown[0]}'; there are {', '.join(TREATMENTS)}"
    return tuple(n for n in TREATMENTS if n in own) if arm.treatments is None else tuple(dict.fromkeys(own))


def _unread(arm: PublishedArm, together: tuple[str, ...]) -> tuple[str, ...]:
    """Statement on a co-treatment that is not simulated."""
    lost = arm.co_treatment and arm.treatments is None and not together
    return (f"'{arm.co_treatment}' beside is not simulated",) if lost else ()


def _cell_type(arm: PublishedArm) -> tuple[CellType, tuple[str, ...]]:
    """Kind of the cells: as stated, or read from the words of the product, with what was assumed."""
    if arm.cell_type is not None:
        return arm.cell_type, ()
    read = matched(_words(arm), CELL_WORDS)
    if not read:
        return CellType.MSC, ("cells are MSC",)
    return CellType(read[0]), ()


def _words(arm: PublishedArm) -> str:
    return arm.product.lower().replace("-", " ")


def _product(arm: PublishedArm) -> tuple[Product, float, list[str]] | str:
    """Product of an arm, the share of its dose that it is, and what was assumed; or why it cannot be simulated."""
    kind, read = _cell_type(arm)
    assumed = list(read)
    if kind is CellType.MONONUCLEAR and arm.msc_share is None:
        return f"{NOT_MSC} but mononuclear cells, whose share of MSC (msc_share) is not stated"
    if kind in (CellType.HAEMATOPOIETIC, CellType.OTHER) and arm.msc_share is None:
        return NOT_MSC
    share = 1.0 if arm.msc_share is None else arm.msc_share
    if share < 1.0:
        assumed.append(f"{100 * share:.3g} percent of its cells are MSC; the others are not simulated")
    source = arm.source or next(iter(matched(_words(arm), _aliases(SOURCES))), "")
    if kind is CellType.HEPATOCYTE_PROGENITOR:
        source = arm.source or "liver_progenitor"
    if not source:
        source = "bone_marrow"
        assumed.append("cells of bone marrow")
    if source not in SOURCES:
        return f"there is no source of cells '{source}'; there are {', '.join(SOURCES)}"
    return Product(source, donor=arm.donor or "allogeneic"), share, assumed


def _cells(arm: PublishedArm) -> tuple[Regimen, Product, tuple[str, ...]] | str:
    """Regimen and product of an arm with what was assumed, or why it cannot be simulated."""
    if arm.dose_low is None or arm.dose_high is None:
        return "its dose is not stated"
    made = _product(arm)
    if isinstance(made, str):
        return made
    product, share, assumed = made
    route = next(iter(matched(arm.route, _aliases(ROUTES))), "")
    if not route:
        route = "peripheral_vein"
        assumed.append("peripheral vein")
    if arm.infusions is None:
        assumed.append("one infusion")
    if arm.infusions is not None and arm.infusions > 1 and arm.interval is None:
        assumed.append("7 days between infusions")
    dose = math.sqrt(arm.dose_low * arm.dose_high)
    if arm.dose_low < arm.dose_high:
        assumed.append(f"{dose:.2g} {arm.dose_unit}, the geometric middle of its range")
    regimen = Regimen(
        dose if share == 1.0 else dose * share,
        per_kg=arm.dose_unit == "cells/kg",
        infusions=arm.infusions or 1,
        interval=arm.interval or 7.0,
        route=route,
        start=arm.start,
    )
    return regimen, product, tuple(assumed)
