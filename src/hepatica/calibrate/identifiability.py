"""Practical identifiability: directions of parameter space that the data inform, and the parameters that share one.

Each unknown is measured in SDs of its prior. The information of the data (Fisher's, averaged over what was learnt) has as
its leading eigenvectors the directions in which the data say most beyond the prior (Cui et al. 2014, doi
10.1088/0266-5611/30/11/114015). Where several parameters load on such a direction and none of them by itself became
known nearly as well as the direction, only their combination was learnt: they are a group.

Stated limits: a direction counts as learnt if its SD fell below 0.9 of the prior's; a parameter loads on it with at least
a twentieth of its squared length; it is confounded if less than 0.6 of the direction's loss of variance shows in its own.
Two parameters that only count as their sum show half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit
from threadpoolctl import threadpool_limits

from hepatica.calibrate.contrast import Contrast
from hepatica.calibrate.emulate import Emulator, Space
from hepatica.calibrate.infer import Cells, Untreated
from hepatica.calibrate.likelihood import LEAST_SHARE, LikelihoodTerm, SummaryStatistic
from hepatica.model.assemble import Model
from hepatica.patients import DrawKey, DrawKind, Draws
from hepatica.patients.draws import deviation

Floats = NDArray[np.float64]
TOLD = 0.9  # SD over that of the prior, below which a direction was learnt
LOADS = 0.05  # share of a direction's squared length from which a parameter belongs to it
OWN = 0.6  # share of the direction's loss of variance, below which a parameter by itself did not become known
TOP = 3  # data named for each direction
UNEXPLAINED = "unexplained_"  # how the names begin of what cells do beyond their mechanisms
POINTS = 64  # particles over which the information is averaged
COLUMNS = ("hypothesis", "group", "parameter", "loading", "sd", "group_sd", "learnt", "confounded", "informed_by")


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
        """The same of the parameters whose names begin otherwise."""
        keep = np.array([not n.startswith(begins) for n in self.names], bool)
        names = tuple(n for n, k in zip(self.names, keep, strict=True) if k)
        return replace(self, names=names, roots=self.roots[:, keep], particles=self.particles[:, keep])

    def sd(self, along: Floats) -> Floats:
        """SD of the particles along directions (p, k), over that of the prior; (k,)."""
        x = self.particles @ along
        return np.asarray(np.sqrt(np.maximum(self.weight @ (x - self.weight @ x) ** 2, 0.0)))


def groups(information: FisherInformation, *, hypothesis: str = "", always: int = 0) -> pd.DataFrame:
    """Directions that were learnt, the most informed first, and the parameters that load on each.

    Parameters
    ----------
    always : int
        So many directions are given even if they were hardly learnt, or by one parameter alone.

    Returns
    -------
    DataFrame
        One row a direction and parameter: number of the group, ``loading`` on the direction (of length 1, the largest
        positive), ``sd`` of the parameter and ``group_sd`` of the direction over those of the prior, whether the
        direction was ``learnt`` and the parameter is ``confounded``, and ``informed_by``: the data that inform the
        direction most, with their shares. Directions on which fewer than two parameters are confounded are left out.

    Examples
    --------
    Two numbers of which only the sum was seen, with an error of 0.1 prior SDs, and a third that was not:

    >>> rng = np.random.default_rng(1)
    >>> x = rng.standard_normal((4000, 3))
    >>> x[:, :2] -= ((x[:, 0] + x[:, 1]) / 2 * 0.93)[:, None]
    >>> seen = np.array([[10.0, 10.0, 0.0]]), np.zeros(1, int), ("sum",)
    >>> information = FisherInformation(("a", "b", "c"), *seen, x, np.full(4000, 1 / 4000), np.arange(4000) % 2)
    >>> found = groups(information)
    >>> found["parameter"].tolist(), found["loading"].round(2).tolist(), found["informed_by"][0]
    (['a', 'b'], [0.71, 0.71], [('sum', 1.0)])
    >>> bool((found["sd"] > 0.65).all()), bool((found["group_sd"] < 0.1).all())
    (True, True)
    """
    with threadpool_limits(1):
        _, values, vectors = np.linalg.svd(information.roots, full_matrices=False)
        along = vectors[values > 1e-9 * max(1.0, float(values.max(initial=0.0)))].T
        width, own = information.sd(along), information.sd(np.eye(len(information.names)))
        seen = information.roots @ along
    rows, number = [], 0
    for k in range(along.shape[1]):
        v, loss, learnt = along[:, k], 1 - width[k] ** 2, bool(width[k] < TOLD)
        members = [int(m) for m in np.argsort(-np.abs(v), kind="stable") if v[m] ** 2 >= LOADS]
        confounded = {m for m in members if learnt and 1 - own[m] ** 2 < OWN * loss}
        if len(confounded) < 2 and k >= always:
            continue
        number += 1
        sign, by = np.sign(v[members[0]]), informing(seen[:, k], information)
        rows += [
            (
                hypothesis,
                number,
                information.names[m],
                float(sign * v[m]),
                float(own[m]),
                float(width[k]),
                learnt,
                m in confounded,
                by,
            )
            for m in members
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def informing(seen: Floats, information: FisherInformation, top: int = TOP) -> list[tuple[str, float]]:
    """The data that inform a direction most, and their shares of the information on it."""
    each = np.bincount(information.owner, seen**2, minlength=len(information.labels))
    total = each.sum()
    best = np.argsort(-each, kind="stable")[:top]
    return [(information.labels[d], round(float(each[d] / total), 3)) for d in best if each[d] > 0]


def pairs(information: FisherInformation, *, least: float = 0.2, hypothesis: str = "") -> pd.DataFrame:
    """Pairs of parameters that are correlated after learning, strongest first; before it they were not.

    Parameters
    ----------
    least : float
        Absolute correlation from which a pair is listed, in each of the two parts and with one sign; the weaker is shown.

    Examples
    --------
    >>> x = np.random.default_rng(1).standard_normal((1000, 3))
    >>> x[:, 1] -= 0.8 * x[:, 0]
    >>> none = np.zeros((0, 3)), np.zeros(0, int), ()
    >>> found = pairs(FisherInformation(("a", "b", "c"), *none, x, np.full(1000, 1e-3), np.arange(1000) % 2))
    >>> found[["one", "other"]].values.tolist(), float(found["correlation"].round(1)[0])
    ([['a', 'b']], -0.6)
    """
    r, other = (_correlations(information, part) for part in (0, 1))
    agreed = np.where(r * other > 0, np.sign(r) * np.minimum(np.abs(r), np.abs(other)), 0.0)
    i, j = np.triu_indices(len(information.names), 1)
    strength = np.abs(agreed[i, j])
    order = np.argsort(-strength, kind="stable")
    rows = [
        (hypothesis, information.names[i[k]], information.names[j[k]], float(agreed[i[k], j[k]]))
        for k in order
        if strength[k] >= least
    ]
    return pd.DataFrame(rows, columns=["hypothesis", "one", "other", "correlation"])


def _correlations(information: FisherInformation, part: int) -> Floats:
    """Of the parameters in one part of the particles, (p, p)."""
    here = information.part == part
    weight = information.weight[here] / information.weight[here].sum()
    x = information.particles[here] - weight @ information.particles[here]
    with threadpool_limits(1):
        covariance = (x * weight[:, None]).T @ x
    sd = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    return np.asarray(covariance / np.outer(sd, sd))


def together(
    untreated: Untreated,
    cells: Mapping[str, Cells],
    prior: Mapping[DrawKey, Floats],
    weights: Mapping[str, float],
    contrasts: Sequence[Contrast],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Groups and pairs of a whole calibration: of the course, and of the cells under each hypothesis.

    Parameters
    ----------
    cells : mapping of hypothesis to Cells
    prior, weights, contrasts
        As for `of_cells`.

    Returns
    -------
    (DataFrame, DataFrame)
        As `groups` and `pairs` give them; the hypothesis is "" for the course. After the directions of the cells comes the first
        of their mechanisms, learnt or not, as if what these do not explain were known to be nothing.
    """
    course = of_course(untreated)
    found, two = [groups(course)], [pairs(course, least=0.3)]
    for h, c in cells.items() if contrasts else ():
        information = of_cells(c, prior, weights, contrasts)
        all_of, leading = (
            groups(information, hypothesis=h),
            groups(information.without(UNEXPLAINED), hypothesis=h, always=1),
        )
        leading = leading[leading["group"] == 1]
        found.append(all_of)
        if not any(set(g["parameter"]) == set(leading["parameter"]) for _, g in all_of.groupby("group")):
            found.append(leading.assign(group=all_of["group"].nunique() + 1))
        two.append(pairs(information, hypothesis=h))
    return _joined(found), _joined(two)


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    whole = [f for f in frames if len(f)]
    return pd.concat(whole, ignore_index=True) if whole else frames[0]


