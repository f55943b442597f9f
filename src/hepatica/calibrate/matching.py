"""Matching of a published arm to a virtual population, a product and a regimen, or the reason why it has none."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass

from hepatica.evidence import Publication
from hepatica.evidence.observations import Arm as PublishedArm
from hepatica.patients import Population, load_population, populations
from hepatica.simulation import Arm
from hepatica.therapy import ROUTES, SOURCES, TREATMENTS, Product, Regimen, Route, Source, Treatment, matched

OTHER_CELLS = ("mononuclear", "cd34", "cd133", "haematopoietic", "hematopoietic")
"""Words of a product that is not MSC, unless it is stated to hold them; what an arm is called decides nothing."""


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
    shares = sum(arm.mixture.values())
    patients = tuple((key, share / shares) for key, share in arm.mixture.items())
    if unknown := [key for key in arm.mixture if key not in populations()]:
        return f"there is no virtual population '{unknown[0]}'"
    if not patients:
        key = study_population(publication, arm)
        if not key:
            return f"no virtual population is like '{publication.disease}'"
        patients = ((key, 1.0),)
    read = tuple(n for n in TREATMENTS if n in matched(arm.co_treatment, _aliases(TREATMENTS)))
    together = read if arm.treatments is None else arm.treatments
    if not arm.gives_cells:
        return SimulatedArm(
            publication=publication.key,
            arm=arm.id,
            populations=patients,
            given=Arm("standard care", together_with=together),
            cells=False,
        )
    given, assumed = _cells(arm)
    if given is None:
        return assumed[0]
    regimen, product = given
    return SimulatedArm(
        publication=publication.key,
        arm=arm.id,
        populations=patients,
        given=Arm(arm.id, regimen, product, together),
        cells=True,
        assumed=assumed,
    )


def _cells(arm: PublishedArm) -> tuple[tuple[Regimen, Product] | None, tuple[str, ...]]:
    """Regimen and product of an arm with what was assumed, or None and why not."""
    text, assumed = arm.product.lower().replace("-", " "), []
    if arm.dose_low is None or arm.dose_high is None:
        return None, ("its dose is not stated",)
    if any(w in text for w in OTHER_CELLS) and "msc" not in text:
        return None, ("its cells are not MSC",)
    source = next(iter(matched(text, _aliases(SOURCES))), "")
    if not source:
        source = "bone_marrow"
        assumed.append("cells of bone marrow")
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
        dose,
        per_kg=arm.dose_unit == "cells/kg",
        infusions=arm.infusions or 1,
        interval=arm.interval or 7.0,
        route=route,
        start=arm.start,
    )
    return (regimen, Product(source, donor=arm.donor or "allogeneic")), tuple(assumed)
