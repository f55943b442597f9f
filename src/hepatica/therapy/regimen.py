"""The regimen: how many cells, how often, by which route, how fast; and its dose events."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hepatica.errors import InputError
from hepatica.therapy.route import ROUTES

BOLUS, RATE = 0, 1


@dataclass(frozen=True)
class Regimen:
    """When and how cells are given.

    A dose counts all cells, living and dead, of one infusion. Infusions at one time add up. An infusion
    at or after the horizon has no time to act. No infusion, or a dose of zero, is standard care.

    Parameters
    ----------
    dose : float
        Cells per infusion, or cells per kg body weight if `per_kg`.
    infusions : int
    interval : float, day
        Between the starts of infusions.
    route : str
        One of `ROUTES`.
    duration : float, day
        0 is a bolus.
    start : float, day
        First infusion after admission.

    Examples
    --------
    >>> Regimen(1e6, infusions=2, interval=7).events(70.0, viability=0.5)[0]
    (0.0, 'cells_venous', 35000000.0, 0)
    """

    dose: float
    per_kg: bool = True
    infusions: int = 1
    interval: float = 7.0
    route: str = "peripheral_vein"
    duration: float = 0.0
    start: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.dose) and self.dose >= 0):
            raise InputError("dose", self.dose, "a number of cells of at least 0")
        if not (isinstance(self.infusions, int) and 0 <= self.infusions <= 60):
            raise InputError("infusions", self.infusions, "a whole number from 0 to 60")
        if self.route not in ROUTES:
            raise InputError("route", self.route, f"one of {', '.join(ROUTES)}")
        for name in ("interval", "duration", "start"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise InputError(name, value, "a time of at least 0 d")

    @property
    def gives_cells(self) -> bool:
        """Whether any cell is given."""
        return self.dose > 0 and self.infusions > 0

    @property
    def times(self) -> tuple[float, ...]:
        """Starts of infusions, day."""
        return tuple(self.start + k * self.interval for k in range(self.infusions)) if self.gives_cells else ()

    def cells(self, weight: float) -> float:
        """Cells of one infusion for a body weight in kg."""
        return self.dose * (weight if self.per_kg else 1.0)

    @property
    def label(self) -> str:
        """Short name, the same in every output."""
        if not self.gives_cells:
            return "standard care"
        mantissa, exponent = f"{self.dose:.9e}".split("e")
        dose = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
        each = f" x{self.infusions} q{self.interval:g}d" if self.infusions > 1 else " once"
        return f"{dose}{'/kg' if self.per_kg else ' cells'}{each} {ROUTES[self.route].label}"

    def events(
        self, weight: float, *, viability: float, thawed: bool = False, labelled: bool = False
    ) -> list[tuple[float, str, float, int]]:
        """Dose events (day, state, amount or rate, kind) for one patient.

        Thawed cells enter stunned too; labelled ones bring their label, on living and on dead cells.
        """
        route, rows = ROUTES[self.route], []
        into = [(state, share * viability) for state, share in route.viable_into] + [(route.dead_into, 1.0 - viability)]
        into += [("cells_stunned", viability)] * thawed
        into += [("label_living", viability), (route.label_into, 1.0 - viability)] * labelled
        for time in self.times:
            for state, share in into:
                amount = self.cells(weight) * share
                if amount <= 0:
                    continue
                if self.duration > 0:
                    rows.append((time, state, amount / self.duration, RATE))
                    rows.append((time + self.duration, state, -amount / self.duration, RATE))
                else:
                    rows.append((time, state, amount, BOLUS))
        return rows


NO_CELLS = Regimen(0.0, infusions=0)
