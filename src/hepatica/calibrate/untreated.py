"""Fit the untreated population to its natural history.

Targets: admission labs and the course to days 7 and 28 under standard care (Xiao2019, arm SMT) and daily
deaths of ACLF without cells (CANONIC, Weiss2023). Lin et al. 2017, its control arm included, is not used.

    python -m hepatica.calibrate.untreated --write

The outer search moves a few population values; for each, the form of the death intensity is fitted to
CANONIC in closed loop, since deaths feed nothing back. Patients carry draws from the priors, so the fit is
of the whole, ignorance included.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rich.progress import Progress
from scipy.optimize import minimize

from hepatica.admission import admit
from hepatica.engine import System
from hepatica.evidence import load
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.outcomes.scores import meld
from hepatica.patients import Admitted, Population, load_population
from hepatica.patients.population import Fitted
from hepatica.simulate import Arm, simulate

Floats = NDArray[np.float64]
TIMES = np.array([0, 1, 2, 4, 7, 10, 14, 18, 22, 28, 35, 42, 50, 60, 75, 90], float)
OUTPUTS = ("bilirubin", "inr", "albumin", "creatinine", "alt", "functional_mass", "phagocytes", "filtration",
           "encephalopathy")

# what the outer search moves: (parameter, start, search on the log scale, why)
MOVED = (
    ("flare_kill", 0.36, "strength of the flare, from admission labs"),
    ("effector_lifetime", 6.0, "fall of ALT in the first week"),
    ("alt_content", 11000.0, "ALT at admission"),
    ("cholestasis_il6", 7.0, "bilirubin at admission"),
    ("cholestasis_rate", 0.1, "bilirubin in the first week"),
    ("brake_inflammation", 4.0, "recovery of INR to day 28"),
    ("alarm", 2.5, "inflammation at admission, through INR of the first week"),
    ("creatinine_healthy", 0.68, "creatinine at admission"),
    ("factor_half", 1.1, "INR at admission"),
    ("albumin_infused", 0.3, "albumin under standard care"),
    ("albumin_target", 36.0, "albumin under standard care"),
)
DEATH = ("death_rate", "death_mass", "death_inflammation")
SPREAD = {"flare_kill": 0.45}


@dataclass(frozen=True)
class Target:
    """One mean to meet: variable, day, mean and the tolerance it is held to."""

    variable: str
    time: float
    mean: float
    tolerance: float
    sd: float = float("nan")


def targets(publication: str = "alss2019", arm: str = "smt") -> list[Target]:
    """Published means under standard care; the tolerance is a tenth of the mean, the day-28 rows survivors'."""
    rows = []
    for o in load(publication).observations:
        again = o.arm.endswith("day28") and o.time == 0  # survivors' admission: the same people once more
        if o.arm.startswith(arm) and o.kind == "mean_sd" and o.usable and not again and o.variable in (*OUTPUTS, "meld"):
            rows.append(Target(o.variable, float(o.time), float(o.value), 0.1 * float(o.value), float(o.sd or np.nan)))
    return rows


def deaths() -> tuple[Floats, Floats]:
    """Days and cumulative deaths of CANONIC's ACLF patients without cells."""
    rows = [o for o in load("canonic").observations if o.variable == "death" and o.arm == "aclf"]
    rows.sort(key=lambda o: o.time)
    scale = 0.01 if rows[-1].value > 1 else 1.0
    return np.array([float(o.time) for o in rows]), np.array([float(o.value) * scale for o in rows])


def features(ds: xr.Dataset, patients: Admitted, system: System) -> tuple[Floats, Floats, Floats]:
    """Parts of the log intensity of death: by mass, by inflammation, and what is not fitted."""
    p = patients.cohort.parameters()
    at = {name: p[:, system.parameters.index(name)][:, None] for name in (
        "death_floor", "death_half", "death_kidney", "death_brain", "age", "death_age", "age_mean")}
    h, n = ds["functional_mass"].values[0], ds["phagocytes"].values[0]
    mass = -np.log(np.maximum(h, 0) + at["death_floor"])
    inflamed = n / (n + at["death_half"])
    fixed = (-at["death_kidney"] * np.log(np.maximum(ds["filtration"].values[0], 0) + at["death_floor"])
             + at["death_brain"] * ds["encephalopathy"].values[0] + at["death_age"] * (at["age"] - at["age_mean"]))
    return mass, inflamed, fixed


def alive(theta: Floats, parts: tuple[Floats, Floats, Floats]) -> Floats:
    """Survival (patient, time) for (log rate, slope by mass, slope by inflammation)."""
    mass, inflamed, fixed = parts
    intensity = np.exp(np.clip(theta[0] + theta[1] * mass + theta[2] * inflamed + fixed, -30, 5))
    step = (intensity[:, 1:] + intensity[:, :-1]) / 2 * np.diff(TIMES)
    return np.exp(-np.concatenate([np.zeros((len(step), 1)), np.cumsum(step, axis=1)], axis=1))


def fit_deaths(parts: tuple[Floats, Floats, Floats]) -> tuple[Floats, float]:
    """Least squares on cumulative deaths; weak pull of the slopes towards (1.5, 2)."""
    days, dead = deaths()
    at = np.searchsorted(TIMES, days)

    def loss(theta: Floats) -> float:
        pull = 1e-4 * ((theta[1] - 1.5) ** 2 + (theta[2] - 2.0) ** 2)
        wrong = 1e3 * np.sum(np.minimum(theta[1:], 0.0) ** 2)
        return float(np.sum((1 - alive(theta, parts).mean(0)[at] - dead) ** 2) + pull + wrong)

    best = minimize(loss, np.array([-9.0, 1.5, 2.0]), method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-7})
    return np.asarray(best.x), float(best.fun)


