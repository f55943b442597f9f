"""Records of blocks are joined in order and cut to the trials asked for."""

import numpy as np

from hepatica.trials.virtual.records import Records, Stop, join


def part(first, n, secondary):
    k = np.arange(first, first + n)
    arms = np.stack([k, k], axis=1)
    return Records(
        look=k, stop=np.full(n, int(Stop.COMPLETE)), rejected=(arms % 2 == 0)[:, :1], selected=k, estimate=arms[:, :1] * 1.0,
        z=arms[:, :1] * 1.0, information=k * 1.0, size=k, day=k * 1.0, randomised=arms, deaths=arms, transplants=arms, draw=k,
        secondary={"x": k * 1.0} if secondary else {},
    )  # fmt: skip


def test_blocks_are_joined_and_cut():
    r = join([part(0, 5, True), part(5, 5, False)], 7)
    assert r.trials == 7 and r.look.tolist() == list(range(7)) and r.deaths.shape == (7, 2)
    assert r.secondary["x"].tolist() == list(range(5)) and r.success.tolist() == [k % 2 == 0 for k in range(7)]
