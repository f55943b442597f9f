"""Natural history: fit of an untreated population to published labs, deaths and transplants.

The population's file says in ``[fit]`` which labs and which deaths of which publications are met, and which
parameters move for it. No arm that was given cells is used, nor the control arm of Lin et al. 2017.

    python -m hepatica.calibrate.natural_history --population hbv_aclf --write

The outer search (Gauss-Newton on common random numbers) moves a few population values; for each, the intensities of
death and transplant are fitted in closed loop, since they feed nothing back. Patients carry draws from the priors,
so the fit is of the whole, ignorance included.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import tomlkit
from numpy.typing import NDArray
from rich.progress import Progress
from scipy.optimize import least_squares
from tomlkit.items import Table

from hepatica.admission import admit
from hepatica.calibrate import intensity
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.evidence import load, references
from hepatica.files import write_text
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.outcomes.scores import meld
from hepatica.patients import Population, load_population
from hepatica.patients.population import Fitted, Published
from hepatica.simulation import Arm, simulate

Floats = NDArray[np.float64]
TOLERANCE = 0.1  # of a published mean or median
DEATH_TOLERANCE = 0.015
QUARTILES = 1.349  # SD of a normal distribution between its quartiles


@dataclass(frozen=True)
class Target:
    """Target of the fit: a published mean or median, with its SD or quartiles where these are printed."""

    variable: str
    time: float
    value: float
    median: bool = False
    sd: float = float("nan")
    quartiles: tuple[float, float] | None = None


def targets(source: Published, system: System) -> list[Target]:
    """Targets from the published labs of an arm, and of parts of it, that the model has.

    A part's value counts where none of that variable and day came before: the same people are never met twice.
    """
    rows, publication, seen = [], load(source.publication), set()
    for o in publication.observations:
        mine = source.arm in (o.arm, publication.arm(o.arm).subset_of)
        known = o.variable == "meld" or o.variable in system.outputs
        chosen = not source.variables or o.variable in source.variables
        if not (mine and known and chosen and o.usable and o.kind in ("mean_sd", "median")):
            continue
        if (o.variable, o.time) not in seen:
            seen.add((o.variable, o.time))
            quartiles = None if o.q1 is None or o.q3 is None else (float(o.q1), float(o.q3))
            rows.append(
                Target(
                    variable=o.variable,
                    time=float(o.time),
                    value=float(o.value),
                    median=o.kind == "median",
                    sd=float(o.sd or np.nan),
                    quartiles=quartiles,
                )
            )
    return rows


def times(population: Population) -> Floats:
    """Output times, day: daily in the first month, every third day to 90, and each published day."""
    days = [e.time for e in intensity.published(population.fit.deaths)]
    default = np.concatenate([np.arange(0.0, 29.0), np.arange(30.0, 91.0, 3.0), np.arange(105.0, 366.0, 15.0)])
    return np.unique(np.concatenate([default[default <= max(28.0, *days)], days]))


def with_values(population: Population, values: dict[str, float]) -> Population:
    """Population with other fitted values; treatments stay treatments."""
    cite = load(population.fit.deaths.publication).cite
    whys = {m.parameter: m.why for m in population.fit.moved} | {
        row.parameter: f"outcome without cells ({cite})" for row in population.fit.intensity
    }
    fitted, treatment = dict(population.fitted), dict(population.treatment)
    for name, value in values.items():
        if name in treatment:
            treatment[name] = value
        else:
            between = fitted[name].between if name in fitted else None
            fitted[name] = Fitted(value=value, between=between, reason=f"Fitted: {whys[name]}.")
    return population.model_copy(update={"fitted": fitted, "treatment": treatment})


@dataclass(frozen=True)
class Met:
    """Goodness of fit of one target: published and simulated value, with their SDs."""

    variable: str
    time: float
    published: float
    simulated: float
    spread: float = float("nan")
    published_spread: float = float("nan")


def misfit(
    values: dict[str, float], system: System, population: Population, n: int, draws: int, seed: int
) -> tuple[Floats, dict[str, float], list[Met]]:
    """Residuals in units of their tolerances, fitted intensities, and goodness of fit of each target."""
    trial, at = with_values(population, values), times(population)
    patients = admit(system, trial, n, seed=seed, draws=draws)
    wanted_targets = [t for source in trial.fit.targets for t in targets(source, system)]
    labs = {t.variable for t in wanted_targets if t.variable != "meld"} | {"bilirubin", "inr", "creatinine"}
    moving = intensity.needed(system, (r.parameter for r in trial.fit.intensity))
    outputs = tuple(name for name in system.outputs if name in labs | set(moving))
    ds = simulate(system, patients, [Arm("standard care")], at, outputs=outputs)
    ds["meld"] = (
        ("arm", "patient", "time"),
        np.asarray(meld(bilirubin=ds["bilirubin"].values, inr=ds["inr"].values, creatinine=ds["creatinine"].values)),
    )
    simulated = intensity.outcomes(ds, patients, system, trial)
    events = intensity.published(trial.fit.deaths)
    death, wrong = intensity.fit(simulated, at, events, trial.fit.intensity, system)
    own = simulated(death).each
    rows = [Met(e.variable, e.time, 100 * e.value, 100 * (e.value + w)) for e, w in zip(events, wrong, strict=True)]
    residuals = list(wrong / DEATH_TOLERANCE)
    for target in wanted_targets:
        k = int(np.argmin(np.abs(at - target.time)))
        met = _met(target, ds[target.variable].values[0, :, k], own[:, k])
        rows.append(met)
        residuals.append((met.simulated - target.value) / (TOLERANCE * abs(target.value)))
        if target.time == 0 and np.isfinite(met.published_spread):
            residuals.append(np.log(max(met.spread, 1e-6) / met.published_spread))
    return np.array(residuals), death, rows


def _met(target: Target, value: Floats, weight: Floats) -> Met:
    """Goodness of fit of a target, patients weighted by their probability of transplant-free survival."""
    known = np.isfinite(value) & np.isfinite(weight)
    value, weight = value[known], weight[known]
    if not target.median:
        return Met(
            variable=target.variable,
            time=target.time,
            published=target.value,
            simulated=float(np.average(value, weights=weight)),
            spread=float(value.std()),
            published_spread=target.sd,
        )
    order = np.argsort(value)
    place = (np.cumsum(weight[order]) - 0.5 * weight[order]) / weight.sum()
    q1, q2, q3 = np.interp([0.25, 0.5, 0.75], place, value[order])
    between = (target.quartiles[1] - target.quartiles[0]) / QUARTILES if target.quartiles else float("nan")
    return Met(
        variable=target.variable,
        time=target.time,
        published=target.value,
        simulated=float(q2),
        spread=float(q3 - q1) / QUARTILES,
        published_spread=between,
    )


def fitted_rows(names: Iterable[str], population: Population) -> dict[str, Table]:
    """Rows of the ``[fitted]`` part of a population's file, values to four digits."""
    rows = {}
    for name in (n for n in population.fitted if n in set(names)):
        row, table = population.fitted[name], tomlkit.table()
        table["value"] = _rounded(row.value)
        if row.between is not None:
            table["between"] = tomlkit.inline_table()
            table["between"].update(row.between.model_dump(exclude_defaults=True))
        table["reason"] = row.reason
        rows[name] = table
    return rows


