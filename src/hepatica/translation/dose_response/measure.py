"""Exposure to cells in several measures, each a named hypothesis of what the same effect needs in every species."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hepatica.translation.dose_response.reach import MAN, MAN_WEIGHT, reach
from hepatica.translation.species import SPECIES

LOCAL_ROUTES = frozenset(
    {"liver parenchyma", "transendocardial", "intramyocardial", "intra-articular", "local", "intrahepatic injection"}
)
VEINS = ("intravenous", "tail vein", "peripheral vein")


class Measure(StrEnum):
    """Measure of exposure in which species are taken to be alike; never averaged with another.

    `PER_KG` is cells per kg of body weight, `PER_ANIMAL` cells, both by vein. `LIVING` and `LIVING_LUNG` are living
    cells in reach of the injured organ in the first day, for a liver of human size: where images mean cells, and where
    living cells hardly leave the lung.
    """

    PER_KG = "per_kg"
    LIVING = "living"
    LIVING_LUNG = "living_lung_only"
    PER_ANIMAL = "per_animal"

    @property
    def hypothesis(self) -> str:
        """Hypothesis of distribution, as the model names it."""
        return "lung_only" if self is Measure.LIVING_LUNG else ""

    @property
    def unit(self) -> str:
        """Unit of the exposure."""
        return {"per_kg": "cells/kg", "per_animal": "cells"}.get(self.value, "living cells in reach")


@dataclass(frozen=True, kw_only=True)
class Dose:
    """Cells given at once.

    Attributes
    ----------
    species : str
    route : str
    per_animal, per_kg : float or None
        As printed, or derived by the evidence; None where neither.
    """

    species: str
    route: str
    per_animal: float | None = None
    per_kg: float | None = None

    @property
    def is_local(self) -> bool:
        """True where the cells are put into the injured organ itself."""
        return self.route in LOCAL_ROUTES


def body_weight(species: str) -> float | None:
    """Body weight, kg, of a species that has a parameter set, or of man; None for others, whose weight was not seen."""
    if species == MAN:
        return MAN_WEIGHT
    return SPECIES[species].rows["body_weight"].value if species in SPECIES else None


def exposure(dose: Dose, measure: Measure) -> float | None:
    """Exposure of a dose in a measure; None where the measure does not apply, or what it needs was not printed.

    Parameters
    ----------
    dose : Dose
        Cells given at once.
    measure : Measure
        Hypothesis of what counts.

    Returns
    -------
    float or None
        In ``measure.unit``.

    Examples
    --------
    >>> exposure(Dose(species="human", route="intravenous", per_animal=7e7), Measure.PER_KG)
    1000000.0
    """
    weight = body_weight(dose.species)
    cells = dose.per_animal
    if cells is None and dose.per_kg is not None and weight is not None:
        cells = dose.per_kg * weight
    by_vein = dose.route.startswith(VEINS)
    if measure is Measure.PER_ANIMAL:
        return cells if by_vein else None
    if measure is Measure.PER_KG:
        per_kg = dose.per_kg if dose.per_kg is not None else cells / weight if cells and weight else None
        return per_kg if by_vein else None
    if cells is None or weight is None or not (by_vein or dose.is_local):
        return None
    in_species = reach(dose.species, measure.hypothesis)
    return cells * in_species.size * (in_species.in_place if dose.is_local else in_species.mediators)
