"""Leave-one-publication-out: what the others teach, by weights or by moves, one publication after the other."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.calibrate import leave_out
from hepatica.calibrate.course import log_likelihood
from hepatica.calibrate.gradient import gradient, kernel
from hepatica.calibrate.inference import smc


@pytest.mark.parametrize("trusted", [np.inf, -np.inf])
def test_a_course_without_a_publication_is_that_of_the_others(made, monkeypatch, trusted):
    """Weighed anew or moved: as if it had been sampled from the others' data alone."""
    u = made.course
    monkeypatch.setattr(leave_out, "MAX_PARETO_K", trusted)
    rest = log_likelihood([d for d in u.terms if d.publication != "alss2019"], u.statistics, u.emulator)
    slope, slope_of_rest = (
        gradient([d for d in u.terms if d.publication != key], u.statistics, u.emulator) for key in ("", "alss2019")
    )
    space = u.emulator.space

    def sampled(fit, by, seed):
        moved = kernel(space, lambda x, power: power * by(x))
        return smc.sample(fit, space.dimension, 1500, seed=seed, moves=1, last_moves=4, kernel=moved)

    fresh = sampled(rest, slope_of_rest, 4).points
    whole = sampled(log_likelihood(u.terms, u.statistics, u.emulator), slope, 6)
    points, shape = leave_out.course_without(replace(u, runs=(whole.points,)), ("alss2019",), seed=5, moves=1)
    a, b, c = (
        u.emulator(x)[:, [o.kind == "share" for o in u.statistics]].mean(axis=0) for x in (points, fresh, whole.points)
    )
    # where the publication moved little, what is left is the noise of both samples
    assert np.isfinite(shape) and np.abs(a - b).max() < max(0.4 * np.abs(c - b).max(), 0.3)
    same, nothing = leave_out.course_without(u, ("zekri2015",), seed=5, moves=2)
    assert nothing == 0.0 and (same == np.concatenate(u.runs)).all()


def test_each_publication_is_left_out_in_turn(made, system, tmp_path, small):
    found = dict(leave_out.leave_out(made, system, tmp_path, small, rows=20))
    assert set(found) == {"lin2017", "alss2019"}
    for key, d in found.items():
        assert (
            d.n == 20
            and d.provenance["without"][0] == key
            and d.provenance["evidence"] != made.draws.provenance["evidence"]
        )
        assert all(np.isfinite(v).all() for v in d.columns.values())
    cells = [k for k in found["lin2017"].columns if k.hypothesis]  # nobody else says what cells do
    assert {k.hypothesis for k in cells} == {"label_is_cells", "lung_only"}
    assert not [k for k in found["alss2019"].columns if k.hypothesis]
