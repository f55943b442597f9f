"""The whole search on surfaces whose optimum is known."""

import numpy as np
import pytest

from hepatica.dosing.search import Axis, AxisKind, Outcomes, SearchSettings, Space, run_search
from hepatica.dosing.search.leaders import cross_fitted_gain
from hepatica.dosing.search.run import front_of
from hepatica.dosing.search.store import Store
from hepatica.errors import InputError

SMALL = {"batch": 40, "first_patients": 16, "race_patients": 96, "leaders": 4, "cells_bins": 4, "fresh_patients": 64}
NO_LIMITS = np.empty(0)


def searched(world, seed, store=None, **sizes):
    settings = SearchSettings(**({"candidates": 160, "seed": seed} | SMALL | sizes))
    return run_search(
        world.space,
        world.evaluate(seed),
        settings,
        cells=lambda p: p[:, 0] * p[:, 1],
        group=lambda first, last: np.arange(first, last) % 3,
        limits=NO_LIMITS,
        store=store,
    )


def random_choice(world, seed, courses, patients):
    """Best of random candidates, each in as many patients as the first rung has, for the same courses."""
    points = world.space.sample(seed + 1000, 0, courses // (2 * patients))
    gain = world.evaluate(seed)(points, 0, patients).gain.mean(axis=-1)
    return points[np.argmin((gain.max(axis=1, keepdims=True) - gain).max(axis=0))]


def test_twenty_seeds_beat_random_search_and_come_near_the_exhaustive_optimum(world):
    best = world.truth(world.space.sample(99, 0, 30_000)).max(axis=1).min()
    wins, near = 0, 0
    for seed in range(20):
        found = searched(world, seed)
        chosen = found.points[found.leaders[found.choice].candidate]
        other = random_choice(world, seed, found.spent, SMALL["first_patients"])
        own, theirs = world.regret(np.stack([chosen, other]))
        wins += own < theirs
        near += own <= 0.05 * best
    assert wins >= 18 and near >= 19


def test_estimates_in_fresh_patients_are_unbiased(world):
    """Over seeds, the error of a leader's gain over its standard error has mean 0 and variance 1."""
    apart = []
    for seed in range(40, 60):
        found = searched(world, seed, candidates=48, race_patients=32)
        leader = found.leaders[found.choice]
        truth = world.truth(found.points[[leader.candidate]])[0, 0]
        apart.append((leader.gain[0].mean - truth) / leader.gain[0].error)
    assert abs(np.mean(apart)) < 3 / np.sqrt(len(apart)) and 0.5 < np.var(apart) < 1.8


def test_leaders_are_chosen_by_the_patients_of_the_race_too_and_estimated_in_the_fresh_ones(world):
    for seed in range(60, 66):
        found = searched(world, seed, candidates=48, race_patients=32, fresh_patients=12, leaders=8)
        evaluate, points = world.evaluate(seed), found.points[[x.candidate for x in found.leaders]]
        raced, fresh = evaluate(points, 0, 32), evaluate(points, 32, 44)
        mean = raced.and_patients(fresh).gain.mean(axis=-1)
        regret = (np.maximum(mean.max(axis=1, keepdims=True), 0.0) - mean).max(axis=0)
        assert found.choice == np.argmin(regret) == 0 and (np.diff(regret) >= 0).all()
        assert [x.gain[1].mean for x in found.leaders] == pytest.approx(fresh.gain[1].mean(axis=-1))
        expected = cross_fitted_gain(fresh, NO_LIMITS, raced)
        assert [v.mean for v in found.value] == pytest.approx([v.mean for v in expected])


def test_the_cross_fitted_value_is_no_larger_than_what_is_chosen_by_the_same_patients(world):
    naive, fair = [], []
    for seed in range(10):
        found = searched(world, seed, candidates=48, race_patients=32, fresh_patients=12, leaders=8)
        naive.append(max(leader.gain[0].mean for leader in found.leaders))
        fair.append(found.value[0].mean)
    assert np.mean(fair) <= np.mean(naive)


def test_a_search_repeats_and_resumes_after_it_was_killed(world, tmp_path):
    whole = searched(world, 3)
    calls = [0]

    class Killed(Exception):
        pass

    def dying(points, first, last):
        calls[0] += 1
        if calls[0] == 4:
            raise Killed
        return world.evaluate(3)(points, first, last)

    settings = SearchSettings(candidates=160, seed=3, **SMALL)
    given = {
        "cells": lambda p: p[:, 0] * p[:, 1],
        "group": lambda first, last: np.arange(first, last) % 3,
        "limits": NO_LIMITS,
    }
    with pytest.raises(Killed):
        run_search(world.space, dying, settings, store=Store(tmp_path, "k"), **given)
    store = Store(tmp_path, "k")
    again = run_search(world.space, world.evaluate(3), settings, store=store, **given)
    assert store.resumed > 0 and store.spent + store.resumed == whole.spent
    assert np.array_equal(again.points, whole.points) and again.leaders == whole.leaders


def test_standard_care_is_chosen_where_every_candidate_harms():
    space = Space((Axis(name="dose", kind=AxisKind.CONTINUOUS, low=1.0, high=2.0),))

    def harmful(points, first, last):
        gain = np.broadcast_to(-points[None, :, :1], (1, len(points), last - first)).copy()
        return Outcomes(gain, np.zeros_like(gain), np.zeros((0, *gain.shape)))

    settings = SearchSettings(candidates=20, **SMALL)
    found = run_search(
        space, harmful, settings, cells=lambda p: p[:, 0], group=lambda a, b: np.zeros(b - a, int), limits=NO_LIMITS
    )
    assert found.choice == -1 and found.value[0].mean == 0.0


def test_a_small_space_is_searched_whole():
    space = Space((Axis(name="n", kind=AxisKind.INTEGER, low=1, high=6),))

    def evaluate(points, first, last):
        gain = np.broadcast_to(-((points[None, :, :1] - 4) ** 2) + 5, (1, len(points), last - first)).copy()
        return Outcomes(gain, np.zeros_like(gain), np.zeros((0, *gain.shape)))

    found = run_search(
        space,
        evaluate,
        SearchSettings(candidates=50, **SMALL),
        cells=lambda p: p[:, 0],
        group=lambda a, b: np.zeros(b - a, int),
        limits=NO_LIMITS,
    )
    assert sorted(found.points[:, 0]) == [1, 2, 3, 4, 5, 6]
    assert found.points[found.leaders[found.choice].candidate, 0] == 4


def test_the_front_holds_the_best_of_each_number_of_cells(world):
    found = searched(world, 1)
    for h, front in enumerate(found.front):
        for k in front:
            own = found.leaders[k]
            assert not any(
                other.cells < own.cells and other.gain[h].mean > own.gain[h].mean and other.lost[h] == own.lost[h]
                for other in found.leaders
            )
    assert front_of(found.leaders) == found.front


@pytest.mark.parametrize(
    "sizes", [{"candidates": 3}, {"first_patients": 1}, {"fresh_patients": 2}, {"keep": 1.0}, {"batch": 0}]
)
def test_sizes_that_no_search_has_are_refused(sizes):
    with pytest.raises(InputError):
        SearchSettings(**sizes)
