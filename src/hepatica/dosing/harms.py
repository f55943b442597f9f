"""Harms of treatment: what one event costs, how much excess is acceptable, and its probability for each patient."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.outcomes.survival import incidences
from hepatica.patients.streams import normals
from hepatica.simulation import Arm
from hepatica.therapy import ROUTES

Floats = NDArray[np.float64]
Probability = Callable[[xr.Dataset, Sequence[Arm]], Floats]


@dataclass(frozen=True, kw_only=True)
class Harm:
    """Harm of treatment, declared once: study file, decision, report and ``--json`` take it from here.

    Attributes
    ----------
    name : str
        As in a study file.
    label : mapping of {"en", "zh"} to str
    loss : float, day
        Quality-adjusted life days lost per event.
    limit : float
        Excess of its probability over standard care that a verdict allows with small probability only; inf is none. A
        harm that is costed has none unless a study sets one: it would count twice.
    reason : str
        Why this loss and this limit.
    probability : callable
        Of at least one event within the horizon, (arm, patient), from a simulated Dataset and its arms.
    outputs : tuple of str
        Outputs of the model that `probability` reads.
    """

    name: str
    label: Mapping[str, str]
    loss: float
    limit: float
    reason: str
    probability: Probability
    outputs: tuple[str, ...] = ()


def from_hazard(ds: xr.Dataset, arms: Sequence[Arm], *, hazard: str) -> Floats:
    """Probability of an event whose cumulative hazard is a state, 1 - exp(-hazard) at the last time.

    Examples
    --------
    >>> ds = xr.Dataset({"thrombosis_hazard": (("arm", "patient", "time"), [[[0.0, 0.1, 0.3]]])})
    >>> from_hazard(ds, [], hazard="thrombosis_hazard").round(3).tolist()
    [[0.259]]
    """
    return np.asarray(1.0 - np.exp(-ds[hazard].values[..., -1]))


def from_intensity(ds: xr.Dataset, arms: Sequence[Arm], *, intensity: str) -> Floats:
    """Cumulative incidence of an event at the last time, in competition with death and transplant.

    Examples
    --------
    >>> flat = {n: (("arm", "patient", "time"), [[[r, r]]])
    ...         for n, r in (("bleeding_intensity", 0.01), ("death_intensity", 0.01), ("transplant_intensity", 0.0))}
    >>> ds = xr.Dataset(flat, {"time": [0.0, 10.0]})
    >>> from_intensity(ds, [], intensity="bleeding_intensity").round(3).tolist()
    [[0.091]]
    """
    own = np.stack([ds[n].values for n in (intensity, "death_intensity", "transplant_intensity")])
    return incidences(ds["time"].values, own)[0, ..., -1]


def infected(ds: xr.Dataset, arms: Sequence[Arm]) -> Floats:
    """Severe infection in the simulated course, 0 or 1; NaN where the solve failed."""
    ever = np.isfinite(ds["infection_time"].values[..., 0]).astype(float)
    return np.where(ds["status"].values == 0, ever, np.nan)


def from_procedure(ds: xr.Dataset, arms: Sequence[Arm]) -> Floats:
    """Complication of the route itself in at least one infusion; its risk varies by parameter draw, not by patient."""
    shape = ds["status"].shape
    risk = np.zeros(shape)
    draws, where = np.unique(ds["draw"].values, return_inverse=True)
    for a, arm in enumerate(arms):
        entry = ROUTES[arm.regimen.route].procedure_risk
        if not arm.regimen.gives_cells or entry.value == 0:
            continue
        z = normals(int(ds.attrs["seed"]), draws, f"prior:procedure:{arm.regimen.route}")[where, 0]
        each = np.clip(entry.prior.apply(np.full(shape[1], entry.value), z, np.ones(shape[1])), 0, 1)
        risk[a] = 1.0 - (1.0 - each) ** sum(t < float(ds["time"].values[-1]) for t in arm.regimen.times)
    return risk


HARMS = (
    Harm(
        name="thrombosis",
        label={"en": "thrombo-embolism", "zh": "血栓栓塞"},
        loss=10.0,
        limit=float("inf"),
        reason="Assumed: an anticoagulated thrombosis or embolism costs about ten good days, besides deaths. It is "
        "costed, and has no limit besides unless a study sets one.",
        probability=partial(from_hazard, hazard="thrombosis_hazard"),
        outputs=("thrombosis_hazard",),
    ),
    Harm(
        name="reaction",
        label={"en": "infusion reaction", "zh": "输注反应"},
        loss=0.5,
        limit=float("inf"),
        reason="Assumed: fever passes within a day (Thompson2020). Costed; no limit besides.",
        probability=partial(from_hazard, hazard="reaction_hazard"),
        outputs=("reaction_hazard",),
    ),
    Harm(
        name="infection",
        label={"en": "severe infection", "zh": "重症感染"},
        loss=0.0,
        limit=float("inf"),
        reason="Its cost is already in the simulated course and deaths.",
        probability=infected,
    ),
    Harm(
        name="procedure",
        label={"en": "procedural complication", "zh": "操作并发症"},
        loss=15.0,
        limit=float("inf"),
        reason="Assumed: bleeding or dissection in liver failure is grave. Costed; no limit besides.",
        probability=from_procedure,
    ),
    Harm(
        name="bleeding",
        label={"en": "major bleeding", "zh": "大出血"},
        loss=0.0,
        limit=float("inf"),
        reason="Its deaths are already in the simulated course; reported, no further loss.",
        probability=partial(from_intensity, intensity="bleeding_intensity"),
        outputs=("bleeding_intensity", "death_intensity", "transplant_intensity"),
    ),
    Harm(
        name="tumour",
        label={"en": "late tumour", "zh": "远期肿瘤"},
        loss=0.0,
        limit=float("inf"),
        reason="Its deaths are already in the simulated course; reported, no further loss.",
        probability=partial(from_intensity, intensity="tumour_intensity"),
        outputs=("tumour_intensity", "death_intensity", "transplant_intensity"),
    ),
)
