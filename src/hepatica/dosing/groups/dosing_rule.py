"""Short dosing rule: the tree of at most three splits whose leaves name a regimen, by exact search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CUTS = (0.2, 0.4, 0.6, 0.8)  # quantiles at which a measurement may be split
MIN_LEAF = 15  # patients


@dataclass(frozen=True)
class Leaf:
    """Regimen for the patients of a leaf.

    Attributes
    ----------
    arm : int
    patients : int
    """

    arm: int
    patients: int


@dataclass(frozen=True)
class Split:
    """Question of a rule: patients at or below the cut go to `low`, the others to `high`.

    Attributes
    ----------
    feature : int
    cut : float
    low, high : Split or Leaf
    """

    feature: int
    cut: float
    low: Split | Leaf
    high: Split | Leaf


def apply_rule(rule: Split | Leaf, x: Floats) -> NDArray[np.int64]:
    """Arm for each patient of measurements (patient, feature)."""
    if isinstance(rule, Leaf):
        return np.full(len(x), rule.arm)
    low = x[:, rule.feature] <= rule.cut
    return np.where(low, apply_rule(rule.low, x), apply_rule(rule.high, x))


def best_rule(x: Floats, net: Floats, *, depth: int = 3) -> Split | Leaf:
    """Rule of the largest mean net benefit among all trees of a depth whose cuts lie at quantiles.

    Exact: every tree is tried, the last level by cumulative sums. A split that gains nothing is no split.

    Parameters
    ----------
    x : (patient, feature)
        What is known at admission.
    net : (arm, patient)
        Net quality-adjusted life days.
    depth : int
        Splits on the way to a leaf at most.

    References
    ----------
    Athey S, Wager S, 2021, Econometrica 89:133 (policy trees).

    Examples
    --------
    >>> x = np.arange(100.0)[:, None]
    >>> rule = best_rule(x, np.array([np.where(x[:, 0] < 40, 1.0, 0.0), np.where(x[:, 0] < 40, 0.0, 1.0)]), depth=1)
    >>> rule.feature, rule.low.arm, rule.high.arm
    (0, 0, 1)
    """
    sides = [(f, float(c), x[:, f] <= c) for f in range(x.shape[1]) for c in np.unique(np.quantile(x[:, f], CUTS))]
    low = np.stack([s[2] for s in sides]).astype(float) if sides else np.zeros((0, len(x)))
    return _search(np.ones(len(x), bool), sides, low, net, depth)[1]


def _leaf(member: NDArray[np.bool_], net: Floats) -> tuple[float, Leaf]:
    total = net[:, member].sum(axis=1)
    best = int(total.argmax())
    return float(total[best]), Leaf(best, int(member.sum()))


def _search(
    member: NDArray[np.bool_],
    sides: Sequence[tuple[int, float, NDArray[np.bool_]]],
    low: Floats,
    net: Floats,
    depth: int,
) -> tuple[float, Split | Leaf]:
    value, rule = _leaf(member, net)
    if depth == 0 or member.sum() < 2 * MIN_LEAF or not sides:
        return value, rule
    if depth == 1:
        return _last(member, sides, low, net, value, rule)
    best: tuple[float, Split | Leaf] = (value, rule)
    for feature, cut, side in sides:
        left, right = member & side, member & ~side
        if min(left.sum(), right.sum()) < MIN_LEAF:
            continue
        a, b = _search(left, sides, low, net, depth - 1), _search(right, sides, low, net, depth - 1)
        if a[0] + b[0] > best[0] + 1e-9:
            best = (a[0] + b[0], Split(feature, cut, a[1], b[1]))
    return best


def _last(
    member: NDArray[np.bool_],
    sides: Sequence[tuple[int, float, NDArray[np.bool_]]],
    low: Floats,
    net: Floats,
    value: float,
    rule: Leaf,
) -> tuple[float, Split | Leaf]:
    """Best single split: sums of every arm on both sides of every cut at once."""
    own, part = net[:, member], low[:, member]
    count = part.sum(axis=1)
    below = part @ own.T
    above = own.sum(axis=1) - below
    total = below.max(axis=1) + above.max(axis=1)
    total[(count < MIN_LEAF) | (member.sum() - count < MIN_LEAF)] = -np.inf
    k = int(total.argmax())
    if not total[k] > value + 1e-9:
        return value, rule
    feature, cut, _ = sides[k]
    n = int(count[k])
    left, right = Leaf(int(below[k].argmax()), n), Leaf(int(above[k].argmax()), int(member.sum()) - n)
    return float(total[k]), Split(feature, cut, left, right)


@dataclass(frozen=True)
class RuleValue:
    """Short dosing rule with what it is worth.

    Attributes
    ----------
    rule : Split or Leaf
    gain, gain_error : float
        Mean net benefit over that of one arm for all, in patients from whom the rule was not learnt (two-fold).
    lost : float
        Mean net benefit that the rule gives up against the best arm of every patient, known beforehand.
    first_returns : float
        Share of bootstrap samples of patients in which the same measurement comes first; 0 where there is no split.
    """

    rule: Split | Leaf
    gain: float
    gain_error: float
    lost: float
    first_returns: float


def value_of_rule(
    x: Floats, net: Floats, chosen: int, *, depth: int = 3, repeats: int = 20, seed: int = 1
) -> RuleValue:
    """Short dosing rule, its value out of sample, and how often its first question returns.

    Parameters
    ----------
    x : (patient, feature)
        What is known at admission.
    net : (arm, patient)
        Net quality-adjusted life days.
    chosen : int
        Arm for everybody, against which the rule is judged.
    depth : int
        Of the tree.
    repeats, seed : int
        Bootstrap samples, and their seed.
    """
    good = np.isfinite(net).all(axis=0) & np.isfinite(x).all(axis=1)
    x, net = x[good], net[:, good]
    rng, n = np.random.default_rng(seed), int(good.sum())
    rule = best_rule(x, net, depth=depth)
    fold, gain = rng.permutation(n) % 2, np.zeros(n)
    for k in (0, 1):
        learnt = best_rule(x[fold != k], net[:, fold != k], depth=depth)
        own = np.flatnonzero(fold == k)
        gain[own] = net[apply_rule(learnt, x[own]), own] - net[chosen, own]
    firsts = []
    for _ in range(repeats):
        again = rng.integers(n, size=n)
        one = best_rule(x[again], net[:, again], depth=min(depth, 2))
        firsts.append(isinstance(rule, Split) and isinstance(one, Split) and one.feature == rule.feature)
    lost = float((net.max(axis=0) - net[apply_rule(rule, x), np.arange(n)]).mean())
    return RuleValue(rule, float(gain.mean()), float(gain.std(ddof=1) / np.sqrt(n)), lost, float(np.mean(firsts)))
