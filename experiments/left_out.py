"""Leave-one-publication-out predictions by the emulator and the banks of a finished calibration: nothing is simulated.

    python experiments/left_out.py WORK [--hypothesis label_is_cells ...] [--particles 800] [--moves 2] [--json]

WORK is the folder of finished work of `hepatica calibrate` with the same evidence, model and settings. Its particles
are made again (a quarter of an hour of processor time), then for each publication those that the others' data give:
some weighted anew while Pareto k is below 0.7, else moved (`course_without`, up to a minute each). Numbers of arms
without cells are predicted through the emulator with the error model of the likelihood; differences between arms from
the draws of the cells that are simulated already, weighted by the differences of the other publications alone, their
rows by what the others say of the course. References are made without the publication as well. Populations' centres
(`natural_history`) have seen some of the publications, and waves of simulation went where all of them led: neither is
undone here. For research use.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit, softmax

from hepatica.calibrate.cells import CellPosterior, between_trial_sd, draw_cell_parameters, expected_by_controls
from hepatica.calibrate.contrast_likelihood import RESIDUAL_SHARE, Contrast, log_likelihood, null_effect_probability
from hepatica.calibrate.course import CoursePosterior, Settings, exchangeable
from hepatica.calibrate.emulated import log_likelihood as course_log_likelihood
from hepatica.calibrate.endpoints import DIRECTION
from hepatica.calibrate.inference.loo import MAX_PARETO_K, pareto_smoothed_weights
from hepatica.calibrate.leave_out import course_without
from hepatica.calibrate.likelihood import Law, LikelihoodTerm, Scale
from hepatica.calibrate.run import Calibration, calibrate, used
from hepatica.engine import System, shipped_system
from hepatica.patients import DrawKey
from hepatica.patients.draws import between_study_sd
from hepatica.validation.baselines import Reference
from hepatica.validation.scores import Predictive, covered

Floats = np.ndarray
COMPONENTS = 800
"""Draws of a predictive distribution."""
COMPARED = (Scale.RATIO, Scale.RISE)
"""Scales of means that a reference predicts: changes since day 0."""


class Scored(NamedTuple):
    """Score of one left-out number: coverage of its intervals, CRPS and log score, and those of each reference."""

    publication: str
    part: str
    label: str
    in_50: bool
    in_90: bool
    crps: float
    log_score: float
    references: dict[str, tuple[float, float]]


def scored(
    names: tuple[str, str, str], model: Predictive, observed: float, references: dict[str, Predictive]
) -> Scored:
    """Scores of a predictive distribution and of those of the references; `names` are publication, part and label."""
    each = {name: (p.crps(observed), p.log_score(observed)) for name, p in references.items()}
    return Scored(*names, *covered(observed, model.quantiles()), model.crps(observed), model.log_score(observed), each)


def mean_of(term: LikelihoodTerm, simulated: Floats, unknown: float, common: Floats, own: Floats) -> Predictive:
    """Predictive distribution of a published mean on its scale, from simulated ones (n,) and SDs of random effects."""
    return Predictive.normal(simulated, np.sqrt(term.error**2 + unknown + term.between**2 * (common**2 + own**2)))


def shares_of(
    term: LikelihoodTerm, odds: Floats, spread: Floats, normal: Floats
) -> Iterator[tuple[int, float, Predictive]]:
    """Visit, share seen (%) and predictive distribution of the shares with the event, from log odds (n, visits).

    `spread` is the SD of all random effects and `normal` the standard normal number of each draw, (n,) both: visits of
    an arm deviate together.
    """
    people = max(round(sum(term.value)), 1)
    seen = np.cumsum(term.value)[:-1] / sum(term.value)
    for k, share in enumerate(seen):
        yield k, 100 * float(share), Predictive.share(expit(odds[:, k] + spread * normal), people)


def untreated(made: Calibration, points: Floats, key: str, reference: Reference, seed: int) -> Iterator[Scored]:
    """Scores of all numbers of the arms of a publication without cells, from particles (n, dimension) of the others."""
    course, space = made.course, made.course.emulator.space
    column = {n: k for k, n in enumerate(space.names)}
    simulated = course.emulator(points)
    sd = {
        w: between_study_sd(w, points[:, column[DrawKey.between_study(w)]])
        for w in ("share", "share_visit", "mean", "mean_visit")
    }
    normal = np.random.default_rng([seed, 17]).standard_normal(len(points))
    populations = {(a.publication, a.arm): a.populations[0][0] for a in made.plan.arms}
    for t in (t for t in course.terms if t.publication == key):
        at = [course.statistics.index(s) for s in t.statistics]
        unknown, population = float(course.emulator.unknown[at].mean()), populations[key, t.arm]
        names, days = (key, "untreated", f"{t.arm} {t.label}"), _days(course, t)
        if t.law is Law.NORMAL:
            if t.statistics[0].kind is Scale.LOG_SD:
                continue
            model = mean_of(t, simulated[:, at[0]], unknown, sd["mean"], sd["mean_visit"])
            others = _references(made, reference, t, population, days[0]) if t.statistics[0].kind in COMPARED else {}
            plain = {
                n: Predictive.normal(np.array([v]), np.array([np.hypot(s, t.error)])) for n, (v, s) in others.items()
            }
            yield scored(names, model, t.value[0], plain)
            continue
        sign = DIRECTION[t.variable].value
        spread = np.sqrt(sd["share"] ** 2 + sd["share_visit"] ** 2 + unknown)
        for k, seen, model in shares_of(t, simulated[:, at] * sign, spread, normal):
            whole = t.statistics[k].kind is Scale.SHARE
            others = _references(made, reference, t, population, days[k]) if whole else {}
            plain = {n: Predictive.share(expit(sign * v + s * normal), model.people) for n, (v, s) in others.items()}
            yield scored((key, "untreated", f"{t.arm} {t.variable} day {days[k]:g}"), model, seen, plain)


def _days(course: CoursePosterior, t: LikelihoodTerm) -> list[float]:
    return [course.check.plan.lines[s.line].endpoint.time for s in t.statistics]


def _references(
    made: Calibration, reference: Reference, t: LikelihoodTerm, population: str, day: float
) -> dict[str, tuple[float, float]]:
    """Value and SD of the untreated outcome by each reference: of the same population, and by meta-regression."""
    p = next(p for p in made.publications if p.key == t.publication)
    pooled = reference.untreated(population, t.variable, day)
    regressed = reference.regressed(p, t.arm, population, t.variable, day)
    return {"pooled": (pooled.value, pooled.sd), "meta_regression": (regressed.value, regressed.sd)}


def difference(
    c: Contrast, effect: Floats, differs: Floats, references: dict[str, tuple[float, float]], noise: float
) -> tuple[Predictive, dict[str, Predictive]]:
    """Predictive distributions of a published difference, by the model and by references (value and SD of an effect).

    `effect` (n,) is what cells do under each draw, `differs` (n,) the between-trial SD, and `noise` the SD of `effect`
    by the few patients that it was simulated in, which stands in it already.
    """
    own = RESIDUAL_SHARE * float(between_study_sd(c.what))
    variance = c.error**2 + c.bias.sd**2 + c.between**2 * (differs**2 + own**2)
    model = Predictive.normal(effect + c.bias.mean, np.sqrt(np.maximum(variance - noise**2, c.error**2)))
    plain = {n: Predictive.normal(np.array([v]), np.array([np.hypot(s, c.error)])) for n, (v, s) in references.items()}
    return model, plain


def differences(
    made: Calibration, system: System, gone: Sequence[str], reference: Reference, settings: Settings
) -> Iterator[Scored]:
    """Scores of the differences between arms of the first of some publications, from those of the others alone."""
    prior = draw_cell_parameters(system.model, made.draws.n, settings.cell_draws, settings.seed)
    differs, rows = between_trial_sd(prior), range(len(made.contrasts))
    if not any(c.publication == gone[0] for c in made.contrasts):
        return
    kept = [k for k in rows if made.contrasts[k].publication not in gone]
    parts = [_drawn(made, c, kept, differs, row_weights(made.course, gone), settings.seed) for c in made.cells.values()]
    for k in (k for k in rows if made.contrasts[k].publication == gone[0]):
        c = made.contrasts[k]
        effect = np.concatenate([np.where(none, 0.0, x.contrasts.reshape(-1, len(rows))[i, k]) for x, i, none in parts])
        spread = np.concatenate([differs[c.what].ravel()[i] for _, i, _ in parts])
        pooled = reference.effect(c.variable)
        noise = float(np.mean([x.noise[k] for x, _, _ in parts]))
        both = {"no_effect": (0.0, 0.0), "pooled": (pooled.value, pooled.sd)}
        model, plain = difference(c, effect, spread, both, noise)
        yield scored((gone[0], "differences", f"{c.treated} {c.label}"), model, c.value, plain)


def row_weights(course: CoursePosterior, gone: Sequence[str]) -> Floats:
    """Importance weights (rows,) of the draws of the course that ship, as the publications that remain have them."""
    terms = [t for t in course.terms if t.publication in gone]
    points = course.emulator.space.points(course.draws)
    if not terms:
        return np.full(len(points), 1 / len(points))
    own = course_log_likelihood(terms, course.statistics, course.emulator)
    return pareto_smoothed_weights(-own(points))[0]


def _drawn(
    made: Calibration, cells: CellPosterior, kept: list[int], differs: dict[str, Floats], rows: Floats, seed: int
) -> tuple[CellPosterior, Floats, Floats]:
    """Places (components,) of rows and draws that the kept differences choose, and where cells do nothing."""
    some = [made.contrasts[k] for k in kept]
    shift = expected_by_controls(made.course, made.course.draws, some)[:, None]
    fit = log_likelihood(some, cells.contrasts[:, :, kept] + shift, differs, cells.noise[kept])
    good = np.isfinite(cells.contrasts).all(axis=-1) & np.isfinite(fit)
    weight = softmax(np.where(good, fit, -1e300), axis=1) * (rows * good.any(axis=1))[:, None]
    rng = np.random.default_rng([seed, 18])
    places = rng.choice(weight.size, COMPONENTS, p=(weight / weight.sum()).ravel())
    nothing = null_effect_probability(some, np.where(good, fit, np.nan), differs)
    return cells, places, rng.random(COMPONENTS) < nothing


def left_out(
    made: Calibration, system: System, settings: Settings, particles: int, moves: int
) -> Iterator[tuple[str, float, list[Scored]]]:
    """Publication, Pareto k and scores of its numbers, one after the other, from so many particles of both runs."""
    chosen = exchangeable(np.concatenate(made.course.runs), particles, settings.seed)
    course = replace(made.course, runs=(chosen,))
    keys = sorted({t.publication for t in made.terms} | {c.publication for c in made.contrasts})
    for i, key in enumerate(keys):
        p = next(p for p in made.publications if p.key == key)
        gone = (key, *p.shares_people_with)
        points, shape = course_without(course, gone, seed=settings.seed + i, moves=moves)
        some = np.random.default_rng([settings.seed, i]).choice(
            len(points), min(COMPONENTS, len(points)), replace=False
        )
        reference = Reference([x for x in made.publications if x.key not in gone])
        found = list(untreated(made, points[some], key, reference, settings.seed))
        yield key, shape, found + list(differences(made, system, gone, reference, settings))


def table(rows: Sequence[Scored]) -> pd.DataFrame:
    """Coverage and mean scores by part and publication, and of all publications, each counting once.

    CRPS are divided by that of each reference, and log scores are above those of each, over what it predicts.
    """
    frame = []
    for part in dict.fromkeys(r.part for r in rows):
        each = []
        for key in dict.fromkeys(r.publication for r in rows if r.part == part):
            own = [r for r in rows if (r.part, r.publication) == (part, key)]
            line: dict[str, object] = {"part": part, "publication": key, "numbers": len(own)}
            line |= {n: float(np.mean([getattr(r, n) for r in own])) for n in ("in_50", "in_90", "log_score")}
            for name in dict.fromkeys(n for r in own for n in r.references):
                some = [r for r in own if name in r.references]
                line[f"crps_over_{name}"] = sum(r.crps for r in some) / sum(r.references[name][0] for r in some)
                line[f"log_score_above_{name}"] = float(np.mean([r.log_score - r.references[name][1] for r in some]))
            each.append(line)
        rows_of = pd.DataFrame(each)
        mean = rows_of.drop(columns=["part", "publication"]).mean().to_dict()
        frame += [*each, {"part": part, "publication": "all, each once", **mean, "numbers": rows_of["numbers"].sum()}]
    return pd.DataFrame(frame)


def main() -> None:
    """Particles again, then one publication after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--hypothesis", nargs="+", default=["label_is_cells", "lung_only"])
    parser.add_argument("--particles", type=int, default=800)
    parser.add_argument("--moves", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    system, settings = shipped_system(), Settings()
    made = calibrate(system, used(), options.work, settings, hypotheses=options.hypothesis, workers=options.workers)
    rows: list[Scored] = []
    for key, shape, some in left_out(made, system, settings, options.particles, options.moves):
        rows += some
        if not options.json:
            print(f"{key}: Pareto k {shape:.2f}{' (moved)' if shape >= MAX_PARETO_K else ''}, {len(some)}", flush=True)
    if options.json:
        print(json.dumps([r._asdict() for r in rows]))
    else:
        print(table(rows).round(2).to_string(index=False))


if __name__ == "__main__":
    main()
