"""Courses of patients under arms, with what all endpoints of a window read from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.dosing.utility import OUTPUTS as BENEFIT_OUTPUTS
from hepatica.dosing.utility import Benefit, Utility, evaluate_benefit
from hepatica.outcomes import recovery
from hepatica.outcomes.survival import competing_incidence
from hepatica.simulation import Arm

Floats = NDArray[np.float64]
IF_MODELLED = ("sodium", "cells_lung", "collagen", "sensitisation")
OUTPUTS = tuple(dict.fromkeys((*BENEFIT_OUTPUTS, *recovery.OUTPUTS)))


@dataclass(frozen=True)
class Courses:
    """Simulated courses under arms; the first arm is the reference that all are compared with.

    Attributes
    ----------
    ds : Dataset
        (arm, patient, time), with `OUTPUTS` and those of `IF_MODELLED` that the model has.
    arms : sequence of Arm
    utility : Utility
    weight : (patient,)
        Body weight, kg.
    female : (patient,) or None
        1 for women; None where the population has no sex.
    """

    ds: xr.Dataset
    arms: Sequence[Arm]
    utility: Utility
    weight: Floats
    female: Floats | None = None

    @property
    def times(self) -> Floats:
        """Output times, day."""
        return np.asarray(self.ds["time"].values, float)

    @cached_property
    def benefit(self) -> Benefit:
        """Benefit and harms of each arm."""
        return evaluate_benefit(self.ds, self.arms, self.utility, self.weight)

    @cached_property
    def transplant_free(self) -> Floats:
        """Probability of being alive without transplant, (arm, patient, time)."""
        death, transplant = (self.ds[f"{n}_intensity"].values for n in ("death", "transplant"))
        died, grafted = competing_incidence(self.times, death, transplant)
        return np.asarray((1.0 - died - grafted) * (1.0 - self.utility.fatal(self.ds)))

    def values(self, output: str) -> Floats:
        """Values of an output, (arm, patient, time)."""
        return np.asarray(self.ds[output].values, float)

    def at(self, day: float) -> int:
        """Place of the last output time up to a day."""
        return int(np.searchsorted(self.times, day + 1e-9, side="right") - 1)
