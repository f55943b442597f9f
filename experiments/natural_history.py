"""Natural history of the untreated, simulated beside published: deaths, labs, waiting list, signs and inflammation.

    python experiments/natural_history.py [--patients 400] [--draws 400] [--seed 7] [--left-out hbv_aclf] [--write docs]

Every population is admitted and followed untreated for five years with the draws that ship (or from the priors, if
these were learnt with another model). Deaths are means over patients of the probability of death; their Monte-Carlo
error is that of the mean over patients, each with a draw of its own. The joint fit and the learning of deaths are
`hepatica.calibrate.natural_history`.
"""

from __future__ import annotations

import argparse
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from joint_fit import fit_at_admission, fit_labs
from joint_fit_moves import with_biology
from natural_history_page import page

from hepatica.admission import admit
from hepatica.calibrate.natural_history.courses import Met, lab_rows, targets
from hepatica.calibrate.natural_history.courses import follow as follow_typical
from hepatica.calibrate.natural_history.groups import STAGES, group_deaths, held_deaths, populations_of, stage
from hepatica.calibrate.natural_history.intensity import INTENSITIES
from hepatica.calibrate.natural_history.learn import update
from hepatica.calibrate.run import plans, used
from hepatica.engine import System, shipped_system
from hepatica.outcomes.causes import deaths_by_cause
from hepatica.outcomes.scores import meld, meld3
from hepatica.patients import Admitted, Population, load_population, populations, posterior
from hepatica.simulation import Arm, simulate

Floats = np.ndarray
OUTPUTS = (
    *("bilirubin", "inr", "creatinine", "albumin", "alt", "ast", "ammonia", "sodium", "encephalopathy", "infected"),
    *("tnf", "il6", "crp", "white_cells", "functional_mass", "infection_hazard", "fibrinogen"),
    *("death_intensity", "transplant_intensity"),
    *(f"death_by_{cause}" for cause in ("liver", "infection", "circulation", "brain", "bleeding", "tumour", "other")),
)
EARLY, LATE = (np.arange(0, 29), np.arange(30, 91, 5)), (np.arange(100, 371, 10), [180, 365], np.arange(400, 1850, 50))
FREE = 5.0  # SD of the intensities' priors, in their own, when one population is left out: their centres have seen it
TIMES = np.unique(np.concatenate([*EARLY, *LATE]))


@dataclass(frozen=True)
class Followed:
    """A population, its patients and their untreated course; `free` is survival without transplant, (patient, time)."""

    population: Population
    patients: Admitted
    course: xr.Dataset
    free: Floats

    def at(self, name: str, day: float) -> Floats:
        """A lab of every patient on a day."""
        return np.asarray(self.course[name].values[0, :, int(np.argmin(np.abs(TIMES - day)))])

    def dead(self, day: float) -> Floats:
        """Probability of death or transplant by a day, of each patient."""
        return 1 - self.free[:, int(np.argmin(np.abs(TIMES - day)))]

    def dead_of(self, cause: str, day: float) -> float:
        """Share dead of a cause by a day, in competition with the others and with transplant."""
        k = int(np.argmin(np.abs(TIMES - day)))
        return float(np.nanmean(deaths_by_cause(self.course)[cause][0, :, k]))

    def score(self, day: float = 0.0) -> Floats:
        """MELD on a day."""
        return np.asarray(meld(**{n: self.at(n, day) for n in ("bilirubin", "inr", "creatinine")}))

    def score3(self) -> Floats:
        """MELD 3.0 on day 0."""
        labs = {n: self.at(n, 0.0) for n in ("bilirubin", "inr", "creatinine", "sodium", "albumin")}
        return np.asarray(meld3(**labs, female=self.patients.cohort.covariate("female") > 0.5))


def follow(
    system: System,
    population: Population,
    options: argparse.Namespace,
    arm: Arm | None = None,
    draws: int | None = None,
) -> Followed:
    """Admit and follow."""
    shipped = posterior()
    known = shipped if shipped.provenance.get("model") == system.model.hash else None
    n = options.draws if draws is None else draws
    patients = admit(system, population, options.patients, seed=options.seed, draws=n, known=known)
    course = simulate(system, patients, [arm or Arm("standard care")], TIMES.astype(float), outputs=OUTPUTS)
    rate = course["death_intensity"].values[0] + course["transplant_intensity"].values[0]
    step = (rate[:, 1:] + rate[:, :-1]) / 2 * np.diff(TIMES)
    free = np.exp(-np.concatenate([np.zeros((len(rate), 1)), np.cumsum(step, axis=1)], axis=1))
    return Followed(population, patients, course, free)


