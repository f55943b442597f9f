"""Printable rule: a policy tree of depth three on at most three measurables, by exhaustive search over cuts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.patients.streams import uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CUTS = (0.2, 0.4, 0.6, 0.8)
"""Quantiles at which a measurable may be cut."""
DEPTH = 3
MIN_LEAF = 0.05
"""Least share of patients in a leaf."""
MIN_IMPROVEMENT = 1e-3
"""Day by which a split has to raise the mean gain."""
RESAMPLES = 20


@dataclass(frozen=True)
class Leaf:
    """End of a rule.

    Attributes
    ----------
    treat : bool
    share : float
        Of all patients.
    gain : float
        Mean gain by treatment there, day.
    """

    treat: bool
    share: float
    gain: float


@dataclass(frozen=True)
class Split:
    """Question of a rule: those with the measurable above the cut go to `above`."""

    marker: int
    cut: float
    below: Split | Leaf
    above: Split | Leaf


@dataclass(frozen=True)
class Rule:
    """Policy tree with how it does.

    Attributes
    ----------
    root : Split or Leaf
    value : float
        Mean gain over the better of treating all and nobody, day, on draws that it was not made on.
    regret : float
        Mean gain of a cross-fitted regression on all measurables, less that of the rule on the same draws, day.
    oracle : float
        The same against knowing every patient's own gain.
    returns : float
        Share of bootstrap samples of draws whose rule begins with the same measurable.
    """

    root: Split | Leaf
    value: float
    regret: float
    oracle: float
    returns: float


def grow(values: Floats, gain: Floats, weight: Floats) -> Split | Leaf:
    """Policy tree of the highest mean gain, by exhaustive search over cuts at quantiles.

    Parameters
    ----------
    values : (n, k)
        Measurables, at most three.
    gain : (n,)
        Of treatment, day.
    weight : (n,)
        Of each patient.

    Examples
    --------
    >>> x = np.linspace(-1, 1, 100)[:, None]
    >>> tree = grow(x, np.where(x[:, 0] > 0.2, 1.0, -1.0), np.ones(100))
    >>> tree.above.treat, tree.below.treat, round(tree.cut, 1)
    (True, False, 0.2)
    """
    cuts = np.quantile(values, CUTS, axis=0)
    above = (values[:, :, None] > cuts.T[None]).reshape(len(values), -1)  # (n, k cuts)
    cells, place = np.unique(above, axis=0, return_inverse=True)
    by_gain, by_weight = (np.asarray(np.bincount(place.ravel(), x, len(cells)), float) for x in (gain * weight, weight))
    return _Search(cells.astype(float), cuts, by_gain, by_weight).best(np.ones(len(cells)), DEPTH)[1]


@dataclass(frozen=True)
class _Search:
    """Search for the best tree of some depth within some of the cells that the cuts make.

    Attributes
    ----------
    above : (cells, k cuts)
        1 where a cell lies above a cut.
    cuts : (cuts, k)
    gain, weight : (cells,)
        Sums over patients.
    """

    above: Floats
    cuts: Floats
    gain: Floats
    weight: Floats

    def best(self, inside: Floats, depth: int) -> tuple[float, Split | Leaf]:
        """Sum of gains and tree."""
        everybody = float(self.weight.sum())
        total, size = float(inside @ self.gain), float(inside @ self.weight)
        leaf = Leaf(total > 0, size / everybody, total / size if size else 0.0)
        best: tuple[float, Split | Leaf] = (max(total, 0.0), leaf)
        if depth == 0:
            return best
        if depth > 1:
            best = self.best(inside, depth - 1)  # of equals the one with fewer questions
        up_size = (inside * self.weight) @ self.above
        allowed = np.minimum(up_size, size - up_size) >= max(MIN_LEAF * everybody, 1e-9)
        tried: list[tuple[float, int, tuple[Split | Leaf, Split | Leaf] | None]] = []
        if depth == 1:
            up = (inside * self.gain) @ self.above
            value = np.where(allowed, np.maximum(up, 0.0) + np.maximum(total - up, 0.0), -np.inf)
            split = int(value.argmax())
            tried.append((float(value[split]), split, None))
        else:
            for split in np.flatnonzero(allowed).tolist():
                parts = [self.best(inside * side, depth - 1) for side in self._sides(split)]
                tried.append((parts[0][0] + parts[1][0], split, (parts[0][1], parts[1][1])))
        value_of, split, trees = max(tried, key=lambda row: row[0], default=(-np.inf, 0, None))
        if value_of <= best[0] + MIN_IMPROVEMENT * everybody:
            return best
        below, above = trees or tuple(self.best(inside * side, 0)[1] for side in self._sides(split))
        k, c = divmod(split, len(CUTS))
        return value_of, Split(k, float(self.cuts[c, k]), below, above)

    def _sides(self, split: int) -> tuple[Floats, Floats]:
        """Cells below and above a cut."""
        return 1.0 - self.above[:, split], self.above[:, split]


def follow(tree: Split | Leaf, values: Floats) -> NDArray[np.bool_]:
    """Treatment of each patient by a tree, (n,)."""
    if isinstance(tree, Leaf):
        return np.full(len(values), tree.treat)
    above = values[:, tree.marker] > tree.cut
    return np.where(above, follow(tree.above, values), follow(tree.below, values))


def leaves(tree: Split | Leaf) -> tuple[Leaf, ...]:
    """Leaves of a tree, from below to above."""
    return (tree,) if isinstance(tree, Leaf) else (*leaves(tree.below), *leaves(tree.above))


def make_rule(values: Floats, gain: Floats, draw: Ints, weight: Floats, *, full: Floats, seed: int = 1) -> Rule:
    """Rule on all patients, its value on draws that it was not made on, and how often it returns.

    Parameters
    ----------
    values : (n, k)
        Measurables of the rule, at most three.
    gain : (n,)
        Of treatment, day.
    draw : (n,)
        Parameter draw of each patient.
    weight : (n,)
        Of each patient.
    full : (n,)
        Cross-fitted gain predicted by all measurables.
    seed : int
        Of the bootstrap.
    """
    _, where = np.unique(draw, return_inverse=True)
    half = where % 2 == 0
    treat = np.empty(len(gain), bool)
    for rest, mine in ((half, ~half), (~half, half)):
        treat[mine] = follow(grow(values[rest], gain[rest], weight[rest]), values[mine])

    def mean(chosen: NDArray[np.bool_]) -> float:
        return float(weight @ (gain * chosen) / weight.sum())

    everybody = max(0.0, mean(np.ones(len(gain), bool)))
    root = grow(values, gain, weight)
    return Rule(
        root=root,
        value=mean(treat) - everybody,
        regret=mean(full > 0) - mean(treat),
        oracle=mean(gain > 0) - mean(treat),
        returns=_returns(root, values, gain, where, weight, seed),
    )


def _returns(root: Split | Leaf, values: Floats, gain: Floats, where: Ints, weight: Floats, seed: int) -> float:
    """Share of bootstrap samples of draws whose tree begins as this one does."""
    n = int(where.max()) + 1
    first = root.marker if isinstance(root, Split) else -1
    same = []
    for row in uniforms(seed, np.arange(RESAMPLES), "biomarkers:rule", n):
        count = np.bincount((row * n).astype(int), minlength=n)[where]
        tree = grow(values, gain, weight * count)
        same.append((tree.marker if isinstance(tree, Split) else -1) == first)
    return float(np.mean(same))
