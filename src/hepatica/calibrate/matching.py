"""From a published arm to what is simulated: its patients, what they were given, or why it cannot be predicted."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hepatica.evidence import Publication
from hepatica.evidence.observations import Arm as PublishedArm
from hepatica.patients import populations
from hepatica.simulation import Arm
from hepatica.therapy import ROUTES, Product, Regimen

# words of a publication, the more particular first
_DISEASES = (
    (("hbv", "hepatitis b"), ("aclf", "acute-on-chronic", "liver failure"), "hbv_aclf"),
    (("alcoholic hepatitis", "alcohol-associated hepatitis"), (), "alcoholic_hepatitis"),
    (("paracetamol", "acetaminophen"), (), "alf_paracetamol"),
    (("acute liver failure", "alf"), (), "alf_indeterminate"),
    (("acute-on-chronic", "aclf"), (), "aclf_grade_2"),
    (("decompensated", "cirrhosis", "end-stage"), (), "decompensated_cirrhosis"),
)
_SOURCES = (
    ("cord blood", "cord_blood"),
    ("umbilical", "umbilical_cord"),
    ("wharton", "umbilical_cord"),
    ("uc msc", "umbilical_cord"),
    ("adipose", "adipose"),
    ("progenitor", "liver_progenitor"),
    ("bone", "bone_marrow"),
    ("bm msc", "bone_marrow"),
    ("marrow", "bone_marrow"),
)
_NO_MSC = ("mononuclear", "cd34", "cd133", "haematopoietic", "hematopoietic")
_ROUTES = (
    ("portal", "portal_vein"),
    ("hepatic artery", "hepatic_artery"),
    ("arter", "hepatic_artery"),
    ("splen", "intrasplenic"),
    ("intrahepatic", "intrahepatic"),
    ("peripheral", "peripheral_vein"),
    ("intravenous", "peripheral_vein"),
    ("vein", "peripheral_vein"),
    ("iv", "peripheral_vein"),
)
_TREATMENTS = (
    ("plasma exchange", "plasma_exchange"),
    ("prednisolone", "corticosteroid"),
    ("steroid", "corticosteroid"),
    ("acetylcysteine", "acetylcysteine"),
    ("g-csf", "gcsf"),
)


@dataclass(frozen=True)
class SimulatedArm:
    """A published arm as it is simulated.

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


MIXED: dict[tuple[str, str], tuple[tuple[str, float], ...]] = {
    ("canonic", "aclf"): (("aclf_grade_1", 97 / 181), ("aclf_grade_2", 65 / 181), ("aclf_grade_3", 19 / 181))
}
"""Arms that hold patients of several populations, by their published shares."""


def study_population(publication: Publication, arm: PublishedArm) -> str:
    """Key of the virtual population an arm is predicted with; empty where none is like it."""
    stated = arm.population or publication.population
    if stated:
        return stated if stated in populations() else ""
    text = f"{publication.disease} {publication.title}".lower()
    for first, then, key in _DISEASES:
        if any(w in text for w in first) and (not then or any(w in text for w in then)):
            return key
    return ""


def simulated_arm(publication: Publication, arm: PublishedArm) -> SimulatedArm | str:
    """What is simulated for an arm, or why it cannot be.

    Examples
    --------
    >>> from hepatica.evidence import load
    >>> lin = load("lin2017")
    >>> found = simulated_arm(lin, lin.arm("msc"))
    >>> found.populations, found.given.regimen.infusions, round(found.given.regimen.dose)
    ((('hbv_aclf', 1.0),), 4, 316228)
    """
    patients = MIXED.get((publication.key, arm.id))
    if patients is None:
        key = study_population(publication, arm)
        if not key:
            return f"no virtual population is like '{publication.disease}'"
        patients = ((key, 1.0),)
    read = tuple(dict.fromkeys(name for words, name in _TREATMENTS if words in arm.co_treatment.lower()))
    together = read if arm.treatments is None else arm.treatments
    if not arm.gives_cells:
        return SimulatedArm(publication.key, arm.id, patients, Arm("standard care", together_with=together), False)
    given, assumed = _cells(arm)
    if given is None:
        return assumed[0]
    regimen, product = given
    return SimulatedArm(publication.key, arm.id, patients, Arm(arm.id, regimen, product, together), True, assumed)


def _cells(arm: PublishedArm) -> tuple[tuple[Regimen, Product] | None, tuple[str, ...]]:
    """Regimen and product of an arm with what was assumed, or None and why not."""
    text, assumed = f"{arm.product} {arm.label}".lower().replace("-", " "), []
    if arm.dose_low is None or arm.dose_high is None:
        return None, ("its dose is not stated",)
    if any(w in text for w in _NO_MSC) and "msc" not in text:
        return None, ("its cells are not MSC",)
    source = next((name for words, name in _SOURCES if words in text), "")
    if not source:
        source = "bone_marrow"
        assumed.append("cells of bone marrow")
    route = next((name for words, name in _ROUTES if words in arm.route.lower()), "")
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
    assert route in ROUTES
    regimen = Regimen(
        dose,
        per_kg=arm.dose_unit == "cells/kg",
        infusions=arm.infusions or 1,
        interval=arm.interval or 7.0,
        route=route,
        start=arm.start,
    )
    return (regimen, Product(source, donor=arm.donor or "allogeneic")), tuple(assumed)