def exchange(system: System, options: argparse.Namespace) -> Floats:
    """Change of bilirubin, percent, at the end of a plasma exchange, a day and three days after: medians."""
    population, times = load_population("hbv_aclf"), np.array([0.0, 0.25, 1.0, 2.99])
    shipped = posterior()
    known = shipped if shipped.provenance.get("model") == system.model.hash else None
    patients = admit(system, population, options.patients, seed=options.seed, draws=options.draws, known=known)
    arm = Arm("exchange", together_with=("plasma_exchange",))
    level = simulate(system, patients, [arm], times, outputs=("bilirubin",))["bilirubin"].values[0]
    return np.asarray(100 * (np.nanmedian(level[:, 1:] / level[:, :1], axis=0) - 1))


def left_out(system: System, key: str, options: argparse.Namespace) -> list[Met]:
    """Joint fit without one population, then its labs and deaths: its own quantities from labs at admission only."""
    kept = tuple(k for k in populations() if k != key)
    size = {"n": options.fit_patients, "seed": options.seed}
    moves, x = fit_labs(system, kept, **size, rounds=options.fit_rounds)
    tried = moves.populations(x, system, kept)
    biology = {s.parameter: tried[kept[0]].fitted[s.parameter].value for s in moves.shared}
    plan, terms, _, _ = plans(used())
    deaths = [*group_deaths(), *held_deaths(plan, terms)]
    others, own = [r for r in deaths if key not in r.shares], [r for r in deaths if set(r.shares) == {key}]
    courses = {}
    for k, day in populations_of(others).items():
        population = with_biology(stage(k), biology) if k in STAGES else tried[k]
        courses[k] = follow_typical(system, population, **size, horizon=day)
    parameters = [system.model.parameters[name] for name in INTENSITIES]
    learnt = update(courses, parameters, np.zeros((1, len(parameters))), others, width=FREE)
    population = fit_at_admission(system, load_population(key), biology, **size)
    course = follow_typical(system, population, **size, horizon=max(populations_of(own).values()))
    values = [p.entry.prior.apply(p.value, z, 1.0) for p, z in zip(parameters, learnt.shift, strict=True)]
    everyone = np.ones(options.fit_patients)
    outcomes = course.outcomes({p.name: v * everyone for p, v in zip(parameters, values, strict=True)})
    met = [
        Met(r.variable, r.day, r.published, r.simulated({key: course}, {key: outcomes})[0], source=r.source)
        for r in own
    ]
    return [*lab_rows(course, system), *met]


def everything(options: argparse.Namespace) -> str:
    """All simulations, then the page."""
    system = shipped_system()
    followed = {k: follow(system, load_population(k), options) for k in populations()}
    stages = {arm: follow(system, stage(arm), options) for arm in STAGES}
    any_labs = {arm: follow(system, stage(arm).model_copy(update={"inclusion": {}}), options) for arm in STAGES}
    steroid = Arm("corticosteroid", together_with=("corticosteroid",))
    given = ("alcoholic_hepatitis", "acute_liver_injury", "severe_acute_liver_injury")
    treated = {k: follow(system, load_population(k), options, steroid) for k in given}
    learnt = posterior().provenance.get("model") == system.model.hash
    met = left_out(system, options.left_out, options) if options.left_out else []
    wanted = {
        k: [(s.publication, t) for s in f.population.fit.targets for t in targets(s, system)]
        for k, f in followed.items()
    }
    return page(followed, (stages, any_labs), treated, exchange(system, options), wanted, met, options, learnt=learnt)


def main() -> None:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=400)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--left-out", default="", help="population left out of the joint fit; empty for none")
    parser.add_argument("--fit-patients", type=int, default=24)
    parser.add_argument("--fit-rounds", type=int, default=3)
    parser.add_argument("--write", type=Path, help="folder of the documentation")
    options = parser.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a lab that nobody has
        text = everything(options)
    if options.write:
        (options.write / "natural-history.md").write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