def with_values(population: Population, values: dict[str, float]) -> Population:
    """The population with other fitted values; treatments stay treatments."""
    whys = {name: why for name, _, why in MOVED} | dict.fromkeys(DEATH, "daily deaths without cells (CANONIC)")
    fitted, treatment = dict(population.fitted), dict(population.treatment)
    for name, value in values.items():
        if name in treatment:
            treatment[name] = value
        else:
            between = {"kind": "lognormal", "cv": SPREAD[name]} if name in SPREAD else None
            fitted[name] = Fitted(value=value, between=between, reason=f"Fitted: {whys[name]}.")
    return population.model_copy(update={"fitted": fitted, "treatment": treatment})


def misfit(values: dict[str, float], system: System, population: Population, n: int, draws: int, seed: int) -> tuple[
        float, dict[str, float], list[tuple[Target, float]]]:
    """Sum of squared relative misfits, the death parameters, and each target beside its simulated mean."""
    trial = with_values(population, values)
    patients = admit(system, trial, n, seed=seed, draws=draws)
    ds = simulate(system, patients, [Arm("standard care")], TIMES, outputs=OUTPUTS)
    ds["meld"] = (("arm", "patient", "time"), np.asarray(meld(bilirubin=ds["bilirubin"].values, inr=ds["inr"].values,
                                                             creatinine=ds["creatinine"].values)))
    parts = features(ds, patients, system)
    theta, death_loss = fit_deaths(parts)
    survival = alive(theta, parts)
    rows, total = [], 100.0 * death_loss
    for target in targets():
        k = int(np.searchsorted(TIMES, target.time))
        weight, value = survival[:, k], ds[target.variable].values[0, :, k]
        mean = float((weight * value).sum() / weight.sum())
        rows.append((target, mean))
        total += ((mean - target.mean) / target.tolerance) ** 2 / 5
        if target.time == 0 and np.isfinite(target.sd):
            total += (np.log(value.std() / target.sd)) ** 2
    total += 2.0 * max(0.0, np.log(patients.tried / n / 5.0)) ** 2  # few should be turned away
    death = dict(zip(DEATH, (float(np.exp(theta[0])), float(theta[1]), float(theta[2])), strict=True))
    return total, death, rows


def block(values: dict[str, float], population: Population) -> str:
    """The fitted part of the population's file."""
    lines = []
    for name, row in with_values(population, values).fitted.items():
        lines.append(f"[fitted.{name}]\nvalue = {float(f'{row.value:.4g}')!r}")
        if row.between is not None:
            lines.append(f'between = {{ kind = "{row.between.kind}", cv = {row.between.cv!r} }}')
        lines.append(f'reason = "{row.reason}"\n')
    return "\n".join(lines)


def main() -> None:
    """Run the fit and print, or write, the fitted block."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--population", default="hbv_aclf")
    parser.add_argument("--patients", type=int, default=160)
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--seed", type=int, default=2017)
    parser.add_argument("--evaluations", type=int, default=200)
    parser.add_argument("--write", action="store_true", help="write into the population's file")
    options = parser.parse_args()
    population, system = load_population(options.population), System(assemble(MODULES))
    names = [name for name, _, _ in MOVED]
    start = [population.treatment.get(n, population.fitted[n].value if n in population.fitted else v)
             if n in population.fitted else v for n, v, _ in MOVED]
    start_log = np.log(start)
    with Progress() as progress:
        task = progress.add_task("fitting the untreated population", total=options.evaluations)

        def loss(x: Floats) -> float:
            progress.advance(task)
            try:
                return misfit(dict(zip(names, np.exp(x), strict=True)), system, population, options.patients,
                              options.draws, options.seed)[0] + 0.05 * float(np.sum((x - start_log) ** 2))
            except Exception:  # a corner of the search without plausible patients is only a bad value
                return 1e3

        simplex = np.vstack([start_log, start_log + 0.25 * np.eye(len(start))])
        best = minimize(loss, start_log, method="Nelder-Mead",
                        options={"maxfev": options.evaluations, "initial_simplex": simplex, "adaptive": True})
    values = dict(zip(names, np.exp(best.x).tolist(), strict=True))
    total, death, rows = misfit(values, system, population, options.patients, options.draws, options.seed)
    print(f"misfit {total:.3f}")
    for target, mean in rows:
        print(f"{target.variable:12s} day {target.time:4g}  published {target.mean:7.2f}  simulated {mean:7.2f}")
    text = block(values | death, population)
    print(text, {k: v for k, v in values.items() if k in population.treatment})
    if options.write:
        path = Path(str(files("hepatica.patients") / "populations" / f"{options.population}.toml"))
        whole = path.read_text(encoding="utf-8")
        whole = re.sub(r"\[fitted\..*?(?=\n\[inclusion)", text.strip() + "\n", whole, count=1, flags=re.S)
        for name in population.treatment:
            if name in values:
                whole = re.sub(rf"(?m)^{name} = .*$", f"{name} = {values[name]:.4g}", whole, count=1)
        path.write_text(whole, encoding="utf-8")


if __name__ == "__main__":
    main()
