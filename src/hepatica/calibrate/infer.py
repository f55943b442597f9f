"""What the evidence teaches: the untreated course first, then the cells.

The untreated course is learnt from all arms without cells together. The cells are learnt from differences between arms
of one publication, given the course: what the treated arms say of the course itself is not used (a cut, Plummer 2015,
doi 10.1007/s11222-014-9503-z), so a draw has the same patients under every hypothesis, and a control arm that fared
unusually is not made up for by the cells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from threadpoolctl import threadpool_limits

from hepatica.admission import MAX_TRIES, admit
from hepatica.calibrate import smc
from hepatica.calibrate.bank import POPULATION, Bank, Plan, fill, stamped
from hepatica.calibrate.contrast import Contrast
from hepatica.calibrate.emulate import Emulator, Space
from hepatica.calibrate.endpoints import OUTPUTS, Course, Summary, grid
from hepatica.calibrate.likelihood import LikelihoodTerm, SummaryStatistic
from hepatica.engine import System
from hepatica.errors import EngineError
from hepatica.files import write_array
from hepatica.model.assemble import Model
from hepatica.model.reach import dependencies, silent
from hepatica.patients import Admitted, DrawKey, Draws, Population, load_population, populations
from hepatica.patients.draws import deviation
from hepatica.patients.population import Cause
from hepatica.patients.streams import normals, uniforms
from hepatica.progress import Progress, ignore_progress, staged
from hepatica.simulation import simulate
from hepatica.therapy import TREATMENTS

Floats = NDArray[np.float64]
FEWEST = 50  # draws that an output must be known of
EFFECTS = {"effect_share", "effect_mean"}
ACCEPTANCE_LOG_ODDS_SD = 0.7
"""SD of the logarithm of the odds with which a candidate is a patient of its population, from draw to draw: assumed."""


@dataclass(frozen=True)
class Settings:
    """How much work a calibration is.

    Attributes
    ----------
    draws : int
        Rows that ship.
    waves : tuple of int
        Draws of the bank: from the priors first, then each time from what was learnt.
    people : int
        Patients of each population for each draw of the bank.
    particles, moves : int
        Of the tempered Monte Carlo.
    cell_draws : int
        Draws of what is not known of the cells beside each row.
    cell_people : int
        Patients for each row when the cells are learnt.
    seed : int
    """

    draws: int = 400
    waves: tuple[int, ...] = (1500, 1200, 1200)
    people: int = 10
    particles: int = 2000
    moves: int = 20
    cell_draws: int = 48
    cell_people: int = 10
    seed: int = 2026


@dataclass(frozen=True)
class Untreated:
    """What was learnt of the untreated course.

    Attributes
    ----------
    draws : Draws
    emulator : Emulator
    outputs : tuple of SummaryStatistic
        Of the emulator.
    data : tuple of LikelihoodTerm
        What was learnt from, and that populations arise.
    banks : tuple of Bank
        One a wave.
    check : Bank
        What the engine makes of the draws, for the emulator to be held against.
    runs : tuple of (n, dimension)
        Particles of two independent runs.
    log_evidence : float
    """

    draws: Draws
    emulator: Emulator
    outputs: tuple[SummaryStatistic, ...]
    data: tuple[LikelihoodTerm, ...]
    banks: tuple[Bank, ...]
    check: Bank
    runs: tuple[Floats, ...]
    log_evidence: float


def with_cells_only(model: Model) -> frozenset[str]:
    """Parameters that matter to nothing without cells, proved from the equations."""
    given: set[str] = {state for t in TREATMENTS.values() for state, _ in t.doses}
    for key in populations():
        p = load_population(key)
        told: tuple[Population | Cause, ...] = (p, *p.causes)
        given |= {n for x in told for n in (*x.insult, *x.treatment) if n in model.states}
    outputs = [n for n in (*model.states, *model.quantities) if not n.startswith(("cells_", "label_", "image_"))]
    outputs = [n for n in OUTPUTS if n in outputs] + ["functional_mass"]
    course = dependencies(model, outputs, zero=silent(model, given))
    return frozenset(n for n, p in model.parameters.items() if p.entry.prior.varies and n not in course)


def log_likelihood(
    data: Sequence[LikelihoodTerm], outputs: Sequence[SummaryStatistic], emulator: Emulator
) -> Callable[[Floats], Floats]:
    """Of points, through the emulator; how much cohorts differ is learnt beside it."""
    at = [np.array([outputs.index(o) for o in d.outputs]) for d in data]
    places = {n: k for k, n in enumerate(emulator.space.names)}

    def of(points: Floats) -> Floats:
        simulated = emulator(points)
        share, mean = (deviation(w, points[:, places[DrawKey.between_study(w)]]) for w in ("share", "mean"))
        total = np.zeros(len(points))
        for d, k in zip(data, at, strict=True):
            total += d.log_likelihood(simulated[:, k], emulator.unknown[k], share, mean)
        return total

    return of


def outputs_of(data: Sequence[LikelihoodTerm]) -> tuple[SummaryStatistic, ...]:
    """Every output that some data are compared with, once."""
    return tuple(dict.fromkeys(o for d in data for o in d.outputs))


def fitted(space: Space, banks: Sequence[Bank], outputs: Sequence[SummaryStatistic]) -> Emulator:
    """The emulator of all waves; a draw that made no patient of a population says that it hardly arises there."""
    points, whole = np.concatenate([space.points(b.draws) for b in banks]), _joined(banks)
    pairs = [o.of(whole) for o in outputs]
    y, noise = (np.stack([p[k] for p in pairs], axis=1) for k in (0, 1))
    for k, o in enumerate(outputs):
        if whole.plan.lines[o.line].publication == POPULATION:
            none = np.isnan(y[:, k])
            y[none, k], noise[none, k] = logit(0.5 / MAX_TRIES), 0.5
    fewest = int(np.isfinite(y).sum(axis=0).min())
    if fewest < FEWEST:
        some = f"only {fewest} of {len(y)} draws made patients in some population"
        raise EngineError(f"{some}, {FEWEST} are needed; use more draws")
    with threadpool_limits(1):
        return Emulator.fit(space, points, y, noise)


def _joined(banks: Sequence[Bank]) -> Bank:
    whole = banks[0]
    for b in banks[1:]:
        whole = whole.join(b)
    return whole


def course(
    system: System,
    plan: Plan,
    data: Sequence[LikelihoodTerm],
    settings: Settings,
    folder: Path,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Untreated:
    """Learn the untreated course.

    Parameters
    ----------
    plan : Plan
        Arms without cells.
    data : sequence of LikelihoodTerm
        What they say.
    folder : Path
        Where the bank's finished blocks stay.
    """
    tell = progress or ignore_progress
    cells, prior = with_cells_only(system.model), Draws.prior(system.model, settings.waves[0], seed=settings.seed)
    draws = Draws({k: v for k, v in prior.columns.items() if k.name not in cells | EFFECTS})
    space, banks = Space.of(system.model, draws), list[Bank]()
    plan, learnt = plan.with_acceptance_rates(), tuple(data)

    def simulated(stage: str, wave: int) -> Bank:
        seed = settings.seed + 1000 * wave
        return fill(
            system,
            plan,
            draws,
            folder,
            people=settings.people,
            seed=seed,
            workers=workers,
            progress=staged(tell, stage),
        )

    for wave in range(len(settings.waves)):
        banks.append(simulated(f"wave {wave + 1}", wave))
        if wave == 0:
            learnt += acceptance_terms(plan, banks[0])
        outputs = outputs_of(learnt)
        emulator = fitted(space, banks, outputs)
        target = log_likelihood(learnt, outputs, emulator)
        runs = []
        for k in range(2 if wave + 1 == len(settings.waves) else 1):  # the second, of the last, shows that they agree
            with threadpool_limits(1):
                runs.append(
                    smc.sample(
                        target,
                        space.dimension,
                        settings.particles,
                        seed=settings.seed + 10 * wave + k,
                        moves=settings.moves,
                        progress=staged(tell, f"posterior {k + 1}"),
                    )
                )
        following = settings.waves[wave + 1] if wave + 1 < len(settings.waves) else settings.draws
        draws = space.draws(evenly_spaced(runs[0].points, following))
    evidence = float(np.mean([r.log_evidence for r in runs]))
    check = simulated("check", len(settings.waves))
    return Untreated(draws, emulator, outputs, learnt, tuple(banks), check, tuple(r.points for r in runs), evidence)


def acceptance_terms(plan: Plan, bank: Bank) -> tuple[LikelihoodTerm, ...]:
    """Populations were fitted to arise as they do at typical values: draws that hardly make one are unlikely."""
    found = []
    for k, line in enumerate(plan.lines):
        if line.publication == POPULATION:
            output = SummaryStatistic("share", k)
            usual = float(np.nanmedian(output.of(bank)[0]))
            found.append(
                LikelihoodTerm(POPULATION, line.arm, "made", (output,), (usual,), ACCEPTANCE_LOG_ODDS_SD, "normal")
            )
    return tuple(found)


def evenly_spaced(points: Floats, n: int) -> Floats:
    """n of the points, evenly through them."""
    return (
        points[np.linspace(0, len(points) - 1, n).astype(int)]
        if n <= len(points)
        else points[np.arange(n) % len(points)]
    )


@dataclass(frozen=True)
class Cells:
    """What was learnt of the cells under one hypothesis.

    Attributes
    ----------
    columns : dict of DrawKey to (rows,)
        Of parameters that matter only with cells, and of how trials differ.
    chosen : (rows,) int
        Which of the draws beside each row was taken.
    log_likelihood : (rows, draws)
    contrasts : (rows, draws, contrasts)
        Simulated.
    effective : (rows,)
        Effective number of the draws beside each row.
    """

    columns: dict[DrawKey, Floats]
    chosen: NDArray[np.int64]
    log_likelihood: Floats
    contrasts: Floats
    effective: Floats

    @property
    def finite_log_likelihood(self) -> Floats:
        """The log likelihood where patients arose, NaN elsewhere."""
        return np.where(np.isfinite(self.contrasts).all(axis=-1), self.log_likelihood, np.nan)


def draw_cell_parameters(model: Model, rows: int, each: int, seed: int) -> dict[DrawKey, Floats]:
    """Draws from the priors of what matters only with cells, (rows, each)."""
    who, columns = np.arange(rows * each), dict[DrawKey, Floats]()
    for what in sorted(EFFECTS):
        columns[DrawKey.between_study(what)] = normals(seed, who, f"cells:between:{what}")[:, 0].reshape(rows, each)
    for name in sorted(with_cells_only(model)):
        columns[DrawKey.coordinate(name)] = normals(seed, who, f"cells:{name}")[:, 0].reshape(rows, each)
        if model.parameters[name].entry.prior.kind == "spike":
            columns[DrawKey.spike(name)] = uniforms(seed, who, f"cells spike:{name}")[:, 0].reshape(rows, each)
    return columns


def between_trial_sd(columns: Mapping[DrawKey, Floats]) -> dict[str, Floats]:
    """SD by which trials differ in what cells do, of each kind of difference, in draws of `draw_cell_parameters`."""
    return {what: deviation(what, columns[DrawKey.between_study(what)]) for what in sorted(EFFECTS)}


def cells(
    system: System,
    plan: Plan,
    contrasts: Sequence[Contrast],
    course: Draws,
    hypothesis: str,
    settings: Settings,
    folder: Path,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Cells:
    """Learn the cells beside each row of the untreated course.

    Parameters
    ----------
    plan : Plan
        Arms with cells and those they are compared with.
    contrasts : sequence of Contrast
    course : Draws
        Rows of the untreated course.
    """
    n, each = course.n, settings.cell_draws
    tell, columns = progress or ignore_progress, draw_cell_parameters(system.model, n, each, settings.seed)
    simulated = np.full((n, each, len(plan.lines)), np.nan)
    total, done = len(plan.populations) * each, 0
    for key in plan.populations:
        stamp = stamped(system, plan, course, [key, settings.cell_people, each, settings.seed, hypothesis])
        patients = None
        for j in range(each):
            path = folder / stamp / f"{j}.npy"
            if not path.exists():
                if patients is None:
                    patients = admit(
                        system,
                        load_population(key),
                        settings.cell_people * n,
                        seed=settings.seed + 7,
                        draws=n,
                        known=course,
                        workers=workers,
                    )
                known = Draws({**course.columns, **{name: v[:, j] for name, v in columns.items()}})
                now = replace(patients, cohort=replace(patients.cohort, known=known))
                write_array(path, _means(system, plan, key, now, course, hypothesis, workers, controls=j == 0))
            mean = np.load(path)
            simulated[:, j] = np.where(np.isfinite(mean), mean, simulated[:, j])
            done += 1
            tell(hypothesis, done, total)
        for arm in (a for a in plan.arms if key in dict(a.populations) and not a.cells):
            simulated[:, :, plan.of_arm(arm)] = simulated[
                :, :1, plan.of_arm(arm)
            ]  # the same without cells, whatever they do
    found = np.stack([c.of(simulated) for c in contrasts], axis=-1) if contrasts else np.zeros((n, each, 0))
    fit, differs = np.zeros((n, each)), between_trial_sd(columns)
    for i, c in enumerate(contrasts):
        fit += c.log_likelihood(found[..., i], differs[c.what])
    fit = np.where(np.isfinite(fit), fit, -np.inf)
    fit[~np.isfinite(fit).any(axis=1)] = 0.0  # a row that made no patients: nothing is learnt beside it
    weight = np.exp(fit - fit.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    u = uniforms(settings.seed, np.arange(n), f"cells chosen:{hypothesis}")[:, 0]
    chosen = np.minimum((np.cumsum(weight, axis=1) < u[:, None]).sum(axis=1), each - 1)
    return Cells(
        {name: v[np.arange(n), chosen] for name, v in columns.items()},
        chosen,
        fit,
        found,
        1.0 / (weight**2).sum(axis=1),
    )


def _means(
    system: System,
    plan: Plan,
    key: str,
    patients: Admitted,
    course: Draws,
    hypothesis: str,
    workers: int | None,
    *,
    controls: bool,
) -> Floats:
    """Means of the lines of one population, (rows, lines); of arms without cells only where they are asked for."""
    where, found = course.row(patients.cohort.draw), np.full((course.n, len(plan.lines)), np.nan)
    for arm in (a for a in plan.arms if key in dict(a.populations) and (a.cells or controls)):
        k = plan.of_arm(arm)
        wanted = [plan.lines[i].wanted for i in k]
        ds = simulate(
            system,
            patients,
            [replace(arm.given, name="")],
            grid(wanted),
            outputs=OUTPUTS,
            hypothesis=hypothesis,
            workers=workers,
        )
        read = [Course(ds, 0).values(w) for w in wanted]
        values, weights = (np.stack([r[i] for r in read], axis=1) for i in (0, 1))
        found[:, k] = Summary.of(values, weights, where, course.n).mean
    return found
