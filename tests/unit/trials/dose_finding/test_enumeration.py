import itertools

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.characteristics import toxicity_truth
from hepatica.trials.dose_finding.enumeration import cohort_outcomes, enumerate_trials, exact, merge
from hepatica.trials.dose_finding.replay import Cohort, follow
from hepatica.trials.dose_finding.state import NONE, start_state


def tree(design, p, state, weight, found):
    """Every patient's outcome in turn, cohort by cohort, without merging."""
    size, level = int(design.cohort_size(state)[0]), int(state.level[0])
    for letters in itertools.product("NT", repeat=size):
        chance = weight * np.prod([p[level] if letter == "T" else 1 - p[level] for letter in letters])
        after, reason = follow(design, state, Cohort(level + 1, "".join(letters)))
        if reason.stops:
            found[int(design.select(after)[0])] = found.get(int(design.select(after)[0]), 0.0) + chance
        else:
            tree(design, p, after, chance, found)


def test_selection_is_that_of_a_walk_through_every_patient():
    p, design, found = [0.2, 0.35, 0.5], boin(0.3, 3, 8, cohort=2), {}
    tree(design, p, design.begin(1), 1.0, found)
    result = exact(design, toxicity_truth(p, 0.3))
    assert found[NONE] == pytest.approx(result.none)
    np.testing.assert_allclose(result.selection, [found.get(j, 0) for j in range(3)], atol=1e-12)


def test_outcomes_of_four_categories_add_up():
    counts, orders = cohort_outcomes(3, 4)
    assert len(counts) == 20 and orders.sum() == 4**3 and (counts.sum(axis=1) == 3).all()


def test_like_states_are_one_even_where_they_need_many_words():
    state = start_state(6, 9, 4, 0)
    state.counts[:] = np.random.default_rng(1).integers(0, 60, state.counts[:3].shape).repeat(2, axis=0)
    merged, weight = merge(state, np.arange(6.0))
    assert len(weight) == 3 and sorted(weight) == [1, 5, 9]


def test_pruning_reports_what_it_leaves_out():
    truth, design = toxicity_truth([0.05, 0.3, 0.6], 0.3), boin(0.3, 3, 18)
    whole, some = exact(design, truth), exact(design, truth, prune=1e-5)
    assert whole.lost == 0 < some.lost < 0.01
    assert (np.abs(whole.selection - some.selection) <= some.lost + 1e-12).all()


def test_a_tree_that_is_too_large_is_refused():
    with pytest.raises(InputError, match="more than 10 states"):
        enumerate_trials(boin(0.3, 5, 30), toxicity_truth([0.1] * 5, 0.3), max_states=10)
