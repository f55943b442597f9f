"""Benefit of an arm for each patient: quality-adjusted life days, less a named loss for each harm."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.dosing.harms import HARMS, Harm
from hepatica.outcomes.quality_of_life import STANDARD_GAMBLE, Utilities, quality_adjusted_life_days
from hepatica.outcomes.scores import child_pugh
from hepatica.outcomes.survival import competing_incidence
from hepatica.simulation import Arm

Floats = NDArray[np.float64]
_COURSE = (
    "bilirubin",
    "albumin",
    "inr",
    "creatinine",
    "ascites",
    "encephalopathy",
    "functional_mass",
    "death_intensity",
    "transplant_intensity",
    "thrombosis_hazard",
    "phagocytes",
)
OUTPUTS = tuple(dict.fromkeys((*_COURSE, *(output for harm in HARMS for output in harm.outputs))))
"""Outputs of the model that a decision reads: the labs and intensities of benefit, and those of every harm."""


@dataclass(frozen=True)
class Utility:
    """Utility of a decision: of health states, harms and deaths by thrombosis; a study file may change them."""

    harms: tuple[Harm, ...] = HARMS
    utilities: Utilities = field(default_factory=lambda: STANDARD_GAMBLE)
    deaths_per_thrombosis: float = 0.05
    deaths_reason: str = "Assumed: one in twenty thrombo-embolic events is fatal."

    def harm(self, name: str) -> Harm:
        """Harm of a name."""
        return next(h for h in self.harms if h.name == name)

    def fatal(self, ds: xr.Dataset) -> Floats:
        """Probability of a fatal thrombo-embolism by each time."""
        return np.asarray(self.deaths_per_thrombosis * -np.expm1(-ds["thrombosis_hazard"].values))


@dataclass(frozen=True)
class Benefit:
    """Benefit and harm of each arm for each patient; arrays (arm, patient) unless said.

    Attributes
    ----------
    qald : quality-adjusted life days to the horizon, before losses
    lost : quality-adjusted life days lost to harms
    net : their difference
    survival : alive at the horizon, transplanted or not
    transplant_free : alive at the horizon without transplant
    survival_curve : (arm, patient, time)
    harms : dict of name to probability (arm, patient)
    """

    qald: Floats
    lost: Floats
    survival: Floats
    transplant_free: Floats
    survival_curve: Floats
    harms: dict[str, Floats]

    @property
    def net(self) -> Floats:
        """Net quality-adjusted life days, losses to harms taken off, (arm, patient)."""
        return self.qald - self.lost


def evaluate_benefit(ds: xr.Dataset, arms: list[Arm], utility: Utility) -> Benefit:
    """Benefit of each arm for each patient; death enters by its probability, not by lot."""
    times = ds["time"].values
    died, grafted = competing_incidence(times, ds["death_intensity"].values, ds["transplant_intensity"].values)
    free = 1.0 - died - grafted
    points = child_pugh(
        bilirubin=ds["bilirubin"].values,
        albumin=ds["albumin"].values,
        inr=ds["inr"].values,
        ascites=np.minimum(np.floor(ds["ascites"].values), 2.0),
        encephalopathy=np.clip(np.floor(ds["encephalopathy"].values), 0, 4),
    )
    daily = utility.utilities.of(points, np.clip(np.floor(ds["encephalopathy"].values), 0, 4))
    fatal = utility.fatal(ds)
    living = free * (1.0 - fatal)
    after = utility.utilities.transplanted * grafted * (1.0 - fatal)
    qald = quality_adjusted_life_days(living, daily, times) + quality_adjusted_life_days(after, 1.0, times)
    harms = {harm.name: harm.probability(ds, arms) for harm in utility.harms}
    lost = np.sum([harm.loss * harms[harm.name] for harm in utility.harms], axis=0)
    return Benefit(
        qald=qald,
        lost=lost,
        survival=(living + grafted * (1.0 - fatal))[..., -1],
        transplant_free=living[..., -1],
        survival_curve=living + grafted * (1.0 - fatal),
        harms=harms,
    )