def write(population: Population, values: dict[str, float]) -> None:
    """Put fitted values into the population's file; all that it states otherwise, comments too, stays."""
    path = Path(str(files("hepatica.patients") / "populations" / f"{population.key}.toml"))
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    fitted = document.setdefault("fitted", tomlkit.table(is_super_table=True))
    for name, row in fitted_rows(values, with_values(population, values)).items():
        if name in fitted:
            fitted[name].update({k: row[k] for k in ("value", "reason")})
        else:
            fitted[name] = row
    for name in population.treatment.keys() & values.keys():
        document["treatment"][name] = _rounded(values[name])
    write_text(path, tomlkit.dumps(document))


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def search(population: Population, system: System, *, n: int, draws: int, seed: int, rounds: int) -> dict[str, float]:
    """Least-squares values of the fitted parameters, each weakly regularised to its start."""
    names = [m.parameter for m in population.fit.moved]
    if unknown := [name for name in names if name not in system.parameters]:
        raise InputError(
            f"population {population.key}: fit.moved", unknown[0], "a parameter that `hepatica model` lists"
        )
    if not names:
        return {}
    given = {k: v for k, v in population.treatment.items() if isinstance(v, float)} | {
        k: f.value for k, f in population.fitted.items()
    }
    start = np.log([given.get(m.parameter, m.start) for m in population.fit.moved])
    with Progress() as progress:
        task = progress.add_task(f"fitting {population.key}", total=rounds * (len(start) + 1))

        def residual(x: Floats) -> Floats:
            progress.advance(task)
            values = dict(zip(names, np.exp(x), strict=True))
            wrong, _, _ = misfit(values, system, population, n, draws, seed)
            return np.concatenate([wrong, 0.3 * (x - start)])

        best = least_squares(residual, start, diff_step=0.1, x_scale=0.3, max_nfev=rounds)
    return dict(zip(names, np.exp(best.x).tolist(), strict=True))


def main() -> None:
    """Run the fit and print, or write, the fitted block."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--population", default="hbv_aclf")
    parser.add_argument("--patients", type=int, default=400)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2017)
    parser.add_argument("--rounds", type=int, default=8, help="rounds of Gauss-Newton; 0 fits deaths alone")
    parser.add_argument("--write", action="store_true", help="write into the population's file")
    options = parser.parse_args()
    population, system = load_population(options.population), System(assemble(MODULES))
    size = {"n": options.patients, "draws": options.draws, "seed": options.seed}
    values = search(population, system, **size, rounds=options.rounds) if options.rounds else {}
    wrong, death, rows = misfit(values, system, population, **size)
    print(f"{population.key}: misfit {np.sum(wrong**2):.2f} over {len(wrong)} targets")
    for row in rows:
        spread = f"  spread {row.published_spread:.2f}, {row.spread:.2f}" if np.isfinite(row.published_spread) else ""
        print(
            f"{row.variable:24s} day {row.time:4g}  published {row.published:8.2f}  "
            f"simulated {row.simulated:8.2f}{spread}"
        )
    cited = dict.fromkeys(load(p.publication).cite for p in (*population.fit.targets, population.fit.deaths))
    print("sources: " + "; ".join(references()[key].short() for key in cited))
    print(
        tomlkit.dumps({"fitted": fitted_rows(values | death, with_values(population, values | death))}),
        {k: v for k, v in (values | death).items() if k in population.treatment},
    )
    if options.write:
        write(population, values | death)


if __name__ == "__main__":
    main()
