"""Benefit of an arm for each patient: quality-adjusted life days, less a named loss for each harm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.dosing.burden import Burden
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
    burden: Burden = field(default_factory=Burden)

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
    burden : quality-adjusted life days taken by infusions, hospital days and prices
    net : what is left of the first
    net_null : the same where cells do nothing but harm: the course of standard care, the arm's harms and burden
    survival : alive at the horizon, transplanted or not
    transplant_free : alive at the horizon without transplant
    transplanted : transplanted by the horizon
    waiting_days : days alive without transplant
    survival_curve : (arm, patient, time)
    harms : dict of name to probability (arm, patient)
    odds_slope : (arm,) quality-adjusted life days per unit of the log odds of survival, of the mean patient
    """

    qald: Floats
    lost: Floats
    burden: Floats
    net_null: Floats
    survival: Floats
    transplant_free: Floats
    transplanted: Floats
    waiting_days: Floats
    survival_curve: Floats
    harms: dict[str, Floats]
    odds_slope: Floats

    @property
    def net(self) -> Floats:
        """Net quality-adjusted life days, losses to harms and burden taken off, (arm, patient)."""
        return self.qald - self.lost - self.burden


def evaluate_benefit(ds: xr.Dataset, arms: Sequence[Arm], utility: Utility, weight: Floats | None = None) -> Benefit:
    """Benefit of each arm for each patient; death enters by its probability, not by lot.

    Parameters
    ----------
    ds : Dataset
        With `OUTPUTS`, (arm, patient, time); arm 0 is standard care.
    arms : sequence of Arm
        Of the Dataset.
    utility : Utility
        Losses, utilities and burden.
    weight : (patient,), optional
        Body weight in kg, which decides what cells cost where they have a price.
    """
    times = ds["time"].values
    died, grafted = competing_incidence(times, ds["death_intensity"].values, ds["transplant_intensity"].values)
    free = 1.0 - died - grafted
    daily = _daily(ds, utility)
    fatal = utility.fatal(ds)
    living, after = free * (1.0 - fatal), grafted * (1.0 - fatal)
    harms = {harm.name: harm.probability(ds, list(arms)) for harm in utility.harms}
    lost = np.sum([harm.loss * harms[harm.name] for harm in utility.harms], axis=0)
    burden = utility.burden.of(arms, grafted[..., -1], weight)
    alive = living + after

    def days(share: Floats, transplanted: Floats, worth: Floats) -> Floats:
        own = quality_adjusted_life_days(share, worth, times)
        return own + quality_adjusted_life_days(utility.utilities.transplanted * transplanted, 1.0, times)

    # cells that do nothing: the course of standard care, and the arm's own fatal embolism, harms and burden
    spared = (1.0 - fatal) / (1.0 - fatal[:1])
    inert = utility.burden.of(arms, np.broadcast_to(grafted[:1, :, -1], burden.shape), weight)
    null = days(living[:1] * spared, after[:1] * spared, daily[:1]) - lost - inert
    return Benefit(
        qald=days(living, after, daily),
        lost=lost,
        burden=burden,
        net_null=null,
        survival=alive[..., -1],
        transplant_free=living[..., -1],
        transplanted=grafted[..., -1],
        waiting_days=np.trapezoid(living, times, axis=-1),
        survival_curve=alive,
        harms=harms,
        odds_slope=_odds_slope(alive, daily, times),
    )


def _daily(ds: xr.Dataset, utility: Utility) -> Floats:
    """Utility of a day with the native liver, (arm, patient, time)."""
    grade = np.clip(np.floor(ds["encephalopathy"].values), 0, 4)
    points = child_pugh(
        bilirubin=ds["bilirubin"].values,
        albumin=ds["albumin"].values,
        inr=ds["inr"].values,
        ascites=np.minimum(np.floor(ds["ascites"].values), 2.0),
        encephalopathy=grade,
    )
    return np.asarray(utility.utilities.of(points, grade))


def _odds_slope(alive: Floats, daily: Floats, times: Floats) -> Floats:
    """Derivative of quality-adjusted life days by the log odds of survival: integral of S (1 - S) u, (arm,)."""
    good = np.isfinite(alive).all(axis=(0, 2)) & np.isfinite(daily).all(axis=(0, 2))
    if not good.any():
        return np.zeros(len(alive))
    curve, worth = alive[:, good].mean(axis=1), daily[:, good].mean(axis=1)
    return np.asarray(np.trapezoid(curve * (1 - curve) * worth, times, axis=-1))
