"""Laboratory values that each mechanism of infused cells reaches, and the size that printed effects would need.

    python experiments/lab_channels.py [--patients 24] [--population stable_decompensated_cirrhosis] [--seed 7]

Patients at typical values of all that is not known, standard care beside 1e6 cells per kg, four times, weekly. Each
mechanism acts alone, and each is left out of all; differences are means over patients of their paired difference, with
no weight by survival. Nothing is learnt, and no trial's result is used but the one printed beside: Zekri2015, one
session, whose product is a hybrid, with G-CSF, and whose SDs are implausibly small.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

import numpy as np
from cell_effects import Result, run
from cell_effects_cases import MECHANISMS, UNEXPLAINED

from hepatica.admission import admit
from hepatica.calibrate.natural_history.courses import typical_draws
from hepatica.engine import System, shipped_system
from hepatica.evidence import load
from hepatica.outcomes.scores import meld
from hepatica.patients import Admitted, load_population
from hepatica.simulation import Arm
from hepatica.therapy import Regimen

Floats = np.ndarray
DAYS = np.array([0.0, 14.0, 30.0, 60.0, 90.0, 180.0])
LABS = ("albumin", "bilirubin", "inr", "meld")
ARMS = (Arm("care"), Arm("cells", Regimen(1e6, infusions=4, duration=1 / 24)))
OF_CELLS = tuple(dict.fromkeys(p for name, pars in MECHANISMS.items() if "harm" not in name for p in pars))
HYPOTHESES: dict[str, dict[str, float]] = {
    "mediators tenfold as strong": {"cells_half": 0.1},
    "cells that never die": {"death_lung": 1e-4, "death_organ": 1e-4},
    "growth factor drives tenfold": {"efficacy_regeneration": 10.0},
    "scar dissolved tenfold": {"efficacy_mmp": 10.0},
    "all efficacies threefold": {},
}
"""Factors on parameters, tried one at a time; what the last one moves is every efficacy of the cells."""
LIVERS: dict[str, dict[str, float]] = {
    "function that scar takes is back": {"function_loss": 0.0},
    "senescent hepatocytes work as others": {"function_senescent": 1.0},
    "both": {"function_loss": 0.0, "function_senescent": 1.0},
}
"""Livers that would show labs of the printed size without any cells: what cells would have to do, and by which day."""


def labs(result: Result) -> dict[str, Floats]:
    """Labs and MELD, (arm, patient, time)."""
    v = dict(result.values)
    v["meld"] = np.asarray(meld(bilirubin=v["bilirubin"], inr=v["inr"], creatinine=v["creatinine"]))
    return v


def differences(
    system: System, patients: Admitted, *, off: Sequence[str] = (), sets: Mapping[str, float] | None = None
) -> dict[str, Floats]:
    """Mean paired difference of each lab between cells and standard care, on each day."""
    v = labs(run(system, patients, ARMS, off=(*UNEXPLAINED, *off), sets=sets, times=DAYS))
    return {lab: np.nanmean(v[lab][1] - v[lab][0], axis=0) for lab in LABS}


def of_liver(system: System, patients: Admitted, sets: Mapping[str, float]) -> dict[str, Floats]:
    """Mean paired difference of each lab under standard care between a liver with other properties and the usual."""
    usual, other = (labs(run(system, patients, ARMS[:1], sets=s, times=DAYS)) for s in ({}, sets))
    return {lab: np.nanmean(other[lab][0] - usual[lab][0], axis=0) for lab in LABS}


def tried(system: System, name: str) -> dict[str, float]:
    """Parameters under a hypothesis on the size of effects."""
    typical = {n: system.model.parameters[n].value for n in system.parameters}
    if name.startswith("all"):
        return {p: 3.0 * typical[p] for p in OF_CELLS if p.startswith("efficacy")}
    return {p: factor * typical[p] for p, factor in HYPOTHESES[name].items()}


def printed() -> dict[str, Floats]:
    """Difference of the change from day 0 between one session and control in Zekri2015, on each day; NaN where none."""
    publication = load("zekri2015")
    by = {(o.arm, o.variable, o.time): float(o.value) for o in publication.observations if o.kind == "mean_sd"}

    def change(arm: str, lab: str, day: float) -> float:
        return by.get((arm, lab, day), np.nan) - by.get((arm, lab, 0.0), np.nan)

    return {lab: np.array([change("one", lab, d) - change("ctrl", lab, d) for d in DAYS]) for lab in LABS}


def show(name: str, found: Mapping[str, Floats]) -> None:
    """One row of the table: each lab on the days after the first."""
    cells = ["/".join(f"{x:+.2f}" for x in found[lab][1:]) for lab in LABS]
    print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=24)
    parser.add_argument("--population", default="stable_decompensated_cirrhosis")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    system = shipped_system()
    population = load_population(options.population)
    patients = admit(
        system, population, options.patients, seed=options.seed, draws=1, known=typical_draws(system), replace=False
    )
    print(f"Days {', '.join(f'{d:g}' for d in DAYS[1:])}: cells less standard care, {options.population}.\n")
    print("| mechanism | albumin g/L | bilirubin mg/dL | INR | MELD |\n|---|---|---|---|---|")
    show("printed, Zekri2015, one session", printed())
    show("all", differences(system, patients))
    for name, parameters in MECHANISMS.items():
        if "harm" not in name and parameters != UNEXPLAINED:
            show(f"alone: {name}", differences(system, patients, off=[p for p in OF_CELLS if p not in parameters]))
    for name in HYPOTHESES:
        show(f"hypothesis: {name}", differences(system, patients, sets=tried(system, name)))
    for name, sets in LIVERS.items():
        show(f"no cells, but {name}", of_liver(system, patients, sets))


if __name__ == "__main__":
    main()