def spikes(model: Model) -> dict[str, float]:
    """Weights of all spikes."""
    return {n: p.entry.prior.weight for n, p in model.parameters.items() if p.entry.prior.kind == "spike"}


def of_course(untreated: Untreated, *, points: int = POINTS) -> FisherInformation:
    """What the data say of the untreated course, through its emulator."""
    data = untreated.data
    emulator, both = untreated.emulator, np.concatenate(untreated.runs)
    unit = prior_sd(emulator.space)
    some = both[np.linspace(0, len(both) - 1, min(points, len(both))).astype(int)]
    with threadpool_limits(1):
        slope, simulated = slopes(emulator, some) * unit[:, None], emulator(some)
        roots = [_root(d, untreated.outputs, slope, simulated, emulator.unknown) for d in data]
    owner = np.repeat(np.arange(len(data)), [len(r) for r in roots])
    particles = emulator.space.features(both) / unit
    part = np.repeat(np.arange(len(untreated.runs)) % 2, [len(r) for r in untreated.runs])
    return FisherInformation(
        tuple(n.label for n in emulator.space.names),
        np.concatenate(roots) / np.sqrt(len(some)),
        owner,
        tuple(f"{d.publication} {d.arm}: {d.label}" for d in data),
        particles,
        np.full(len(both), 1 / len(both)),
        part,
    )


