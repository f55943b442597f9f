"""Leave-one-publication-out: what the others teach, by weights or by moves, one publication after the other."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.calibrate import leave_out
from hepatica.calibrate.emulated import gradient, kernel, log_likelihood
from hepatica.calibrate.inference import smc


@pytest.mark.parametrize(("trusted", "key", "limit"), [(np.inf, "part", 0.1), (-np.inf, "alss2019", 0.1)])
def test_a_course_without_a_publication_is_that_of_the_others(made, monkeypatch, trusted, key, limit):
    """Weighed anew or moved: as if it had been sampled from the others' data alone."""
    monkeypatch.setattr(leave_out, "MAX_PARETO_K", trusted)
    terms = list(made.course.terms)
    mine = next(k for k, t in enumerate(terms) if t.publication == "alss2019" and t.variable == "inr")
    if key == "part":  # one number of many, so that weights can be trusted
        terms[mine] = replace(terms[mine], publication=key, cohort=key)
    u = replace(made.course, terms=tuple(terms))
    space = u.emulator.space

    def sampled(seed, *gone):
        kept = [t for t in u.terms if t.publication not in gone]
        fit, slope = (f(kept, u.statistics, u.emulator) for f in (log_likelihood, gradient))
        moved = kernel(space, lambda x, power: power * slope(x))
        return smc.sample(fit, space.dimension, 1500, seed=seed, moves=1, last_moves=4, kernel=moved).points

    fresh, whole = sampled(4, key), sampled(6)
    points, shape = leave_out.course_without(replace(u, runs=(whole,)), (key,), seed=5, moves=1)
    shares = [s.kind == "share" for s in u.statistics]
    a, b, c = (u.emulator(x)[:, shares].mean(axis=0) for x in (points, fresh, whole))
    # where the publication moved little, what is left is the noise of both samples
    assert np.isfinite(shape) and np.abs(a - b).max() < max(0.4 * np.abs(c - b).max(), limit)
    same, nothing = leave_out.course_without(u, ("zekri2015",), seed=5, moves=2)
    assert nothing == 0.0 and (same == np.concatenate(u.runs)).all()


def test_the_gradient_is_that_of_what_is_tempered_at_each_power(made, monkeypatch):
    """A wrong one costs acceptance only and leaves the posterior as it is: held against differences of the target."""
    seen = {}
    monkeypatch.setattr(leave_out, "MAX_PARETO_K", -np.inf)
    monkeypatch.setattr(
        leave_out.smc, "without", lambda parts, points, **more: seen.update(parts=parts, **more) or Left
    )

    class Left:
        points = np.concatenate(made.course.runs)

    leave_out.course_without(made.course, ("alss2019",), seed=1, moves=1)
    x, kernel_ = made.course.runs[0][:20], seen["kernel"]
    along = np.random.default_rng(1).standard_normal(x.shape[1]) * kernel_.smooth * 1e-4

    def target(points, power):
        kept, gone = seen["parts"](points)
        return kept + gone - power * gone

    for power in (0.0, 0.4, 1.0):
        steps = target(x + along, power) - target(x - along, power)
        assert 2 * kernel_.gradient(x, power) @ along == pytest.approx(steps, rel=0.02, abs=1e-5)


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
