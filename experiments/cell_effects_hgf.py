"""Plasma hepatocyte growth factor by disease beside published, with an assay factor for each study."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from cell_effects_run import TIMES, Floats, run
from numpy.typing import NDArray

from hepatica.admission import admit
from hepatica.engine import System
from hepatica.patients import Draws, load_population
from hepatica.simulation import Arm

ASSAY_SD = 0.3  # of the log factor of a study's assay, about none: two kits in health differ by less (assumed)
PRINTED_SD = 0.35  # of the log of a printed mean or median about the population's (assumed: few people, skew)
MONTH = 28.0
SHIOTA, HUGHES, ALCOHOLIC = "Shiota1995", "Hughes, plasma HGF in fulminant failure", "alcoholic hepatitis (1996)"


class Level(NamedTuple):
    """A published level, ng/mL."""

    study: str
    people: str
    population: str  # empty: health
    statistic: str
    value: float
    low: float | None = None
    high: float | None = None


LEVELS = (
    Level(SHIOTA, "health", "", "mean", 0.27),
    Level(SHIOTA, "primary biliary cholangitis", "primary_biliary_cholangitis", "mean", 0.44),
    Level(SHIOTA, "acute hepatitis", "acute_liver_injury", "mean", 0.45),
    Level(SHIOTA, "cirrhosis", "decompensated_cirrhosis", "mean", 1.05),
    Level(SHIOTA, "fulminant hepatitis", "alf_indeterminate", "mean", 16.4),
    Level(ALCOHOLIC, "alcoholic hepatitis", "alcoholic_hepatitis", "median", 2.4),
    Level(HUGHES, "health", "", "median", 0.24, 0.0, 0.5),
    Level(HUGHES, "failure not by paracetamol", "alf_indeterminate", "median", 3.8, 1.72, 25.1),
    Level(HUGHES, "failure by paracetamol", "alf_paracetamol", "median", 7.4, 0.45, 48.4),
)
DIED, LIVED = 10.1, 4.3  # of the 43 of HUGHES, ng/mL


class Compared(NamedTuple):
    """A level simulated beside published."""

    level: Level
    simulated: float
    spread: tuple[float, float]  # 90 % of patients
    assay: float  # posterior factor of the study's assay


def assay_factors(study: NDArray[np.str_], ratio: Floats) -> dict[str, float]:
    """Posterior factor of each study's assay from its ratios of published to simulated levels.

    Normal on the log scale: factors about 1 with `ASSAY_SD`, printed levels about them with `PRINTED_SD`.

    Examples
    --------
    >>> f = assay_factors(np.array(["a", "a", "b"]), np.array([2.0, 2.0, 1.0]))
    >>> round(f["a"], 3), f["b"]
    (1.528, 1.0)
    """
    out = {}
    for name in dict.fromkeys(study.tolist()):
        own = np.log(ratio[study == name])
        shrink = len(own) * ASSAY_SD**2 / (len(own) * ASSAY_SD**2 + PRINTED_SD**2)
        out[str(name)] = float(np.exp(shrink * own.mean()))
    return out


def compare(system: System, known: Draws, n: int, seed: int) -> list[Compared]:
    """Every published level beside the simulated one, by the statistic that was printed."""
    place, levels = system.states.index("hgf"), {}
    for key in dict.fromkeys(x.population for x in LEVELS if x.population):
        patients = admit(system, load_population(key), n, seed=seed, draws=1, known=known)
        levels[key] = patients.initial[:, place]
    levels[""] = system.healthy(system.typical("")[None])[:, place]
    simulated = np.array([{"mean": np.mean, "median": np.median}[x.statistic](levels[x.population]) for x in LEVELS])
    ratio = np.array([x.value for x in LEVELS]) / simulated
    factors = assay_factors(np.array([x.study for x in LEVELS]), ratio)
    spread = [np.quantile(levels[x.population], (0.05, 0.95)) for x in LEVELS]
    return [
        Compared(x, float(v), (float(low), float(high)), factors[x.study])
        for x, v, (low, high) in zip(LEVELS, simulated, spread, strict=True)
    ]


def died_and_lived(system: System, known: Draws, n: int, seed: int) -> tuple[float, float]:
    """Mean level at admission of acute failures who die within four weeks, and of those who live, ng/mL."""
    level, died = [], []
    for key, share in (("alf_paracetamol", 34 / 43), ("alf_indeterminate", 9 / 43)):
        patients = admit(system, load_population(key), n, seed=seed, draws=1, known=known)
        hazard = run(system, patients, [Arm("care")]).hazard()[0][:, int(np.argmin(np.abs(TIMES - MONTH)))]
        level.append(np.stack([patients.initial[:, system.states.index("hgf")], np.full(n, share / n)]))
        died.append(-np.expm1(-hazard))
    (x, weight), p = np.concatenate(level, axis=1), np.concatenate(died)
    return float((weight * p * x).sum() / (weight * p).sum()), float(
        (weight * (1 - p) * x).sum() / (weight * (1 - p)).sum()
    )