def of_cells(
    cells: Cells, prior: Mapping[DrawKey, Floats], weights: Mapping[str, float], contrasts: Sequence[Contrast]
) -> FisherInformation:
    """What differences between arms say of the cells, beside the rows of the course.

    Parameters
    ----------
    cells : Cells
        Under one hypothesis.
    prior : mapping of DrawKey to (rows, draws)
        The draws beside each row, as `hepatica.calibrate.infer.draw_cell_parameters` gives them.
    weights : mapping of str to float
        Of the spike of each parameter that has one.

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
    roots = np.array([s * np.sqrt(c.weight) / c.typical for s, c in zip(slope.T, contrasts, strict=True)])
    labels = tuple(f"{c.publication} {c.treated} against {c.control}: {c.label}" for c in contrasts)
    part = np.repeat(np.arange(len(fit)) % 2, fit.shape[1])  # rows of the course by turns
    return FisherInformation(
        tuple(n.label for n in names), roots.reshape(-1, len(names)), np.arange(len(contrasts)), labels, x, weight, part
    )


def prior_sd(space: Space) -> Floats:
    """SD of each feature under the priors: that of a place that counts only where its spike is not hit is less than 1."""
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
    found = np.repeat(emulator.coefficients[None, :d], len(points), axis=0)
    found[:, lead] += np.einsum("pm,mno->pno", emulator.space.features(points)[:, lead], bend)
    return found


def _root(
    d: LikelihoodTerm, outputs: Sequence[SummaryStatistic], slope: Floats, simulated: Floats, unknown: Floats
) -> Floats:
    """Rows (rows, features) whose products with themselves add up to the information of one datum, over the points."""
    at = [outputs.index(o) for o in d.outputs]
    if d.kind == "normal":
        found = slope[:, :, at[0]] * np.sqrt(d.weight / (d.typical**2 + unknown[at[0]]))
        return np.asarray(found)
    p = np.clip(expit(simulated[:, at]), LEAST_SHARE, 1 - LEAST_SHARE)
    gone = np.where(
        p[:, -1:] >= p[:, :1], p, 1 - p
    )  # whichever way it is written, what is counted are steps between visits
    edge = np.zeros((len(p), 1))
    each = np.maximum(np.diff(np.concatenate([edge, gone, edge + 1], axis=1), axis=1), 1e-4)
    density = p * (1 - p)
    step = np.zeros((len(p), len(at) + 1, len(at)))  # of each cell by each logarithm of odds, but for its sign
    k = np.arange(len(at))
    step[:, k, k], step[:, k + 1, k] = density, -density
    known = float(sum(d.value)) * np.einsum("pci,pc,pcj->pij", step, 1 / each, step)
    alike, variance = known.sum(axis=2), float(unknown[at].mean()) + float(deviation("share")) ** 2
    whole = alike.sum(axis=1)[:, None, None]
    known = known - alike[:, :, None] * alike[:, None, :] / (
        1 / variance + whole
    )  # what moves all odds alike is unknown
    values, vectors = np.linalg.eigh(known)
    root = np.sqrt(np.maximum(values, 0.0) * d.weight)[:, :, None] * np.swapaxes(vectors, 1, 2)
    return np.asarray(np.einsum("pri,pfi->prf", root, slope[:, :, at]).reshape(-1, slope.shape[1]))


def _within(x: Floats, y: Floats) -> Floats:
    """Least-squares slopes (features, outputs) within rows of x (rows, draws, features) and y (rows, draws, outputs)."""
    found = np.zeros((x.shape[2], y.shape[2]))
    for o in range(y.shape[2]):
        whole = np.isfinite(y[..., o]).all(axis=1)
        if not whole.any():
            continue
        a, b = x[whole], y[whole, :, o]
        a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
        flat = a.reshape(-1, x.shape[2])
        gram = flat.T @ flat + np.eye(x.shape[2])  # one draw's worth of slope 0
        found[:, o] = np.linalg.solve(gram, flat.T @ b.ravel())
    return found
