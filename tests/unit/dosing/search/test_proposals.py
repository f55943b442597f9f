"""Batches: new candidates, near the best, the same each time."""

import numpy as np

from hepatica.dosing.search import Axis, AxisKind, Space
from hepatica.dosing.search.proposals import propose


def asked(world, seed=1, n=40):
    points = world.space.sample(seed, 0, 80)
    gain = world.truth(points)
    return points, propose(world.space, points, gain, np.ones(gain.shape, bool), n=n, seed=seed, batch=2)


def test_a_batch_is_new_without_repeats_and_the_same_each_time(world):
    points, batch = asked(world)
    assert batch.shape == (40, 4) and np.array_equal(batch, asked(world)[1])
    rows = {row.tobytes() for row in batch}
    assert len(rows) == 40 and not rows & {row.tobytes() for row in points}


def test_a_batch_is_better_than_the_space(world):
    points, batch = asked(world)
    assert np.median(world.regret(batch)) < 0.5 * np.median(world.regret(points))
    assert world.regret(batch).min() < world.regret(points).min()


def test_candidates_given_up_draw_no_batch(world):
    points = world.space.sample(1, 0, 80)
    gain = world.truth(points)
    allowed = np.tile(points[:, 0] < 1e6, (2, 1))
    batch = propose(world.space, points, gain, allowed, n=30, seed=1, batch=2)
    assert np.mean(batch[:, 0] < 1.2e6) > 0.6


def test_an_exhausted_space_gives_what_is_left():
    space = Space((Axis(name="n", kind=AxisKind.INTEGER, low=1, high=5),))
    points = np.array([[1.0], [2.0], [3.0], [4.0]])
    batch = propose(space, points, points.T, np.ones((1, 4), bool), n=10, seed=1, batch=1)
    assert batch.tolist() == [[5.0]]
