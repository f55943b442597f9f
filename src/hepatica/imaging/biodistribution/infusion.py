"""Infusion of labelled cells into one subject: cells, product and duration."""

from __future__ import annotations

from dataclasses import dataclass, field

from hepatica.errors import InputError
from hepatica.imaging.quantification.cells import LabelledCells
from hepatica.therapy import Product, Regimen


@dataclass(frozen=True)
class Infusion:
    """Infusion of labelled cells.

    Attributes
    ----------
    labelled : LabelledCells
        Tracer, number, viability and route. Its cells must not divide: the model's do not.
    product : Product
        Receptors, diameter and donor; its own tracer and viability are not used.
    duration : float, day
        0 is a bolus.

    Examples
    --------
    >>> Infusion(LabelledCells(tracer="Zr89", number=1e8)).events()[0]
    (0.0, 'cells_venous', 90000000.0, 0)
    """

    labelled: LabelledCells
    product: Product = field(default_factory=Product)
    duration: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what the model cannot follow."""
        if self.labelled.division > 0:
            raise InputError("division", self.labelled.division, "0: cells of the model do not divide")
        self.regimen()

    def regimen(self) -> Regimen:
        """Regimen of this one infusion."""
        given = self.labelled
        return Regimen(given.number, per_kg=False, route=given.route, duration=self.duration)

    def events(self) -> list[tuple[float, str, float, int]]:
        """Dose events (day, state, amount or rate, kind) of cells and label."""
        return self.regimen().events(1.0, viability=self.labelled.viability, labelled=True)

    def changes(self) -> tuple[dict[str, float], dict[str, float]]:
        """Factors on the model's parameters, and values that replace them; the efflux of label is not among them."""
        settings = {n: v for n, v in self.product.settings().items() if n != "label_efflux"}
        return self.product.multipliers(), settings
