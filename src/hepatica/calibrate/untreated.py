"""Fit the untreated population to its natural history.

Targets: admission labs and the course to days 7 and 28 under standard care (Xiao2019, arm SMT) and daily
deaths of ACLF without cells (CANONIC, Weiss2023). Lin et al. 2017, its control arm included, is not used.

    python -m hepatica.calibrate.untreated --write

The outer search (Gauss-Newton on common random numbers) moves a few population values; for each, the death
intensity is fitted to CANONIC in closed loop, since deaths feed nothing back. Patients carry draws from the priors, so the fit is
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
from scipy.optimize import least_squares

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
TIMES = np.concatenate([np.arange(0.0, 29.0), np.arange(30.0, 91.0, 3.0)])
OUTPUTS = ("bilirubin", "inr", "albumin", "creatinine", "alt", "functional_mass", "phagocytes", "filtration",
           "encephalopathy")
FOR_DEATHS = ("paralysis", "acuteness", "acute_intensity", "death_intensity")

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
    ("factor_consumption", 0.5, "INR at admission and its recovery"),
)
DEATH = ("death_rate", "death_mass", "death_inflammation", "death_paralysis")
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
    """Parts of the log intensity of the acute illness: (mass, inflammation, paralysis), what is not fitted, and
    the intensity (patient, time) of all other deaths."""
    p = patients.cohort.parameters()
    at = {name: p[:, system.parameters.index(name)][:, None] for name in (
        "death_floor", "death_half", "death_kidney", "death_brain", "age", "death_age", "age_mean")}
    typical = patients.cohort.population.fitted
    ignorance = {name: p[:, system.parameters.index(name)][:, None] / (
        typical[name].value if name in typical else system.model.parameters[name].value) for name in DEATH}
    h, n = ds["functional_mass"].values[0], ds["phagocytes"].values[0]
    moving = np.stack([-np.log(np.maximum(h, 0) + at["death_floor"]) * ignorance["death_mass"],
                       n / (n + at["death_half"]) * ignorance["death_inflammation"],
                       ds["paralysis"].values[0] * ignorance["death_paralysis"]])
    fixed = (np.log(ignorance["death_rate"]) - at["death_kidney"] * np.log(
        np.maximum(ds["filtration"].values[0], 0) + at["death_floor"]) + at["death_brain"] * ds["encephalopathy"].values[0]
             + at["death_age"] * (at["age"] - at["age_mean"]) + np.log(np.maximum(ds["acuteness"].values[0], 1e-30)))
    return moving, fixed, (ds["death_intensity"] - ds["acute_intensity"]).values[0]


def alive(theta: Floats, parts: tuple[Floats, Floats, Floats]) -> Floats:
    """Survival (patient, time) for the log rate and the slopes by mass, inflammation and paralysis."""
    moving, fixed, other = parts
    intensity = np.exp(np.clip(theta[0] + np.tensordot(theta[1:], moving, 1) + fixed, -90, 5)) + other
    step = (intensity[:, 1:] + intensity[:, :-1]) / 2 * np.diff(TIMES)
    return np.exp(-np.concatenate([np.zeros((len(step), 1)), np.cumsum(step, axis=1)], axis=1))


def fit_deaths(parts: tuple[Floats, Floats, Floats]) -> tuple[Floats, Floats]:
    """Least squares on cumulative deaths, slopes at least 0 and weakly pulled to a start; misfit by day."""
    days, dead = deaths()
    at, start = np.searchsorted(TIMES, days), np.array([-8.5, 1.5, 2.0, 1.0])

    def residual(theta: Floats) -> Floats:
        return np.concatenate([1 - alive(theta, parts).mean(0)[at] - dead, 0.005 * (theta - start)[1:]])

    best = least_squares(residual, start, bounds=([-20, 0, 0, 0], [5, 4, 6, 6]))
    return np.asarray(best.x), 1 - alive(best.x, parts).mean(0)[at] - dead


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
        Floats, dict[str, float], list[tuple[Target, float]]]:
    """Residuals in units of their tolerances, the death parameters, and each target beside its simulated mean."""
    trial = with_values(population, values)
    patients = admit(system, trial, n, seed=seed, draws=draws)
    ds = simulate(system, patients, [Arm("standard care")], TIMES, outputs=(*OUTPUTS, *FOR_DEATHS))
    ds["meld"] = (("arm", "patient", "time"), np.asarray(meld(bilirubin=ds["bilirubin"].values, inr=ds["inr"].values,
                                                             creatinine=ds["creatinine"].values)))
    parts = features(ds, patients, system)
    theta, death_misfit = fit_deaths(parts)
    survival, rows, residuals = alive(theta, parts), [], [*(death_misfit / 0.015)]
    for target in targets():
        k = int(np.searchsorted(TIMES, target.time))
        weight, value = survival[:, k], ds[target.variable].values[0, :, k]
        mean = float((weight * value).sum() / weight.sum())
        rows.append((target, mean))
        residuals.append((mean - target.mean) / target.tolerance)
        if target.time == 0 and np.isfinite(target.sd):
            residuals.append(np.log(value.std() / target.sd))
    death = dict(zip(DEATH, (float(np.exp(theta[0])), *theta[1:].tolist()), strict=True))
    return np.array(residuals), death, rows


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
    parser.add_argument("--patients", type=int, default=400)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2017)
    parser.add_argument("--rounds", type=int, default=8, help="rounds of Gauss-Newton")
    parser.add_argument("--write", action="store_true", help="write into the population's file")
    options = parser.parse_args()
    population, system = load_population(options.population), System(assemble(MODULES))
    names = [name for name, _, _ in MOVED]
    start = [population.treatment.get(n, population.fitted[n].value if n in population.fitted else v)
             if n in population.fitted else v for n, v, _ in MOVED]
    start_log = np.log(start)
    with Progress() as progress:
        task = progress.add_task("fitting the untreated population", total=options.rounds * (len(start) + 1))

        def residual(x: Floats) -> Floats:
            progress.advance(task)
            values = dict(zip(names, np.exp(x), strict=True))
            wrong, _, _ = misfit(values, system, population, options.patients, options.draws, options.seed)
            return np.concatenate([wrong, 0.3 * (x - start_log)])

        best = least_squares(residual, start_log, diff_step=0.1, x_scale=0.3, max_nfev=options.rounds)
    values = dict(zip(names, np.exp(best.x).tolist(), strict=True))
    wrong, death, rows = misfit(values, system, population, options.patients, options.draws, options.seed)
    print(f"misfit {np.sum(wrong**2):.2f} over {len(wrong)} targets; deaths off by "
          + ", ".join(f"{0.015 * w:+.3f}" for w in wrong[:5]))
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
