"""Short dosing rule: exact against enumeration, honest out of sample, stable where the truth is clear."""

import itertools

import numpy as np
import pytest

from hepatica.dosing.groups.dosing_rule import CUTS, MIN_LEAF, Leaf, Split, apply_rule, best_rule, value_of_rule


def case(n=160, seed=0):
    """Three regimens over two measurements: 2 for the heavy, 1 for the light and sick, 0 for the rest."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 1, (n, 3))
    truth = np.where(x[:, 0] > 0.6, 2, np.where(x[:, 1] > 0.4, 1, 0))
    net = rng.normal(0, 1.0, (3, n)) + 4.0 * (np.arange(3)[:, None] == truth)
    return x, net, truth


def enumerated(x, net):
    """Value of the best tree of two splits, every one of them tried."""
    cuts = [(f, np.quantile(x[:, f], q)) for f in range(x.shape[1]) for q in CUTS]

    def leaf(member):
        return net[:, member].sum(axis=1).max()

    def single(member):
        best = leaf(member)
        for f, c in cuts:
            side = x[:, f] <= c
            if min((member & side).sum(), (member & ~side).sum()) >= MIN_LEAF:
                best = max(best, leaf(member & side) + leaf(member & ~side))
        return best

    every = np.ones(len(x), bool)
    best = single(every)
    for f, c in cuts:
        side = x[:, f] <= c
        if min(side.sum(), (~side).sum()) >= MIN_LEAF:
            best = max(best, single(side) + single(~side))
    return best


def test_two_splits_are_the_best_of_all():
    x, net, _ = case()
    rule = best_rule(x, net, depth=2)
    assert net[apply_rule(rule, x), np.arange(len(x))].sum() == pytest.approx(enumerated(x, net))


def test_deeper_is_never_worse_and_finds_the_truth():
    x, net, truth = case()
    values = [net[apply_rule(best_rule(x, net, depth=d), x), np.arange(len(x))].mean() for d in range(4)]
    assert values == sorted(values)
    assert (apply_rule(best_rule(x, net), x) == truth).mean() > 0.85


def test_its_worth_is_judged_in_other_patients():
    x, net, _ = case(300)
    clear = value_of_rule(x, net, 2, repeats=5)
    assert clear.gain > 5 * clear.gain_error and clear.first_returns > 0.7 and clear.lost >= 0
    rng = np.random.default_rng(1)
    noise = value_of_rule(x, rng.normal(0, 1, net.shape), 2, repeats=5)
    assert abs(noise.gain) < 4 * noise.gain_error  # what was fitted to noise is worth nothing in others


def test_nothing_to_split():
    alike = best_rule(np.ones((100, 1)), np.array([np.zeros(100), np.ones(100)]))
    assert alike == Leaf(1, 100)
    few = best_rule(np.arange(20.0)[:, None], np.array([np.arange(20.0), np.zeros(20)]))
    assert isinstance(few, Leaf)
    told = value_of_rule(np.ones((60, 1)), np.array([np.zeros(60), np.ones(60)]), 1, repeats=2)
    assert told.gain == 0 and told.lost == 0 and told.first_returns == 0


def test_failed_patients_are_left_out():
    x, net, _ = case(100)
    net[0, :3], x[4, 0] = np.nan, np.nan
    assert np.isfinite(value_of_rule(x, net, 1, repeats=1).gain)


def test_a_rule_is_applied_as_it_reads():
    rule = Split(0, 1.0, Leaf(3, 1), Split(1, 5.0, Leaf(1, 1), Leaf(2, 1)))
    for a, b in itertools.product((0.0, 2.0), (4.0, 6.0)):
        expected = 3 if a <= 1 else (1 if b <= 5 else 2)
        assert apply_rule(rule, np.array([[a, b]]))[0] == expected
