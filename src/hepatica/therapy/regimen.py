"""Dosing regimen: cells per infusion, number and interval of infusions, route, duration; and its dose events."""

from __future__ import annotations

from dataclasses import dataclass

from hepatica.errors import InputError
from hepatica.therapy.bounds import bounded
from hepatica.therapy.route import ROUTES

BOLUS, RATE = 0, 1
MAX_CELLS_PER_KG = 1e10  # a thousand times the highest dose given; more cells than the liver itself has
MAX_CELLS = 1e12  # as many for a body of 100 kg
MAX_INFUSIONS = 60
MAX_DAYS = 1830.0  # five years, the longest horizon of a study
MIN_DURATION, MAX_DURATION = 1 / 86_400, 30.0  # day; an infusion takes minutes to hours


@dataclass(frozen=True)
class Regimen:
    """Dose, route, number and times of the infusions of cells.

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
        """Refuse what nobody can be given."""
        most = MAX_CELLS_PER_KG if self.per_kg else MAX_CELLS
        bounded("dose", self.dose, 0.0, most, "a number of cells per kg" if self.per_kg else "a number of cells")
        if not (isinstance(self.infusions, int) and 0 <= self.infusions <= MAX_INFUSIONS):
            raise InputError("infusions", self.infusions, f"a whole number from 0 to {MAX_INFUSIONS}")
        if self.route not in ROUTES:
            raise InputError("route", self.route, f"one of {', '.join(ROUTES)}")
        for name in ("interval", "start"):
            bounded(name, getattr(self, name), 0.0, MAX_DAYS, "a time in d")
        bounded("duration", self.duration, 0.0, MAX_DURATION, "a time in d")
        if 0 < self.duration < MIN_DURATION:
            raise InputError("duration", self.duration, "0 for a bolus, or a second at least")

    @property
    def gives_cells(self) -> bool:
        """True where any cell is given."""
        return self.dose > 0 and self.infusions > 0

    @property
    def times(self) -> tuple[float, ...]:
        """Starts of infusions, day."""
        return tuple(self.start + k * self.interval for k in range(self.infusions)) if self.gives_cells else ()

    def cells(self, weight: float) -> float:
        """Cells of one infusion for a body weight in kg."""
        return self.dose * (weight if self.per_kg else 1.0)

    @property
    def short_dose(self) -> str:
        """Dose of one infusion with its unit.

        Examples
        --------
        >>> Regimen(2e6).short_dose, Regimen(1.25e8, per_kg=False).short_dose
        ('2e6/kg', '1.25e8 cells')
        """
        mantissa, exponent = f"{self.dose:.9e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}{'/kg' if self.per_kg else ' cells'}"

    @property
    def label(self) -> str:
        """Short name, the same in every output."""
        if not self.gives_cells:
            return "standard care"
        each = f"x{self.infusions} q{self.interval:g}d" if self.infusions > 1 else "once"
        return f"{self.short_dose} {each} {ROUTES[self.route].label['en']}"

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
