"""Patients of a study under several cell products at one regimen, with common random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hepatica.admission import admit
from hepatica.dosing.decision import null_effect_of
from hepatica.dosing.utility import OUTPUTS, evaluate_benefit
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.patients import Admitted, load_population
from hepatica.progress import Progress, ignore_progress, staged
from hepatica.simulation import Arm, simulate, with_typical_lots
from hepatica.study import Study
from hepatica.therapy import Product, Regimen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
HARMS_SHOWN = ("thrombosis", "reaction")
DEAD_CELLS_CLOT = {"tissue_factor_debris": 1.0}
"""A dead cell clots no less than a living one. No study in the calibration tells of it, so that the draws are those of
the prior, which lets it clot less in some; a lot would then look the safer the fewer of its cells live."""
REACTION_DAYS = 1.0
"""An infusion reaction comes within a day of an infusion. The model counts living cells that spleen and gut let go as
cells that enter the blood anew, days to weeks later, and lets them cause reactions too; dead cells never return, so
that a lot would again look the safer the fewer of its cells live."""


@dataclass(frozen=True, kw_only=True)
class Courses:
    """Outcomes of products under one hypothesis; product 0 is the reference.

    Attributes
    ----------
    hypothesis : str
    acting, inert : (product, patient)
        Net quality-adjusted days over standard care, where cells act and where they do nothing but harm.
    harms : dict of harm to (product, patient)
        Excess probability over standard care; of infusion reactions within a day of an infusion.
    draw : (patient,) int
    null_probability : float
        That cells have no effect in people.
    failed : int
        Solves that failed after the retry.
    """

    hypothesis: str
    acting: Floats
    inert: Floats
    harms: dict[str, Floats]
    draw: Ints
    null_probability: float
    failed: int


def planned_regimen(study: Study, cells: float | None = None) -> Regimen:
    """Schedule of a study's grid: its first route and interval, its most infusions; and a dose.

    Parameters
    ----------
    study : Study
        Its grid.
    cells : float, optional
        Dose of one infusion, cells per kg; the middle one of the grid unless given.

    Raises
    ------
    InputError
        If the grid gives no cells.

    Examples
    --------
    >>> from hepatica.study import check_study
    >>> study = check_study({"title": "t", "grid": {"dose": ["1e6 cells/kg"], "infusions": [1, 4]}})
    >>> planned_regimen(study, 2e6).label
    '2e6/kg x4 q7d peripheral vein'
    """
    grid = study.grid
    doses = [d for d in grid.dose if d.cells > 0]
    if max(grid.infusions) < 1 or not doses:
        raise InputError("grid", [r.label for r in grid.regimens()], "a regimen that gives cells")
    middle = doses[(len(doses) - 1) // 2]
    return Regimen(
        middle.cells if cells is None else cells,
        per_kg=middle.per_kg if cells is None else True,
        infusions=max(grid.infusions),
        interval=grid.interval[0],
        route=grid.route[0],
        duration=grid.duration,
        start=grid.start,
    )


def admit_lots(
    study: Study, system: System, *, draws: int, per_draw: int, workers: int | None = None, offset: int = 0
) -> Admitted:
    """Patients of a study, so many for each of so many parameter draws, all with potency as the product states it.

    The model varies potency between patients because lots differ. Where the lot itself is known or drawn, that would
    count twice, and its random number is set to its median. Dead cells clot no less than living ones, in every draw
    (`DEAD_CELLS_CLOT`).

    Parameters
    ----------
    study : Study
        Population, seed and draws.
    system : System
        The model.
    draws, per_draw : int
        Parameter draws, and patients of each.
    workers : int, optional
        Threads; the patients do not depend on it.
    offset : int
        Added to the seed, for patients who are not those of another sample.
    """
    population = load_population(study.population, transplant_rate=study.transplant_rate)
    known = study.known()
    count = draws if known is None else min(draws, known.n)
    seed = study.seed + offset
    patients = admit(system, population, count * per_draw, seed=seed, draws=count, known=known, workers=workers)
    return replace(patients, cohort=replace(with_typical_lots(patients.cohort), floors=DEAD_CELLS_CLOT))


def run_products(
    study: Study,
    system: System,
    patients: Admitted,
    treatments: Sequence[tuple[Product, Regimen]],
    hypothesis: str,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Courses:
    """Net gain and excess harm of products over standard care, patient by patient.

    Parameters
    ----------
    study : Study
        Horizon, utilities and concomitant treatments.
    system : System
        The model.
    patients : Admitted
        Who all get every product.
    treatments : sequence of (Product, Regimen)
        The reference first.
    hypothesis : str
        Named hypothesis about what the cells do.
    workers : int, optional
        Threads; no number depends on it.
    progress : Progress, optional
        Stage is the hypothesis.
    """
    together = study.together_with
    arms = [Arm("standard care", together_with=together)]
    arms += [Arm(f"lot {k}", r, p, together_with=together) for k, (p, r) in enumerate(treatments)]
    times = study.times()
    dense = np.unique(np.concatenate([times, *(_windows(arm, times[-1]).ravel() for arm in arms)]))
    every = simulate(
        system,
        patients,
        arms,
        dense,
        outputs=OUTPUTS,
        hypothesis=hypothesis,
        workers=workers,
        progress=staged(progress or ignore_progress, hypothesis),
    )
    ds = every.isel(time=np.searchsorted(dense, times))
    cohort = patients.cohort
    benefit = evaluate_benefit(ds, arms, study.utility.utility(), cohort.covariate("body_weight"))
    care = benefit.net[0]
    shown = {name: benefit.harms[name] for name in HARMS_SHOWN} | {"reaction": acute_reactions(every, arms)}
    return Courses(
        hypothesis=hypothesis,
        acting=benefit.net[1:] - care,
        inert=benefit.net_null[1:] - care,
        harms={name: risk[1:] - risk[0] for name, risk in shown.items()},
        draw=cohort.draw,
        null_probability=null_effect_of(cohort, hypothesis),
        failed=int((ds["status"].values != 0).sum()),
    )


def _windows(arm: Arm, last: float) -> Floats:
    """Start and end of the time after each infusion in which a reaction counts, (infusion, 2); none overlap."""
    starts = np.array([t for t in arm.regimen.times if t < last] if arm.regimen.gives_cells else [], float)
    ends = np.minimum(starts + arm.regimen.duration + REACTION_DAYS, np.append(starts[1:], last)[: len(starts)])
    return np.stack([starts, ends], axis=1)


def acute_reactions(ds: xr.Dataset, arms: Sequence[Arm]) -> Floats:
    """Probability of a reaction within a day of an infusion, (arm, patient).

    Parameters
    ----------
    ds : Dataset
        With `reaction_hazard` at the start of each infusion and a day after its end.
    arms : sequence of Arm
        Of the Dataset.

    Examples
    --------
    >>> hazard = (("arm", "patient", "time"), [[[0.0, 0.1, 0.4]]])
    >>> ds = xr.Dataset({"reaction_hazard": hazard}, {"time": [0.0, 1.0, 9.0]})
    >>> acute_reactions(ds, [Arm("once", Regimen(1e6))]).round(3).tolist()
    [[0.095]]
    """
    hazard, times = ds["reaction_hazard"].values, ds["time"].values
    made = np.zeros(hazard.shape[:2])
    for a, arm in enumerate(arms):
        at = np.searchsorted(times, _windows(arm, times[-1]))
        made[a] = (hazard[a][:, at[:, 1]] - hazard[a][:, at[:, 0]]).sum(axis=1)
    return np.asarray(1.0 - np.exp(-made))
