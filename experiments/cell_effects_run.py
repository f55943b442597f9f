"""Run of patients at typical or drawn values with mechanisms of cells switched off, and its outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hepatica.engine import System
from hepatica.patients import Admitted
from hepatica.simulation import Arm, problem_of
from hepatica.therapy import Regimen

Floats = NDArray[np.float64]
HOURS = np.array([0.01, 0.02, 0.04, 0.06, 0.1, 0.17, 0.25, 0.5])
TIMES = np.unique(
    np.concatenate([HOURS, np.arange(0.0, 29.0), np.arange(30.0, 181.0, 5.0), np.arange(195.0, 361.0, 15.0)])
)
HALF_YEAR, FATAL = 180.0, 0.05  # day; share of thrombo-embolic events that kill, as in decisions
USUAL, HIGH = Regimen(1e6, infusions=4, duration=1 / 24), Regimen(1e7, infusions=4, duration=1 / 24)


@dataclass(frozen=True)
class Result:
    """Outputs by name, (arm, patient, time), of one run."""

    values: Mapping[str, Floats]
    draw: NDArray[np.int64]
    weight: Floats

    def hazard(self) -> Floats:
        """Cumulative hazard of death, deaths by thrombo-embolism among them, (arm, patient, time)."""
        clots = -np.log1p(FATAL * np.expm1(-self.values["thrombosis_hazard"]))
        step = np.diff(TIMES) * (self.values["death_intensity"][..., 1:] + self.values["death_intensity"][..., :-1]) / 2
        return np.concatenate([np.zeros_like(clots[..., :1]), np.cumsum(step, -1)], -1) + clots

    def days(self, until: float = HALF_YEAR) -> Floats:
        """Restricted mean survival time to `until`, day, (arm, patient)."""
        within = until >= TIMES
        return np.asarray(np.trapezoid(np.exp(-self.hazard())[..., within], TIMES[within], axis=-1))


OUTPUTS = (
    *("death_intensity", "thrombosis_hazard", "reaction_hazard", "infection_hazard", "tumour_intensity"),
    *(
        "oxygenation",
        "albumin",
        "bilirubin",
        "inr",
        "creatinine",
        "hgf",
        "hgf_msc",
        "hgf_near",
        "vegf_msc",
        "vegf_near",
    ),
    *("tgf_msc", "tgf_near", "il6", "il6_added", "il10", "il10_gain", "neighbourhood", "cells_liver", "mediators"),
    *("collagen", "sensitisation", "perfusion", "waste_clearance", "endothelium", "oxygen_supply", "oxygen_demand"),
    *("growth_effect", "mediator_effect", "hepatocyte_like", "functional_mass"),
)


def run(
    system: System,
    patients: Admitted,
    arms: Sequence[Arm],
    *,
    off: Sequence[str] = (),
    sets: Mapping[str, float] | None = None,
    hypothesis: str = "",
    times: Floats = TIMES,
) -> Result:
    """Follow patients under arms with some parameters at zero, or at other values, from admission on."""
    problem = problem_of(system, patients, arms, times, outputs=OUTPUTS, hypothesis=hypothesis)
    parameters = problem.parameters.copy()
    for name, value in {**dict.fromkeys(off, 0.0), **(sets or {})}.items():
        parameters[:, system.parameters.index(name)] = value
    done = system.solve(replace(problem, parameters=parameters))
    shape = (len(arms), len(patients.cohort.patient), len(times))
    values = {name: done.values[:, :, k].reshape(shape) for k, name in enumerate(OUTPUTS)}
    return Result(values, patients.cohort.draw, patients.cohort.covariate("body_weight"))


def error(x: Floats) -> float:
    """Monte-Carlo error of a mean."""
    x = x[np.isfinite(x)]
    return float(x.std(ddof=1) / np.sqrt(len(x)))
