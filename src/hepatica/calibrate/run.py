"""Calibration from beginning to end: evidence in, draws with their provenance out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica import __version__
from hepatica.calibrate.bank import Plan
from hepatica.calibrate.blocks import Execution
from hepatica.calibrate.cells import (
    CellPosterior,
    between_trial_sd,
    draw_cell_parameters,
    expected_by_controls,
    learn_cells,
)
from hepatica.calibrate.contrast import contrasts
from hepatica.calibrate.contrast_likelihood import Contrast, null_effect_probability
from hepatica.calibrate.course import CoursePosterior, Settings, learn_course
from hepatica.calibrate.diagnostics.contraction import agreement, contraction, informative_data
from hepatica.calibrate.diagnostics.identifiability import unidentified
from hepatica.calibrate.diagnostics.information import spike_weights
from hepatica.calibrate.endpoints import INFORMING
from hepatica.calibrate.error_model.bias import BIAS
from hepatica.calibrate.likelihood import LikelihoodTerm, Scale
from hepatica.calibrate.natural_history.learn import Learnt, from_evidence
from hepatica.calibrate.terms import likelihood_terms
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.evidence import Publication, evidence_hash, load_all
from hepatica.files import write_json
from hepatica.patients import DrawKey, Draws
from hepatica.patients.draws import BETWEEN_STUDY_SD
from hepatica.progress import Progress, ignore_progress

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """Result of a calibration, with what it was learnt from.

    Attributes
    ----------
    publications : tuple of Publication
        As they were used, alternatives applied.
    plan : Plan
        Arms without cells that were simulated.
    terms : tuple of LikelihoodTerm
    course : CoursePosterior
        From the likelihood of the arms, before the deaths of groups.
    deaths : Learnt or None
        What the deaths of groups moved after that; None if no publication in use prints any.
    cell_plan : Plan
    contrasts : tuple of Contrast
    cells : mapping of hypothesis to CellPosterior
    groups, pairs : DataFrame
        Parameters that are not identified by themselves (`identifiability.unidentified`).
    draws : Draws
        What ships.
    """

    publications: tuple[Publication, ...]
    plan: Plan
    terms: tuple[LikelihoodTerm, ...]
    course: CoursePosterior
    deaths: Learnt | None
    cell_plan: Plan
    contrasts: tuple[Contrast, ...]
    cells: Mapping[str, CellPosterior]
    groups: pd.DataFrame
    pairs: pd.DataFrame
    draws: Draws


def used(
    alternatives: Sequence[str] = (), without: Sequence[str] = (), own: Sequence[Publication] = ()
) -> tuple[Publication, ...]:
    """Evidence in use: what ships, less some, some by an alternative source (``<key>:<id>``), and one's own.

    Raises
    ------
    InputError
        If there is no such publication or alternative, or nothing can be learnt from one's own.
    """
    publications = load_all()
    for key in without:
        if key not in publications:
            raise InputError("--without", key, f"one of {', '.join(publications)}")
        del publications[key]
    for name in alternatives:
        key, _, alternative = name.partition(":")
        known = [f"{p.key}:{a.id}" for p in publications.values() for a in p.alternatives]
        if name not in known:
            raise InputError("--alternative", name, f"one of {', '.join(known)}")
        other = next(a for a in publications[key].alternatives if a.id == alternative)
        arms = tuple(other.of(arm) if arm.id == other.arm else arm for arm in publications[key].arms)
        publications[key] = publications[key].model_copy(update={"arms": arms})
    for p in own:
        if p.key in publications:
            got = f"key = '{p.key}', which another publication has"
            raise InputError("--publication", got, f"a key of its own; or leave the other out, --without {p.key}")
        publications[p.key] = p
        _check_taught(p, tuple(publications.values()))
    return tuple(publications.values())


def _check_taught(p: Publication, publications: Sequence[Publication]) -> None:
    """Refuse a publication from which nothing can be learnt, with the reason."""
    if p.role != "calibration":
        raise InputError(
            "--publication", f"{p.key}, whose role is '{p.role}'", "role = 'calibration', to be learnt from"
        )
    _, terms, _, between = plans(publications)
    if p.key not in {t.publication for t in terms} | {c.publication for c in between}:
        reasons = [f"{row}: {why}" for row, why in Plan.of([p]).not_predicted.items()]
        reasons += [f"{o.arm} {o.variable} day {o.time:g}: {p.lacks(o)}" for o in p.observations if p.lacks(o)]
        if not any(o.time > 0 for o in p.observations) and not p.findings:
            reasons.append(f"of day 0 only {', '.join(INFORMING)} are learnt from; other labs choose the patients")
        got = "; ".join([f"{p.key}, which teaches nothing", *reasons[:3]])
        raise InputError(
            "--publication", got, "a number of an untreated arm, or of two arms, with its people and spread"
        )


def plans(
    publications: Sequence[Publication],
) -> tuple[Plan, tuple[LikelihoodTerm, ...], Plan, tuple[Contrast, ...]]:
    """Plan and likelihood terms of the arms without cells; plan and contrasts of those with them and their controls."""
    everything = Plan.of([p for p in publications if p.role == "calibration"])
    plan = everything.only(cells=False)
    terms = likelihood_terms(plan, publications)
    plan = plan.keeping(k for t in terms for s in t.statistics for k in (s.line, s.baseline) if k >= 0)
    cell_plan = everything.keeping(k for c in contrasts(everything, publications) for k in c.lines)
    return plan, likelihood_terms(plan, publications), cell_plan, contrasts(cell_plan, publications)


def calibrate(
    system: System,
    publications: Sequence[Publication],
    folder: Path,
    settings: Settings,
    *,
    hypotheses: Sequence[str],
    people: Sequence[Publication] = (),
    workers: int | None = None,
    progress: Progress = ignore_progress,
) -> Calibration:
    """Posterior draws from publications.

    Parameters
    ----------
    system : System
        Model and engine.
    publications : sequence of Publication
        Those with the role ``calibration`` are learnt from.
    folder : Path
        Work folder of finished blocks, to go on from.
    settings : Settings
        Sizes of the calibration.
    hypotheses : sequence of str
        Each gets its own posterior of the cells; the untreated course is the same for all.
    people : sequence of Publication
        Made of files of real people (`people_evidence`); one takes the place of a publication of the same key.
    workers : int, optional
        Threads; all processors unless given.
    progress : Progress
        Receiver of stages and counts.

    Returns
    -------
    Calibration

    Raises
    ------
    InputError
        If no arm without cells can be simulated.
    """
    printed, real = evidence_hash(publications), {p.key for p in people}
    publications = (*(p for p in publications if p.key not in real), *people)
    plan, terms, cell_plan, between = plans(publications)
    if not terms:
        allowed = "at least one arm without cells that can be simulated"
        raise InputError("evidence", [p.key for p in publications], allowed)
    execution = Execution(folder, workers, progress)
    course = learn_course(system, plan, terms, settings, execution)
    used_keys = [p.key for p in publications]
    deaths = from_evidence(system, course.draws, used_keys, plan, terms, execution, seed=settings.seed)
    untreated = course.draws if deaths is None else deaths.apply(course.draws)
    expected = expected_by_controls(course, untreated, between)
    learn = partial(
        learn_cells, system, cell_plan, between, untreated, settings=settings, execution=execution, expected=expected
    )
    cells = {h: learn(hypothesis=h) for h in hypotheses}
    columns = dict(untreated.columns)
    for h, c in cells.items():
        columns |= {name.under(h): v for name, v in c.columns.items()}
    prior = draw_cell_parameters(system.model, course.draws.n, settings.cell_draws, settings.seed)
    groups, pairs = unidentified(course, cells, prior, spike_weights(system.model), between)
    made = Calibration(
        publications=publications,
        plan=plan,
        terms=terms,
        course=course,
        deaths=deaths,
        cell_plan=cell_plan,
        contrasts=between,
        cells=cells,
        groups=groups,
        pairs=pairs,
        draws=Draws(columns),
    )
    inputs = {"evidence": printed, "people": {p.key: evidence_hash([p]) for p in people}, "model": system.model.hash}
    return replace(made, draws=Draws(columns, inputs | _provenance(made, settings, prior)))


def _provenance(made: Calibration, settings: Settings, prior: Mapping[DrawKey, Floats]) -> dict[str, Any]:
    """Settings, assumed constants and diagnostics of a calibration."""
    trials, held = between_trial_sd(prior), agreement(made.course)
    apart = np.hypot(held["emulator"] - held["engine"], held["apart"]) / held["allowed"]
    return {
        "hepatica": __version__,
        "seed": settings.seed,
        "settings": {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(settings).items()},
        "publications": sorted({t.publication for t in made.terms} | {c.publication for c in made.contrasts}),
        "hypotheses": list(made.cells),
        "bias": {k: list(b) for k, b in BIAS.items()},
        "between_study_sd": {k: list(map(float, v)) for k, v in BETWEEN_STUDY_SD.items()},
        **({} if made.deaths is None else {"deaths": made.deaths.record()}),
        "log_evidence": list(made.course.log_evidence),
        "parent_correlation": made.course.parent_correlation,
        "draws_made_patients": [int(b.has_every_population.sum()) for b in made.course.banks],
        "effective_cell_draws": {h: float(c.effective.mean()) for h, c in made.cells.items()},
        "effects": {h: effects(made.contrasts, c) for h, c in made.cells.items()},
        "contrast_noise": {
            h: {
                f"{x.publication} {x.treated} {x.label}": float(n) for x, n in zip(made.contrasts, c.noise, strict=True)
            }
            for h, c in made.cells.items()
        },
        "null_effect_probability": {
            h: null_effect_probability(made.contrasts, c.finite_log_likelihood, trials) for h, c in made.cells.items()
        },
        "r_hat_largest": float(contraction(made.course, made.cells)["r_hat"].max()),
        "emulator_error_over_allowed": {"median": float(apart.median()), "largest": float(apart.max())},
        "purpose": "for research use",
    }


def effects(between: Sequence[Contrast], cells: CellPosterior) -> dict[str, dict[str, float]]:
    """Simulated log odds ratios of published contrasts: mean and SD under the priors of the cells, and as learnt."""
    rows, found = np.arange(len(cells.chosen)), dict[str, dict[str, float]]()
    for i, c in enumerate(between):
        if c.scale is Scale.SHARE:
            prior, learnt = cells.contrasts[:, :, i], cells.contrasts[rows, cells.chosen, i]
            moments = (f(x) for x in (prior, learnt) for f in (np.nanmean, np.nanstd))
            names = ("prior_mean", "prior_sd", "mean", "sd")
            found[f"{c.publication} {c.treated} {c.label}"] = dict(zip(names, map(float, moments), strict=True))
    return found


def write(made: Calibration, folder: Path) -> tuple[Path, Path]:
    """Write the draws and, beside them, what was learnt from what, as JSON; both atomically."""
    posterior = folder / "posterior.parquet"
    made.draws.write(posterior)
    informative = informative_data(made.course)
    rows = contraction(made.course, made.cells).to_dict(orient="records")
    for r in rows:
        if r["learnt"] and not r["hypothesis"]:
            r["informed_by"] = informative.get(str(r["parameter"]), [])
    fields = ("publication", "treated", "control", "label", "value", "error")
    notes = {
        "provenance": dict(made.draws.provenance),
        "contraction": rows,
        "data": [{k: getattr(t, k) for k in ("publication", "arm", "label")} for t in made.terms],
        "contrasts": [{k: getattr(c, k) for k in fields} for c in made.contrasts],
        "groups": made.groups.to_dict(orient="records"),
        "pairs": made.pairs.to_dict(orient="records"),
        "emulator": agreement(made.course).to_dict(orient="records"),
        "not_predicted": made.plan.not_predicted,
    }
    return posterior, write_json(folder / "calibration.json", notes)
