"""Fisher information of the data about parameters: of the untreated course through its emulator, and of the cells.

Each unknown is measured in SDs of its prior. The information is that of the likelihood, averaged over the posterior.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from threadpoolctl import threadpool_limits

from hepatica.calibrate.cells import CellPosterior
from hepatica.calibrate.contrast_likelihood import Contrast
from hepatica.calibrate.course import CoursePosterior
from hepatica.calibrate.inference.counts import MIN_SHARE
from hepatica.calibrate.inference.emulate import Emulator, Space
from hepatica.calibrate.likelihood import Law, LikelihoodTerm, SummaryStatistic
from hepatica.model.structure import Model
from hepatica.patients import DrawKey, DrawKind, Draws
from hepatica.patients.draws import between_study_sd

Floats = NDArray[np.float64]
POINTS = 64  # particles over which the information is averaged


@dataclass(frozen=True)
class FisherInformation:
    """Fisher information of the data about parameters, each measured in SDs of its prior.

    Attributes
    ----------
    names : tuple of str
        Parameters, of length p.
    roots : (rows, p)
        Rows whose products with themselves add up to the information.
    owner : (rows,)
        Which datum each row belongs to.
    labels : tuple of str
        Of the data.
    particles : (n, p)
        What was learnt.
    weight : (n,)
        Of the particles, adding up to 1.
    part : (n,)
        Which of two independent parts each particle belongs to: 0 or 1.
    """

    names: tuple[str, ...]
    roots: Floats
    owner: NDArray[np.int64]
    labels: tuple[str, ...]
    particles: Floats
    weight: Floats
    part: NDArray[np.int64]

    def without(self, begins: str) -> FisherInformation:
        """Fisher information of the parameters whose names begin otherwise."""
        keep = np.array([not n.startswith(begins) for n in self.names], bool)
        names = tuple(n for n, k in zip(self.names, keep, strict=True) if k)
        return replace(self, names=names, roots=self.roots[:, keep], particles=self.particles[:, keep])

    def sd(self, along: Floats) -> Floats:
        """Posterior SD along directions (p, k), over that of the prior; (k,)."""
        x = self.particles @ along
        return np.asarray(np.sqrt(np.maximum(self.weight @ (x - self.weight @ x) ** 2, 0.0)))


def spike_weights(model: Model) -> dict[str, float]:
    """Weight of the spike of each parameter that has one."""
    return {n: p.entry.prior.weight for n, p in model.parameters.items() if p.entry.prior.kind == "spike"}


def of_course(course: CoursePosterior, *, points: int = POINTS) -> FisherInformation:
    """Fisher information about the untreated course, through its emulator."""
    terms = course.terms
    emulator, both = course.emulator, np.concatenate(course.runs)
    unit = prior_sd(emulator.space)
    some = both[np.linspace(0, len(both) - 1, min(points, len(both))).astype(int)]
    with threadpool_limits(1):
        slope, simulated = slopes(emulator, some) * unit[:, None], emulator(some)
        roots = [_root(d, course.statistics, slope, simulated, emulator.unknown) for d in terms]
    owner = np.repeat(np.arange(len(terms)), [len(r) for r in roots])
    particles = emulator.space.features(both) / unit
    part = np.repeat(np.arange(len(course.runs)) % 2, [len(r) for r in course.runs])
    return FisherInformation(
        names=tuple(n.label for n in emulator.space.names),
        roots=np.concatenate(roots) / np.sqrt(len(some)),
        owner=owner,
        labels=tuple(f"{d.publication} {d.arm}: {d.label}" for d in terms),
        particles=particles,
        weight=np.full(len(both), 1 / len(both)),
        part=part,
    )


def of_cells(
    cells: CellPosterior, prior: Mapping[DrawKey, Floats], weights: Mapping[str, float], contrasts: Sequence[Contrast]
) -> FisherInformation:
    """Fisher information of contrasts between arms about the cell parameters.

    Parameters
    ----------
    cells : Cells
        Under one hypothesis.
    prior : mapping of DrawKey to (rows, draws)
        Prior draws of each row, as `hepatica.calibrate.cells.draw_cell_parameters` gives them.
    weights : mapping of str to float
        Of the spike of each parameter that has one.
    contrasts : sequence of Contrast
        Differences between published arms.

    Notes
    -----
    Slopes of the simulated differences are least squares within rows, so what the course does is out of them; the
    particles are all draws with the weight that the differences give them.
    """
    names = tuple(prior)
    space = Space(names, tuple(weights.get(n.name, np.nan) if n.kind is DrawKind.SPIKE else np.nan for n in names))
    x = space.features(space.points(Draws({n: v.ravel() for n, v in prior.items()}))) / prior_sd(space)
    fit = np.exp(cells.log_likelihood - cells.log_likelihood.max(axis=1, keepdims=True))
    weight = (fit / fit.sum(axis=1, keepdims=True) / len(fit)).ravel()
    with threadpool_limits(1):
        slope = _within(x.reshape(*fit.shape, len(names)), cells.contrasts)
    roots = np.array([s * 1.0 / c.typical for s, c in zip(slope.T, contrasts, strict=True)])
    labels = tuple(f"{c.publication} {c.treated} against {c.control}: {c.label}" for c in contrasts)
    part = np.repeat(np.arange(len(fit)) % 2, fit.shape[1])  # rows of the course by turns
    return FisherInformation(
        names=tuple(n.label for n in names),
        roots=roots.reshape(-1, len(names)),
        owner=np.arange(len(contrasts)),
        labels=labels,
        particles=x,
        weight=weight,
        part=part,
    )


def prior_sd(space: Space) -> Floats:
    """Prior SD of each feature; below 1 for a coordinate that counts only where its spike is not hit."""
    weight = {n.name: w for n, w in zip(space.names, space.weights, strict=True) if n.kind is DrawKind.SPIKE}
    return np.array(
        [np.sqrt(max(1 - weight.get(n.name, 0.0), 1e-3)) if n.kind is DrawKind.COORDINATE else 1.0 for n in space.names]
    )


def slopes(emulator: Emulator, points: Floats) -> Floats:
    """Derivatives of an emulator's outputs by its features at points, (points, features, outputs)."""
    d, lead = emulator.space.dimension, emulator.leading
    m, a, b = len(lead), *np.triu_indices(len(lead))
    bend = np.zeros((m, m, emulator.coefficients.shape[1]))
    bend[a, b] += emulator.coefficients[d:]
    bend[b, a] += emulator.coefficients[d:]
    derivatives = np.repeat(emulator.coefficients[None, :d], len(points), axis=0)
    derivatives[:, lead] += np.einsum("pm,mno->pno", emulator.space.features(points)[:, lead], bend)
    return derivatives


