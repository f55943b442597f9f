"""What is learnt without a publication, one after the other: so that each can be predicted from the rest.

Particles of the untreated course are weighted anew while the shape of their weights can be trusted (Pareto k below 0.7);
else the publication is tempered away and the particles move (`smc.without`). The cells are learnt anew from the
differences of the others. Publications that share people leave together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from hepatica.calibrate import infer, smc
from hepatica.calibrate.contrast import null_effect_probability
from hepatica.calibrate.infer import Settings, Untreated
from hepatica.calibrate.loo import TRUSTED, resampled, smoothed
from hepatica.calibrate.run import Calibration, evidence_hash, plans
from hepatica.engine import System
from hepatica.patients import Draws
from hepatica.patients.streams import uniforms
from hepatica.progress import Progress

Floats = NDArray[np.float64]


def course_without(u: Untreated, away: Sequence[str], *, seed: int, moves: int) -> tuple[Floats, float]:
    """Particles of the untreated course without some publications, and the Pareto k of weighing the old ones."""
    points = np.concatenate(u.runs)
    go = [d for d in u.data if d.publication in away]
    if not go:
        return points, 0.0
    stay = [d for d in u.data if d.publication not in away]
    own, rest = (infer.log_likelihood(d, u.outputs, u.emulator) for d in (go, stay))
    with threadpool_limits(1):
        weights, shape = smoothed(-own(points))
        if shape < TRUSTED:
            start = float(uniforms(seed, np.array([0]), f"left out:{away[0]}")[0, 0])
            return points[resampled(weights, start)], shape
        return smc.without(lambda x: (rest(x), own(x)), u.runs[0], seed=seed, moves=moves).points, shape


def leave_out(
    made: Calibration,
    system: System,
    folder: Path,
    settings: Settings,
    *,
    rows: int = 100,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[str, Draws]]:
    """Draws without each publication that was learnt from.

    Parameters
    ----------
    folder : Path
        Where finished work stays, to go on from.
    rows : int
        Draws without each publication.

    Yields
    ------
    str, Draws
        Publication, and what the rest teaches. Draws without cells where it gave none: nothing is asked of them.
    """
    keys = sorted({d.publication for d in made.data} | {c.publication for c in made.contrasts})
    for i, key in enumerate(keys):
        if progress is not None:
            progress("without", i, len(keys))
        shared = next(p.shares_people_with for p in made.publications if p.key == key)
        away = (key, *shared)
        points, shape = course_without(made.untreated, away, seed=settings.seed + i, moves=settings.moves)
        draws = made.untreated.emulator.space.draws(infer.evenly_spaced(points, rows))
        doubt: dict[str, float] = {}
        columns, remaining = dict(draws.columns), [p for p in made.publications if p.key not in away]
        if any(c.publication in away for c in made.contrasts):
            _, _, plan, contrasts = plans(remaining)
            prior = infer.draw_cell_parameters(system.model, draws.n, settings.cell_draws, settings.seed)
            for h in made.cells:
                found = infer.cells(
                    system, plan, contrasts, draws, h, replace(settings, draws=rows), folder, workers=workers
                )
                columns |= {name.under(h): v for name, v in found.columns.items()}
                doubt[h] = null_effect_probability(
                    contrasts, found.finite_log_likelihood, infer.between_trial_sd(prior)
                )
        yield (
            key,
            Draws(
                columns,
                {
                    "without": list(away),
                    "pareto_k": shape,
                    "nothing": doubt,
                    "learnt_anew": shape >= TRUSTED,
                    "evidence": evidence_hash(remaining),
                    "model": system.model.hash,
                    "seed": settings.seed,
                    "purpose": "for research use",
                },
            ),
        )
    if progress is not None:
        progress("without", len(keys), len(keys))
