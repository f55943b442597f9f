"""Cell parameters: posterior for each row of the untreated course, from differences between arms of a publication.

What the treated arms say of the course itself is not used (a cut, Plummer 2015, doi 10.1007/s11222-014-9503-z), so a
draw has the same patients under every hypothesis. A control arm is in both parts: where it fared better or worse than a
draw of the course predicts, that part of the contrast is expected which is sampling (`expected_by_controls`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from hepatica.admission import admit
from hepatica.calibrate.bank import Plan, stamped
from hepatica.calibrate.blocks import Execution, read_or_compute
from hepatica.calibrate.contrast_likelihood import Contrast, log_likelihood
from hepatica.calibrate.course import EFFECTS, CoursePosterior, Settings
from hepatica.calibrate.endpoints import DIRECTION, ArmEndpoints, Summary, grid, outputs_of
from hepatica.calibrate.likelihood import Law, Scale
from hepatica.calibrate.matching import SimulatedArm
from hepatica.calibrate.unknowns import cell_only_parameters
from hepatica.engine import System
from hepatica.model.structure import Model
from hepatica.patients import Admitted, DrawKey, Draws, load_population
from hepatica.patients.draws import between_study_sd
from hepatica.patients.streams import normals, uniforms
from hepatica.simulation import simulate

Floats = NDArray[np.float64]
NOISE_ROWS = 100  # rows of the course from which the noise of few patients is known


@dataclass(frozen=True)
class CellPosterior:
    """Posterior of the cell parameters under one hypothesis.

    Attributes
    ----------
    columns : dict of DrawKey to (rows,)
        Of parameters that matter only with cells, and of how trials differ.
    chosen : (rows,) int
        Which of the draws of each row was taken.
    log_likelihood : (rows, draws)
    contrasts : (rows, draws, contrasts)
        Simulated.
    noise : (contrasts,)
        SD of each simulated contrast by the few patients of a row.
    effective : (rows,)
        Effective number of the draws of each row.
    """

    columns: dict[DrawKey, Floats]
    chosen: NDArray[np.int64]
    log_likelihood: Floats
    contrasts: Floats
    noise: Floats
    effective: Floats

    @property
    def finite_log_likelihood(self) -> Floats:
        """Log likelihood where patients arose, NaN elsewhere."""
        return np.where(np.isfinite(self.contrasts).all(axis=-1), self.log_likelihood, np.nan)


def draw_cell_parameters(model: Model, rows: int, each: int, seed: int) -> dict[DrawKey, Floats]:
    """Prior draws of the parameters that matter only with cells, (rows, each)."""
    who, columns = np.arange(rows * each), dict[DrawKey, Floats]()
    for what in sorted(EFFECTS):
        columns[DrawKey.between_study(what)] = normals(seed, who, f"cells:between:{what}")[:, 0].reshape(rows, each)
    for name in sorted(cell_only_parameters(model)):
        columns[DrawKey.coordinate(name)] = normals(seed, who, f"cells:{name}")[:, 0].reshape(rows, each)
        if model.parameters[name].entry.prior.kind == "spike":
            columns[DrawKey.spike(name)] = uniforms(seed, who, f"cells spike:{name}")[:, 0].reshape(rows, each)
    return columns


def between_trial_sd(columns: Mapping[DrawKey, Floats]) -> dict[str, Floats]:
    """Between-trial SD of the effect of cells, of each kind of effect, in draws of `draw_cell_parameters`."""
    return {what: between_study_sd(what, columns[DrawKey.between_study(what)]) for what in sorted(EFFECTS)}


def expected_by_controls(course: CoursePosterior, draws: Draws, contrasts: Sequence[Contrast]) -> Floats:
    """Contrast to be expected of each draw of the course without an effect, (draws, contrasts), as its control fared.

    The control's residual holds its sampling error and what its cohort differs by; the former stands in the contrast as
    well, with the other sign.
    """
    expected = np.zeros((draws.n, len(contrasts)))
    emulated = course.emulator(course.emulator.space.points(draws))
    lines, places = course.check.plan.lines, dict[tuple[str, str, str, float], int]()
    for t in (t for t in course.terms if t.law is Law.COUNTS):
        for s in (s for s in t.statistics if s.kind is Scale.SHARE):
            places[t.publication, t.arm, t.variable, lines[s.line].endpoint.time] = course.statistics.index(s)
    for i, c in enumerate(contrasts):
        if c.scale is not Scale.SHARE or not c.samples:
            continue
        control = c.samples[1]
        at = places.get((c.publication, c.control, c.variable, control.time))
        if at is None:
            continue
        seen = logit(control.share) * DIRECTION[c.variable].value
        sampling = control.covariance(control)
        cohort = sum(draws.between(w, np.arange(draws.n)) ** 2 for w in ("share", "share_visit"))
        part = sampling / (sampling + cohort + course.emulator.unknown[at])
        expected[:, i] = -part * (seen - emulated[:, at])
    return expected


def learn_cells(
    system: System,
    plan: Plan,
    contrasts: Sequence[Contrast],
    course: Draws,
    *,
    hypothesis: str,
    settings: Settings,
    execution: Execution,
    expected: Floats | None = None,
) -> CellPosterior:
    """Posterior of the cell parameters for each row of the untreated course, by importance sampling from their priors.

    Parameters
    ----------
    system : System
        Model and engine.
    plan : Plan
        Arms with cells and those they are compared with.
    contrasts : sequence of Contrast
        Differences between published arms.
    course : Draws
        Rows of the untreated course.
    hypothesis : str
        Named hypothesis about what the cells do.
    settings : Settings
        Sizes of the calibration.
    execution : Execution
        Where and by how many workers work is done, and where it is kept.
    expected : (rows, contrasts), optional
        Contrasts to be expected of each row without an effect (`expected_by_controls`); 0 unless given.
    """
    n, each = course.n, settings.cell_draws
    columns = draw_cell_parameters(system.model, n, each, settings.seed)
    work = _Simulations(
        system=system,
        plan=plan,
        course=course,
        hypothesis=hypothesis,
        settings=settings,
        execution=execution,
        contrasts=tuple(contrasts),
    )
    means, noise = work.means(columns), work.noise(columns)
    simulated = np.stack([c.of(means) for c in contrasts], axis=-1) if contrasts else np.zeros((n, each, 0))
    shift = 0.0 if expected is None else expected[:, None]
    fit = log_likelihood(contrasts, simulated + shift, between_trial_sd(columns), noise)
    fit = np.where(np.isfinite(fit), fit, -np.inf)
    fit[~np.isfinite(fit).any(axis=1)] = 0.0  # a row that made no patients: its draws stay those of the prior
    weight = np.exp(fit - fit.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    u = uniforms(settings.seed, np.arange(n), f"cells chosen:{hypothesis}")[:, 0]
    chosen = np.minimum((np.cumsum(weight, axis=1) < u[:, None]).sum(axis=1), each - 1)
    return CellPosterior(
        columns={name: v[np.arange(n), chosen] for name, v in columns.items()},
        chosen=chosen,
        log_likelihood=fit,
        contrasts=simulated,
        noise=noise,
        effective=1.0 / (weight**2).sum(axis=1),
    )


@dataclass(frozen=True, kw_only=True)
class _Simulations:
    """Simulations of every line of a plan for rows of the untreated course and draws of the cell parameters."""

    system: System
    plan: Plan
    course: Draws
    hypothesis: str
    settings: Settings
    execution: Execution
    contrasts: tuple[Contrast, ...]

    def means(self, columns: Mapping[DrawKey, Floats]) -> Floats:
        """Means of the lines, (rows, draws, lines), of all populations of an arm; finished blocks are read."""
        populations, each = self.plan.populations, self.settings.cell_draws
        means = np.full((self.course.n, each, len(self.plan.lines)), np.nan)
        parts: dict[str, Floats] = {}
        for i, key in enumerate(populations):
            blocks = []
            for j, block in enumerate(self._blocks(key, columns)):
                blocks.append(block)
                self.execution.progress(self.hypothesis, i * each + j + 1, len(populations) * each)
            parts[key] = np.stack(blocks, axis=1)
        for arm in self.plan.arms:
            k = self.plan.of_arm(arm)
            mixed = np.sum([share * parts[key][:, :, k] for key, share in arm.populations], axis=0)
            means[:, :, k] = mixed if arm.cells else mixed[:, :1]  # the same without cells, whatever they do
        return means

    def noise(self, columns: Mapping[DrawKey, Floats]) -> Floats:
        """SD of each contrast by the few patients of a row, the same in both arms: of the first draw of the cells."""
        path = self._folder(*self.plan.populations) / "noise.npy"
        return read_or_compute(path, (len(self.contrasts),), functools.partial(self._noise, columns))

    def _noise(self, columns: Mapping[DrawKey, Floats]) -> Floats:
        few = np.arange(min(self.course.n, NOISE_ROWS))
        course = self.course.take(few)
        known = Draws({**course.columns, **{name: v[few, 0] for name, v in columns.items()}})
        means, rows = np.zeros((len(few), len(self.plan.lines))), dict[str, NDArray[np.int64]]()
        influence: dict[str, dict[int, Floats]] = {}  # what each patient moves the mean of a line of its row by
        for key in self.plan.populations:
            patients = self._admitted(key, self.settings.cell_people * len(few), known)
            row = rows[key] = course.row(patients.cohort.draw)
            influence[key] = {}
            for arm in (a for a in self.plan.arms if key in dict(a.populations)):
                values, weights = self._values(arm, patients)
                s, share = Summary.of(values, weights, row, len(few)), dict(arm.populations)[key]
                total = np.stack([np.bincount(row, w, minlength=len(few)) for w in weights.T], axis=1)
                moved = np.where(weights > 0, weights * (values - s.mean[row]) / total[row], 0.0)
                for i, k in enumerate(self.plan.of_arm(arm)):
                    means[:, k] += share * s.mean[:, i]
                    influence[key][k] = share * moved[:, i]
        variance = np.zeros((len(self.contrasts), len(few)))
        for key, own in influence.items():
            for i, c in enumerate(self.contrasts):
                signed = [(sign, k) for sign, k in zip((1, -1, -1, 1), c.lines, strict=False) if k in own]
                if signed:
                    move = sum(sign * own[k] * c.slope(means[:, k])[rows[key]] for sign, k in signed)
                    variance[i] += np.bincount(rows[key], np.asarray(move) ** 2, minlength=len(few))
        return np.asarray(np.nan_to_num(np.sqrt(np.nanmean(variance, axis=1))))

    def _folder(self, *keys: str) -> Path:
        s = self.settings
        more: list[object] = [*keys, s.cell_people, s.cell_draws, s.seed, self.hypothesis]
        return self.execution.folder / stamped(self.system, self.plan, self.course, more)

    def _admitted(self, key: str, n: int, known: Draws) -> Admitted:
        seed, workers = self.settings.seed + 7, self.execution.workers
        return admit(self.system, load_population(key), n, seed=seed, draws=known.n, known=known, workers=workers)

    def _blocks(self, key: str, columns: Mapping[DrawKey, Floats]) -> Iterator[Floats]:
        """Means of one population for each draw of the cell parameters, (rows, lines) each."""
        s, n = self.settings, self.course.n

        @functools.cache
        def patients() -> Admitted:
            return self._admitted(key, s.cell_people * n, self.course)

        def compute(j: int) -> Floats:
            known = Draws({**self.course.columns, **{name: v[:, j] for name, v in columns.items()}})
            admitted = patients()
            now = replace(admitted, cohort=replace(admitted.cohort, known=known))
            return self._simulated(key, now, controls=j == 0)

        for j in range(s.cell_draws):
            path = self._folder(key) / f"{j}.npy"
            yield read_or_compute(path, (n, len(self.plan.lines)), functools.partial(compute, j))

    def _simulated(self, key: str, patients: Admitted, *, controls: bool) -> Floats:
        """Means of the lines of one population, (rows, lines); of arms without cells only where these are asked for."""
        row, means = self.course.row(patients.cohort.draw), np.full((self.course.n, len(self.plan.lines)), np.nan)
        for arm in (a for a in self.plan.arms if key in dict(a.populations) and (a.cells or controls)):
            means[:, self.plan.of_arm(arm)] = Summary.of(*self._values(arm, patients), row, self.course.n).mean
        return means

    def _values(self, arm: SimulatedArm, patients: Admitted) -> tuple[Floats, Floats]:
        """Values and weights of the patients of one arm, (patients, endpoints) each."""
        endpoints = [self.plan.lines[i].endpoint for i in self.plan.of_arm(arm)]
        ds = simulate(
            self.system,
            patients,
            [replace(arm.given, name="")],
            grid(endpoints),
            outputs=outputs_of(endpoints),
            hypothesis=self.hypothesis,
            workers=self.execution.workers,
        )
        pairs = [ArmEndpoints(ds, 0).values(e) for e in endpoints]
        values, weights = (np.stack([p[i] for p in pairs], axis=1) for i in (0, 1))
        return np.nan_to_num(values), weights
