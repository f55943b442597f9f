"""Policy trees: exhaustive search against brute force at depth one and two, leaves, following, value and return."""

from itertools import product

import numpy as np
import pytest

from hepatica.biomarkers import policy_tree as module
from hepatica.biomarkers.policy_tree import CUTS, Leaf, Split, follow, grow, leaves, make_rule


@pytest.fixture
def data():
    rng = np.random.default_rng(8)
    values = rng.normal(size=(400, 2))
    gain = np.where((values[:, 0] > 0.25) ^ (values[:, 1] > -0.25), 2.0, -1.5) + rng.normal(size=400)
    return values, gain


def brute(values, gain):
    """Best sum over trees of depth two by trying every one."""
    cuts = np.quantile(values, CUTS, axis=0)
    splits = [values[:, k] > cuts[c, k] for k, c in product(range(2), range(len(CUTS)))]
    best = max(0.0, gain.sum())
    for first in splits:
        total = 0.0
        for side in (first, ~first):
            options = [max(0.0, gain[side].sum())]
            options += [max(0.0, gain[side & s].sum()) + max(0.0, gain[side & ~s].sum()) for s in splits]
            total += max(options)
        best = max(best, total)
    return best


def test_depth_two_is_exhaustive(data, monkeypatch):
    values, gain = data
    monkeypatch.setattr(module, "DEPTH", 2)
    monkeypatch.setattr(module, "MIN_LEAF", 0.0)
    monkeypatch.setattr(module, "MIN_IMPROVEMENT", 0.0)
    tree = grow(values, gain, np.ones(400))
    assert gain[follow(tree, values)].sum() == pytest.approx(brute(values, gain))


def test_depth_three_is_no_worse_and_its_leaves_hold(data):
    values, gain = data
    tree = grow(values, gain, np.ones(400))
    chosen = follow(tree, values)
    found = leaves(tree)
    assert sum(leaf.share for leaf in found) == pytest.approx(1) and min(leaf.share for leaf in found) >= 0.05
    assert sum(leaf.share for leaf in found if leaf.treat) == pytest.approx(chosen.mean())
    assert sum(leaf.share * leaf.gain for leaf in found if leaf.treat) == pytest.approx((gain * chosen).mean())
    assert grow(values, np.ones(400), np.ones(400)) == Leaf(True, 1.0, 1.0)


def test_rule(data):
    values, gain = data
    draw = np.repeat(np.arange(40), 10)
    rule = make_rule(values, gain, draw, np.ones(400), full=gain)
    assert isinstance(rule.root, Split) and rule.value > 0.5
    assert rule.regret == pytest.approx(rule.oracle) and rule.oracle >= 0 and 0 <= rule.returns <= 1
    noise = make_rule(values, gain[np.random.default_rng(1).permutation(400)], draw, np.ones(400), full=gain)
    assert noise.value < 0.3
