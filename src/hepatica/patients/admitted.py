"""Patients as they arrive: who they are and the state their history left them in."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hepatica.patients.cohort import Cohort

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Admitted:
    """Patients as they arrive.

    Attributes
    ----------
    cohort : Cohort
    initial : (n, n_states)
        States at admission; cumulative hazards start from zero there.
    labs : dict of str to (n,)
        Admission values, MELD included.
    tried : int
        Candidates simulated.
    rejected : dict of str to int
        Why candidates were not kept.
    dropped_draws : tuple of int
        Draws from the priors that made no plausible patient and were replaced.
    """

    cohort: Cohort
    initial: Floats
    labs: dict[str, Floats]
    tried: int
    rejected: dict[str, int] = field(default_factory=dict)
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
