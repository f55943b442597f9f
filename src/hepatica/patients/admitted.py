"""Virtual patients at admission: their identities and the state that their history left them in."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.patients.cohort import Cohort

Floats = NDArray[np.float64]


class Side(Enum):
    """Side of an inclusion criterion on which a candidate lies."""

    BELOW = "below"
    ABOVE = "above"
    FAILED = "failed"


class Rejection(NamedTuple):
    """Reason for which a candidate is not a patient of the population.

    Attributes
    ----------
    side : Side
    variable : str
        Lab of the criterion; empty where the solve failed.
    limit : float
        The criterion's bound, in the lab's unit.
    """

    side: Side
    variable: str = ""
    limit: float = float("nan")


FAILED = Rejection(Side.FAILED)


@dataclass(frozen=True)
class Admitted:
    """Virtual patients at admission.

    Attributes
    ----------
    cohort : Cohort
    initial : (n, n_states)
        States at admission; cumulative hazards start from zero there.
    labs : dict of str to (n,)
        Admission values, MELD included.
    tried : int
        Candidates simulated.
    rejected : dict of Rejection to int
        Candidates that were not kept, by reason.
    dropped_draws : tuple of int
        Draws from the priors that made no plausible patient and were replaced.
    """

    cohort: Cohort
    initial: Floats
    labs: dict[str, Floats]
    tried: int
    rejected: dict[Rejection, int] = field(default_factory=dict)
    dropped_draws: tuple[int, ...] = ()

    def take(self, which: NDArray[np.int64]) -> Admitted:
        """Some of the patients."""
        return Admitted(
            self.cohort.take(which),
            self.initial[which],
            {k: v[which] for k, v in self.labs.items()},
            self.tried,
            self.rejected,
            self.dropped_draws,
        )
