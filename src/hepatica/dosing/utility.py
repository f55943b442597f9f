"""Benefit of an arm for each patient: quality-adjusted life days, less a named loss for each harm."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.model.parameters import Entry
from hepatica.outcomes.quality_of_life import STANDARD_GAMBLE, Utilities, quality_adjusted_life_days
from hepatica.outcomes.scores import child_pugh
from hepatica.outcomes.survival import competing_incidence, incidences
from hepatica.patients.streams import normals
from hepatica.simulation import Arm
from hepatica.therapy import ROUTES

Floats = NDArray[np.float64]
OUTPUTS = (
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
    "reaction_hazard",
    "phagocytes",
    "bleeding_intensity",
    "tumour_intensity",
)


@dataclass(frozen=True)
class Harm:
    """A harm, what one event costs, and how much of it is too much.

    Attributes
    ----------
    name : {"thrombosis", "reaction", "infection", "procedure", "bleeding", "tumour"}
    loss : float, day
        Quality-adjusted life days lost per event.
    limit : float
        Largest acceptable excess of its probability over standard care; inf is none.
    reason : str
    """

    name: str
    loss: float
    limit: float
    reason: str


HARMS = (
    Harm(
        "thrombosis",
        10.0,
        0.05,
        "Assumed: an anticoagulated thrombosis or embolism costs about ten good days, besides "
        "deaths; anchored on the trials' relative risk 1.14 (0.67-1.95), which excludes a large excess.",
    ),
    Harm("reaction", 0.5, 0.5, "Assumed: fever passes within a day (Thompson2020)."),
    Harm("infection", 0.0, float("inf"), "Its cost is already in the simulated course and deaths."),
    Harm("procedure", 15.0, 0.10, "Assumed: bleeding or dissection in liver failure is grave."),
    Harm("bleeding", 0.0, float("inf"), "Its deaths are already in the simulated course; reported, no further loss."),
    Harm("tumour", 0.0, float("inf"), "Its deaths are already in the simulated course; reported, no further loss."),
)


@dataclass(frozen=True)
class Utility:
    """The yardstick of a decision, all of it open to change in the study file."""

    harms: tuple[Harm, ...] = HARMS
    utilities: Utilities = field(default_factory=lambda: STANDARD_GAMBLE)
    deaths_per_thrombosis: float = 0.05
    deaths_reason: str = "Assumed: one in twenty thrombo-embolic events is fatal."

    def harm(self, name: str) -> Harm:
        """A harm by name."""
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
        """Quality-adjusted life days less losses."""
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
    clotted = 1.0 - np.exp(-ds["thrombosis_hazard"].values)
    fatal = utility.fatal(ds)
    living = free * (1.0 - fatal)
    after = utility.utilities.transplanted * grafted * (1.0 - fatal)
    qald = quality_adjusted_life_days(living, daily, times) + quality_adjusted_life_days(after, 1.0, times)
    harms = {
        "thrombosis": clotted[..., -1],
        "reaction": 1.0 - np.exp(-ds["reaction_hazard"].values[..., -1]),
        "infection": _infected(ds),
        "procedure": _procedures(ds, arms),
        "bleeding": _ever(ds, "bleeding_intensity"),
        "tumour": _ever(ds, "tumour_intensity"),
    }
    lost = np.sum([utility.harm(name).loss * p for name, p in harms.items()], axis=0)
    return Benefit(
        qald,
        lost,
        (living + grafted * (1.0 - fatal))[..., -1],
        living[..., -1],
        living + grafted * (1.0 - fatal),
        harms,
    )


def _ever(ds: xr.Dataset, intensity: str) -> Floats:
    """Probability of an event within the horizon, among those who live and are not transplanted before it."""
    own = np.stack([ds[n].values for n in (intensity, "death_intensity", "transplant_intensity")])
    return incidences(ds["time"].values, own)[0, ..., -1]


def _infected(ds: xr.Dataset) -> Floats:
    ever = np.isfinite(ds["infection_time"].values[..., 0]).astype(float)
    return np.where(ds["status"].values == 0, ever, np.nan)


def _procedures(ds: xr.Dataset, arms: list[Arm]) -> Floats:
    """Complications of the route itself; each draw carries its own ignorance of them."""
    shape = ds["status"].shape
    risk = np.zeros(shape)
    draws, where = np.unique(ds["draw"].values, return_inverse=True)
    for a, arm in enumerate(arms):
        entry: Entry = ROUTES[arm.regimen.route].procedure_risk
        if not arm.regimen.gives_cells or entry.value == 0:
            continue
        z = normals(int(ds.attrs["seed"]), draws, f"prior:procedure:{arm.regimen.route}")[where, 0]
        each = np.clip(entry.prior.apply(np.full(shape[1], entry.value), z, np.ones(shape[1])), 0, 1)
        risk[a] = 1.0 - (1.0 - each) ** sum(t < float(ds["time"].values[-1]) for t in arm.regimen.times)
    return risk
