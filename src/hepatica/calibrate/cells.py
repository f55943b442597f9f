"""Cell parameters: posterior for each row of the untreated course, from differences between arms of a publication.

What the treated arms say of the course itself is not used (a cut, Plummer 2015, doi 10.1007/s11222-014-9503-z), so a
draw has the same patients under every hypothesis, and a control arm that fared unusually is not made up for by the
cells.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hepatica.admission import admit
from hepatica.calibrate.bank import Plan, stamped
from hepatica.calibrate.blocks import Execution, read_or_compute
from hepatica.calibrate.contrast import Contrast
from hepatica.calibrate.course import EFFECTS, Settings, cell_only_parameters
from hepatica.calibrate.endpoints import OUTPUTS, ArmEndpoints, Summary, grid
from hepatica.engine import System
from hepatica.model.structure import Model
from hepatica.patients import Admitted, DrawKey, Draws, load_population
from hepatica.patients.draws import between_study_sd
from hepatica.patients.streams import normals, uniforms
from hepatica.simulation import simulate

Floats = NDArray[np.float64]


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
    effective : (rows,)
        Effective number of the draws of each row.
    """

    columns: dict[DrawKey, Floats]
    chosen: NDArray[np.int64]
    log_likelihood: Floats
    contrasts: Floats
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


def learn_cells(
    system: System,
    plan: Plan,
    contrasts: Sequence[Contrast],
    course: Draws,
    *,
    hypothesis: str,
    settings: Settings,
    execution: Execution,
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
    """
    n, each = course.n, settings.cell_draws
    columns = draw_cell_parameters(system.model, n, each, settings.seed)
    means = _Simulations(
        system=system, plan=plan, course=course, hypothesis=hypothesis, settings=settings, execution=execution
    ).means(columns)
    simulated = np.stack([c.of(means) for c in contrasts], axis=-1) if contrasts else np.zeros((n, each, 0))
    fit, between = np.zeros((n, each)), between_trial_sd(columns)
    for i, c in enumerate(contrasts):
        fit += c.log_likelihood(simulated[..., i], between[c.what])
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
        effective=1.0 / (weight**2).sum(axis=1),
    )


@dataclass(frozen=True)
class _Simulations:
    """Simulations of every line of a plan for rows of the untreated course and draws of the cell parameters."""

    system: System
    plan: Plan
    course: Draws
    hypothesis: str
    settings: Settings
    execution: Execution

    def means(self, columns: Mapping[DrawKey, Floats]) -> Floats:
        """Means of the lines, (rows, draws, lines); finished blocks are read."""
        n, each = self.course.n, self.settings.cell_draws
        means = np.full((n, each, len(self.plan.lines)), np.nan)
        total, done = len(self.plan.populations) * each, 0
        for key in self.plan.populations:
            for j, mean in enumerate(self._blocks(key, columns)):
                means[:, j] = np.where(np.isfinite(mean), mean, means[:, j])
                done += 1
                self.execution.progress(self.hypothesis, done, total)
            for arm in (a for a in self.plan.arms if key in dict(a.populations) and not a.cells):
                k = self.plan.of_arm(arm)
                means[:, :, k] = means[:, :1, k]  # the same without cells, whatever they do
        return means

    def _blocks(self, key: str, columns: Mapping[DrawKey, Floats]) -> Iterator[Floats]:
        """Means of one population for each draw of the cell parameters, (rows, lines) each."""
        s, n = self.settings, self.course.n
        more = [key, s.cell_people, s.cell_draws, s.seed, self.hypothesis]
        folder = self.execution.folder / stamped(self.system, self.plan, self.course, more)

        @functools.cache
        def patients() -> Admitted:
            return admit(
                self.system,
                load_population(key),
                s.cell_people * n,
                seed=s.seed + 7,
                draws=n,
                known=self.course,
                workers=self.execution.workers,
            )

        def compute(j: int) -> Floats:
            known = Draws({**self.course.columns, **{name: v[:, j] for name, v in columns.items()}})
            admitted = patients()
            now = replace(admitted, cohort=replace(admitted.cohort, known=known))
            return self._simulated(key, now, controls=j == 0)

        for j in range(s.cell_draws):
            yield read_or_compute(folder / f"{j}.npy", (n, len(self.plan.lines)), functools.partial(compute, j))

    def _simulated(self, key: str, patients: Admitted, *, controls: bool) -> Floats:
        """Means of the lines of one population, (rows, lines); of arms without cells only where these are asked for."""
        row, means = self.course.row(patients.cohort.draw), np.full((self.course.n, len(self.plan.lines)), np.nan)
        for arm in (a for a in self.plan.arms if key in dict(a.populations) and (a.cells or controls)):
            k = self.plan.of_arm(arm)
            endpoints = [self.plan.lines[i].endpoint for i in k]
            ds = simulate(
                self.system,
                patients,
                [replace(arm.given, name="")],
                grid(endpoints),
                outputs=OUTPUTS,
                hypothesis=self.hypothesis,
                workers=self.execution.workers,
            )
            pairs = [ArmEndpoints(ds, 0).values(e) for e in endpoints]
            values, weights = (np.stack([p[i] for p in pairs], axis=1) for i in (0, 1))
            means[:, k] = Summary.of(values, weights, row, self.course.n).mean
        return means