def _root(
    d: LikelihoodTerm, statistics: Sequence[SummaryStatistic], slope: Floats, simulated: Floats, unknown: Floats
) -> Floats:
    """Square root of the Fisher information of one likelihood term over the points, (rows, features)."""
    at = [statistics.index(s) for s in d.statistics]
    if d.law is not Law.COUNTS:
        root = slope[:, :, at[0]] * np.sqrt(1.0 / (d.typical**2 + unknown[at[0]]))
        return np.asarray(root)
    p = np.clip(expit(simulated[:, at]), MIN_SHARE, 1 - MIN_SHARE)
    gone = np.where(
        p[:, -1:] >= p[:, :1], p, 1 - p
    )  # whichever way it is written, what is counted are steps between visits
    edge = np.zeros((len(p), 1))
    each = np.maximum(np.diff(np.concatenate([edge, gone, edge + 1], axis=1), axis=1), 1e-4)
    density = p * (1 - p)
    step = np.zeros((len(p), len(at) + 1, len(at)))  # of each cell by each logarithm of odds, but for its sign
    k = np.arange(len(at))
    cohort = float(between_study_sd("share") ** 2 + between_study_sd("share_visit") ** 2)
    step[:, k, k], step[:, k + 1, k] = density, -density
    known = float(sum(d.value)) * np.einsum("pci,pc,pcj->pij", step, 1 / each, step)
    row_sum, variance = known.sum(axis=2), float(unknown[at].mean()) + cohort
    total = row_sum.sum(axis=1)[:, None, None]
    known = known - row_sum[:, :, None] * row_sum[:, None, :] / (
        1 / variance + total
    )  # what moves all odds alike is unknown
    values, vectors = np.linalg.eigh(known)
    root = np.sqrt(np.maximum(values, 0.0))[:, :, None] * np.swapaxes(vectors, 1, 2)
    return np.asarray(np.einsum("pri,pfi->prf", root, slope[:, :, at]).reshape(-1, slope.shape[1]))


def _within(x: Floats, y: Floats) -> Floats:
    """Least-squares slopes (features, outputs) within rows: x (rows, draws, features), y (rows, draws, outputs)."""
    slopes = np.zeros((x.shape[2], y.shape[2]))
    for o in range(y.shape[2]):
        complete = np.isfinite(y[..., o]).all(axis=1)
        if not complete.any():
            continue
        a, b = x[complete], y[complete, :, o]
        a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
        flat = a.reshape(-1, x.shape[2])
        gram = flat.T @ flat + np.eye(x.shape[2])  # one draw's worth of slope 0
        slopes[:, o] = np.linalg.solve(gram, flat.T @ b.ravel())
    return slopes
