"""Potential outcomes of patients: cumulative hazards by cause, first infections and latent labs, by regimen and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.dosing.harms import from_procedure
from hepatica.dosing.utility import Utility
from hepatica.outcomes.causes import BY_CAUSE
from hepatica.outcomes.survival import cumulative_integral
from hepatica.simulation import Arm
from hepatica.therapy import ROUTES
from hepatica.trials.bank.plan import FATAL_EMBOLISM, HAZARDS, TRANSPLANT
from hepatica.trials.definition.latent import DERIVED, LABS, VOLUME, VOLUME_OF, derive, liver_volume

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


@dataclass(frozen=True)
class PotentialOutcomes:
    """Potential outcomes under one hypothesis.

    Attributes
    ----------
    hazards : dict of str to (regimen, patient, day)
        Cumulative, of each of `HAZARDS`.
    infection : (regimen, patient) day
        First severe infection; inf for none.
    labs : dict of str to (regimen, patient, day)
        Latent values without error, as if the patient lived on.
    """

    hazards: Mapping[str, Singles]
    infection: Singles
    labs: Mapping[str, Singles]

    @property
    def solved(self) -> NDArray[np.bool_]:
        """Patients whose every course was solved, (patient,)."""
        return np.asarray(np.isfinite(self.hazards[TRANSPLANT][:, :, -1]).all(axis=0))


def potential_outcomes(ds: xr.Dataset, regimens: Sequence[Arm], labs: Sequence[str]) -> PotentialOutcomes:
    """Potential outcomes of simulated courses.

    Parameters
    ----------
    ds : Dataset
        With the outputs of a plan, time in whole days from 0.
    regimens : sequence of Arm
        Of its dimension ``arm``.
    labs : sequence of str
        Latent labs to keep.

    Returns
    -------
    PotentialOutcomes
    """
    times = ds["time"].values
    hazards = {name: cumulative_integral(times, ds[name].values) for name in BY_CAUSE}
    fatal = Utility().deaths_per_thrombosis * -np.expm1(-ds["thrombosis_hazard"].values)
    hazards[FATAL_EMBOLISM] = -np.log1p(-fatal)
    hazards[TRANSPLANT] = cumulative_integral(times, ds["transplant_intensity"].values)
    hazards["bleeding"] = cumulative_integral(times, ds["bleeding_intensity"].values)
    hazards["thrombosis"] = ds["thrombosis_hazard"].values
    hazards["tumour"] = cumulative_integral(times, ds["tumour_intensity"].values)
    hazards["reaction"] = ds["reaction_hazard"].values
    hazards["procedure"] = procedure_hazard(ds, regimens)
    failed = ds["status"].values != 0
    onset = ds["infection_time"].values[..., 0] if "infection_time" in ds else np.full(failed.shape, np.inf)
    kept = {name: ds[name].values for name in labs if name not in (*DERIVED, VOLUME)}
    if VOLUME in labs:
        kept[VOLUME] = liver_volume(*(ds[name].values for name in VOLUME_OF))
    if set(labs) & set(DERIVED):
        derived = derive({name: np.clip(ds[name].values, 0, None) for name in LABS})
        kept |= {name: derived[name] for name in labs if name in DERIVED}
    return PotentialOutcomes(
        {name: _single(hazards[name], failed) for name in HAZARDS},
        _single(np.where(np.isfinite(onset), onset, np.inf), failed),
        {name: _single(kept[name], failed) for name in labs},
    )


def procedure_hazard(ds: xr.Dataset, regimens: Sequence[Arm]) -> Floats:
    """Cumulative hazard of a procedural complication, (regimen, patient, day): a step at each infusion.

    Parameters
    ----------
    ds : Dataset
        With `status`, `draw` and the seed.
    regimens : sequence of Arm
        Of its dimension ``arm``.
    """
    times, risk = ds["time"].values, from_procedure(ds, regimens)
    hazard = np.zeros((*risk.shape, len(times)))
    for a, arm in enumerate(regimens):
        given = [t for t in arm.regimen.times if t < times[-1]]
        if given and ROUTES[arm.regimen.route].procedure_risk.value > 0:
            steps = np.searchsorted(given, times, side="left")  # an infusion counts from the next day on
            hazard[a] = -np.log1p(-np.minimum(risk[a], 1 - 1e-9))[:, None] * steps / len(given)
    return hazard


def _single(values: Floats, failed: NDArray[np.bool_]) -> Singles:
    """Single precision, NaN where a solve failed."""
    shape = failed.shape + (1,) * (values.ndim - failed.ndim)
    return np.where(failed.reshape(shape), np.nan, values).astype(np.float32)


def join(parts: Sequence[PotentialOutcomes]) -> PotentialOutcomes:
    """Potential outcomes of blocks of patients, one after the other.

    Parameters
    ----------
    parts : sequence of PotentialOutcomes
        Of the same regimens, days and labs.
    """
    return PotentialOutcomes(
        {name: np.concatenate([p.hazards[name] for p in parts], axis=1) for name in parts[0].hazards},
        np.concatenate([p.infection for p in parts], axis=1),
        {name: np.concatenate([p.labs[name] for p in parts], axis=1) for name in parts[0].labs},
    )
