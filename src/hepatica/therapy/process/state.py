"""State of a counted cell along its process, for n draws of the laws, the typical one first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hepatica.therapy.process.laws import Law, law, law_numbers

Floats = NDArray[np.float64]
DRAWS = 2000


@dataclass(frozen=True)
class State:
    """State of a counted cell.

    Attributes
    ----------
    source : str
    living, dead : (1 + draws,)
        Cells of each counted one.
    potency, stunned : (1 + draws,)
        Potency of living cells, with that of passage; and the part of it that freshly thawed cells have.
    receptors, tissue_factor, diameter : (1 + draws,)
        Homing receptors and tissue factor relative to fresh cells of low passage; um.
    recovered : (1 + draws,)
        Cells of those at harvest.
    doublings, days : (1 + draws,)
        Of culture.
    passage, donors : int
    priming, delivered_sd : float
    used : tuple of Law
        Of the step at hand.
    """

    source: str
    living: Floats
    dead: Floats
    potency: Floats
    stunned: Floats
    receptors: Floats
    tissue_factor: Floats
    diameter: Floats
    recovered: Floats
    doublings: Floats
    days: Floats
    passage: int = 4
    donors: int = 1
    priming: float = 0.0
    delivered_sd: float = 0.0
    used: tuple[Law, ...] = field(default=())

    @classmethod
    def start(cls, source: str, *, diameter: float, passage: int) -> State:
        """State of cells as they are isolated.

        Examples
        --------
        >>> State.start("adipose", diameter=18.5, passage=4).living.shape
        (2001,)
        """
        one, zero = np.ones(1 + DRAWS), np.zeros(1 + DRAWS)
        return cls(source, one, zero, one, one, one, one, one * diameter, one, zero, zero, passage)

    @property
    def kept(self) -> Floats:
        """Cells left of each counted one, living and dead."""
        return self.living + self.dead

    def counted(self) -> State:
        """The state counted anew: one cell."""
        kept = self.kept
        return replace(self, living=self.living / kept, dead=self.dead / kept, recovered=self.recovered * kept)

    def lose(self, share: Floats) -> State:
        """State in which this share of living cells still lives; the others are dead cells."""
        return replace(self, living=self.living * share, dead=self.dead + self.living * (1.0 - share))

    def draw(self, name: str) -> tuple[Floats, State]:
        """Draws of a law, and the state that has used it."""
        own = law(name, self.source)
        return own.draws(law_numbers(own.name, DRAWS)), replace(self, used=(*self.used, own))
