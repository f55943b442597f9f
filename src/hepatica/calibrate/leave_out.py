"""Leave-one-publication-out: what the rest teaches, so that each publication can be predicted from the others.

Particles of the untreated course are weighted anew while the shape of their weights can be trusted (Pareto k below
0.7); else the publication is tempered away and the particles move (`smc.without`). The cells are learnt anew from the
contrasts of the others. Publications that share people leave together. Deaths of groups, which are of no publication
that leaves, move the intensities as they do with all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from hepatica.calibrate.blocks import Execution
from hepatica.calibrate.cells import between_trial_sd, draw_cell_parameters, expected_by_controls, learn_cells
from hepatica.calibrate.contrast_likelihood import null_effect_probability
from hepatica.calibrate.course import CoursePosterior, Settings, exchangeable
from hepatica.calibrate.emulated import gradient, kernel, log_likelihood
from hepatica.calibrate.inference import smc
from hepatica.calibrate.inference.loo import MAX_PARETO_K, pareto_smoothed_weights, resample_systematically
from hepatica.calibrate.run import Calibration, plans
from hepatica.engine import System
from hepatica.evidence import evidence_hash
from hepatica.patients import Draws
from hepatica.patients.streams import uniforms
from hepatica.progress import Progress, ignore_progress

Floats = NDArray[np.float64]
LAST_MOVES = 4  # times as many after the publication is gone


def course_without(course: CoursePosterior, left_out: Sequence[str], *, seed: int, moves: int) -> tuple[Floats, float]:
    """Particles of the untreated course without some publications, and the Pareto k of weighting the old ones."""
    points = np.concatenate(course.runs)
    gone = [t for t in course.terms if t.publication in left_out]
    if not gone:
        return points, 0.0
    kept = [t for t in course.terms if t.publication not in left_out]
    own, rest = (log_likelihood(terms, course.statistics, course.emulator) for terms in (gone, kept))
    slope, slope_of_rest = (gradient(terms, course.statistics, course.emulator) for terms in (gone, kept))
    moved = kernel(course.emulator.space, lambda x, power: slope_of_rest(x) + (1 - power) * slope(x))
    with threadpool_limits(1):
        weights, shape = pareto_smoothed_weights(-own(points))
        if shape < MAX_PARETO_K:
            start = float(uniforms(seed, np.array([0]), f"left out:{left_out[0]}")[0, 0])
            return points[resample_systematically(weights, start)], shape
        return smc.without(
            lambda x: (rest(x), own(x)),
            course.runs[0],
            seed=seed,
            moves=moves,
            last_moves=LAST_MOVES * moves,
            kernel=moved,
        ).points, shape


def leave_out(
    made: Calibration,
    system: System,
    folder: Path,
    settings: Settings,
    *,
    rows: int = 100,
    workers: int | None = None,
    progress: Progress = ignore_progress,
) -> Iterator[tuple[str, Draws]]:
    """Draws without each publication that was learnt from, one after the other.

    Parameters
    ----------
    made : Calibration
        Calibration with all publications.
    system : System
        Model and engine.
    folder : Path
        Work folder of finished blocks, to go on from.
    settings : Settings
        Sizes of the calibration.
    rows : int
        Draws without each publication.
    workers : int, optional
        Threads; all processors unless given.
    progress : Progress
        Receiver of stages and counts.

    Yields
    ------
    str, Draws
        Publication, and what the rest teaches. Draws without cells where it gave none: these are not needed.
    """
    keys = sorted({t.publication for t in made.terms} | {c.publication for c in made.contrasts})
    for i, key in enumerate(keys):
        progress("without", i, len(keys))
        shared = next(p.shares_people_with for p in made.publications if p.key == key)
        left_out = (
            key,
            *shared,
            *(p.key for p in made.publications if key in p.shares_people_with and p.key not in shared),
        )
        points, shape = course_without(made.course, left_out, seed=settings.seed + i, moves=settings.moves)
        draws = made.course.emulator.space.draws(exchangeable(points, rows, settings.seed))
        draws = draws if made.deaths is None else made.deaths.apply(draws)
        own = replace(settings, draws=rows)
        yield key, _draws_without(made, system, left_out, draws, own, Execution(folder, workers), shape)
    progress("without", len(keys), len(keys))


def _draws_without(
    made: Calibration,
    system: System,
    left_out: tuple[str, ...],
    draws: Draws,
    settings: Settings,
    execution: Execution,
    shape: float,
) -> Draws:
    """Draws of the course with cells learnt anew, where a publication with cells was left out."""
    columns, remaining = dict(draws.columns), [p for p in made.publications if p.key not in left_out]
    null_effect: dict[str, float] = {}
    if any(c.publication in left_out for c in made.contrasts):
        _, _, plan, contrasts = plans(remaining)
        between = between_trial_sd(draw_cell_parameters(system.model, draws.n, settings.cell_draws, settings.seed))
        for h in made.cells:
            learnt = learn_cells(
                system,
                plan,
                contrasts,
                draws,
                hypothesis=h,
                settings=settings,
                execution=execution,
                expected=expected_by_controls(made.course, draws, contrasts),
            )
            columns |= {name.under(h): v for name, v in learnt.columns.items()}
            null_effect[h] = null_effect_probability(contrasts, learnt.finite_log_likelihood, between)
    provenance = {
        "without": list(left_out),
        "pareto_k": shape,
        "null_effect_probability": null_effect,
        "learnt_anew": shape >= MAX_PARETO_K,
        "evidence": evidence_hash(remaining),
        "model": system.model.hash,
        "seed": settings.seed,
        "purpose": "for research use",
    }
    return Draws(columns, provenance)
