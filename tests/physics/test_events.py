"""Threshold events: one Exp(1) threshold for all arms, crossed where the hazard says, found exactly."""

import numpy as np
import pytest

from hepatica.simulation import Arm, simulate
from hepatica.therapy import Regimen

DOSES = {"none": None, "one": Regimen(1e6), "four": Regimen(5e6, infusions=4, duration=0.1)}


@pytest.fixture(scope="module")
def ill(bench):
    p = bench.parameters(cirrhosis=0.4, infection_rate=0.01)
    return p, bench.state(bench.rest(p), effectors_young=1.0, infection_hazard=0.0)


def thresholds(*values):
    found = np.full((1, 1, 8), np.inf)
    found[0, 0, : len(values)] = values
    return found


def events(bench, regimen):
    return None if regimen is None else bench.events(regimen.events(65.0, viability=0.9))


@pytest.mark.parametrize("arm", sorted(DOSES))
def test_a_crossing_is_where_the_reference_engine_finds_it(bench, make_bench, reference, ill, arm):
    p, y = ill
    found = []
    for b in (bench, make_bench(reference)):
        problem = b.problem(
            p, y, [60.0], ("pathogen",), events=events(b, DOSES[arm]), thresholds=thresholds(0.35, 0.5), rtol=1e-9
        )
        found.append(b.system.solve(problem).crossings[0, 0])
    assert np.isfinite(found[0][:2]).all() and np.isnan(found[0][2:]).all()
    np.testing.assert_allclose(found[0][:2], found[1][:2], atol=1e-6, rtol=0)


def test_a_crossing_at_the_default_tolerance_is_near(bench, ill):
    p, y = ill
    loose, tight = (
        bench.system.solve(bench.problem(p, y, [60.0], ("pathogen",), thresholds=thresholds(0.35, 0.5), rtol=rtol))
        for rtol in (1e-4, 1e-9)
    )
    np.testing.assert_allclose(loose.crossings[0, 0, :2], tight.crossings[0, 0, :2], rtol=1e-3)


def test_the_hazard_at_each_crossing_is_the_sum_of_thresholds(bench, ill):
    p, y = ill
    limits = thresholds(0.35, 0.5, 0.3)
    first = bench.system.solve(bench.problem(p, y, [90.0], ("pathogen",), thresholds=limits))
    when = first.crossings[0, 0, :3]
    assert np.isfinite(when).all()
    found = bench.follow(p, y, [*when, 90.0], ("infection_hazard", "pathogen", "antibiotic"), thresholds=limits)
    np.testing.assert_allclose(found["infection_hazard"][0, :3], np.cumsum([0.35, 0.5, 0.3]), rtol=1e-6)


def test_an_event_adds_what_the_module_says(bench, ill):
    p, y = ill
    limits = thresholds(0.35)
    when = bench.system.solve(bench.problem(p, y, [90.0], ("pathogen",), thresholds=limits)).crossings[0, 0, 0]
    found = bench.follow(p, y, [when - 1e-6, when + 1e-6, 90.0], ("pathogen", "antibiotic"), thresholds=limits)
    assert found["pathogen"][0, 0] == 0.0
    np.testing.assert_allclose(found["pathogen"][0, 1], p[0, bench.system.parameters.index("inoculum")], rtol=1e-3)
    np.testing.assert_allclose(
        found["antibiotic"][0, 1], p[0, bench.system.parameters.index("antibiotic_course")], rtol=1e-3
    )


def test_arms_share_their_thresholds(system, admitted):
    """Whatever the arm, the hazard at its own crossing is the patient's own first threshold."""
    arms = [Arm(name, *([] if r is None else [r])) for name, r in DOSES.items()]
    ds = simulate(system, admitted, arms, np.arange(0.0, 181.0, 60.0), outputs=("infection_hazard",))
    first = ds["infection_time"].values[..., 0]
    own = admitted.cohort.thresholds()[:, 0, 0]
    checked = 0
    for i in np.flatnonzero(np.isfinite(first).all(axis=0))[:6]:
        times = np.unique(np.concatenate([first[:, i], [180.0]]))
        again = simulate(system, admitted.take(np.array([i])), arms, times, outputs=("infection_hazard",))
        for a in range(len(arms)):
            at = again["infection_hazard"].values[a, 0, np.searchsorted(times, first[a, i])]
            np.testing.assert_allclose(at, own[i], rtol=1e-5)
            checked += 1
    assert checked >= 9
    never = ~np.isfinite(first)
    reached = ds["infection_hazard"].values[..., -1]
    assert (reached[never] < np.broadcast_to(own, first.shape)[never]).all()


def test_no_more_than_eight_events(bench, ill):
    p, y = ill
    done = bench.system.solve(bench.problem(p, y, [180.0], ("pathogen",), thresholds=np.full((1, 1, 8), 1e-3)))
    assert done.status[0] == 0 and np.isfinite(done.crossings[0, 0]).all()
    assert (np.diff(done.crossings[0, 0]) > 0).all()


def test_a_dose_at_the_time_of_an_event_counts_once(bench, ill):
    p, y = ill
    limits = thresholds(0.35)
    when = bench.system.solve(bench.problem(p, y, [90.0], ("pathogen",), thresholds=limits)).crossings[0, 0, 0]
    rows = [(when, "cells_venous", 1e7, 0)]
    names = [s for s, state in bench.system.model.states.items() if state.module == "cells" and state.unit == "cell"]
    found = bench.follow(
        p, y, [when + 1e-3, 90.0], (*names, "antibiotic"), events=bench.events(rows), thresholds=limits
    )
    np.testing.assert_allclose(sum(found[n][0, 0] for n in names), 1e7, rtol=1e-9)
    assert found["antibiotic"][0, 0] == pytest.approx(1.0, rel=1e-2)
