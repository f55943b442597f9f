"""Expected events against simulated patients, hazards against their formulas."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.confirmatory.sample_size.accrual import (
    Accrual,
    Hazard,
    Population,
    at_risk,
    expected_events,
    time_of_events,
)

CONTROL = Hazard((0.2, 0.05, 0.1), (2.0, 6.0))
ARMS = Population(CONTROL, CONTROL.times_ratio(0.6, delay=3.0), Accrual(10.0, (1.0, 3.0), (4.0,)), Hazard((0.02,)), 2.0)


def event_times(hazard, rng, n):
    """Inversion of the cumulative hazard on a fine grid."""
    grid = np.linspace(0, 400, 400_001)
    return np.interp(rng.exponential(size=n), hazard.cumulative(grid), grid)


def simulate(end, n=200_000):
    rng = np.random.default_rng(4)
    late = rng.random(n) < 18 / 22
    entry = np.where(late, 4 + 6 * rng.random(n), 4 * rng.random(n))
    treated = rng.random(n) < 2 / 3
    times = np.where(treated, event_times(ARMS.treated, rng, n), event_times(ARMS.control, rng, n))
    gone = rng.exponential(50, n)
    seen = (entry < end) & (times <= np.minimum(end - entry, gone))
    return seen.mean(), (seen & treated).mean()


@pytest.mark.parametrize("end", [3.0, 8.0, 25.0])
def test_events_are_those_of_simulated_patients(end):
    total, treated = simulate(end)
    found = expected_events(ARMS, end)
    assert found.total == pytest.approx(total, abs=0.005) and found.treated == pytest.approx(treated, abs=0.005)
    assert found.control == pytest.approx(found.total - found.treated)


def test_constant_hazards_and_uniform_accrual_have_a_closed_form():
    """Lachin and Foulkes: 1 - (exp(-l (T - R)) - exp(-l T)) / (l R), without drop-out."""
    rate, accrual, end = 0.1, 12.0, 30.0
    arms = Population(Hazard((rate,)), Hazard((rate,)), Accrual(accrual))
    exact = 1 - (np.exp(-rate * (end - accrual)) - np.exp(-rate * end)) / (rate * accrual)
    assert expected_events(arms, end).total == pytest.approx(exact, abs=1e-13)


def test_time_of_events_inverts_the_events():
    assert time_of_events(ARMS, expected_events(ARMS, 14.0).total) == pytest.approx(14.0, abs=1e-6)
    with pytest.raises(InputError, match="share"):
        time_of_events(ARMS, 0.999)


def test_hazard_pieces_ratio_and_delay():
    hazard = CONTROL.times_ratio(0.5, delay=3.0)
    assert hazard.at([1, 2.5, 4, 7]).tolist() == [0.2, 0.05, 0.025, 0.05]
    assert hazard.cumulative(7.0) == pytest.approx(0.4 + 0.05 + 0.025 * 3 + 0.05)
    assert CONTROL.times_ratio(0.5).at(0.0) == 0.1
    assert Hazard.from_survival(0.25, 3.0).survival(3.0) == pytest.approx(0.25)


def test_running_integrals_agree_with_the_whole():
    risk = at_risk(ARMS, 20.0)
    running = risk.cumulative(risk.time**2)
    assert running == pytest.approx(risk.time**3 / 3) and risk.integral(risk.time**2) == pytest.approx(20**3 / 3)


def test_before_the_trial_there_is_no_event():
    assert expected_events(ARMS, 0.0) == (0.0, 0.0, 0.0)


def test_accrual_shares():
    assert ARMS.accrual.entered([0, 4, 10, 99]).tolist() == pytest.approx([0, 4 / 22, 1, 1])


@pytest.mark.parametrize(
    "make",
    [
        lambda: Hazard((0.1, 0.2)),
        lambda: Hazard((-0.1,)),
        lambda: Hazard((0.1, 0.2, 0.3), (2.0, 1.0)),
        lambda: Hazard.from_survival(1.0, 2.0),
        lambda: Accrual(0.0),
        lambda: Accrual(5.0, (1.0, 2.0), (6.0,)),
        lambda: Accrual(5.0, (0.0,)),
        lambda: Population(CONTROL, CONTROL, Accrual(5.0), ratio=0.0),
        lambda: at_risk(ARMS, -1.0),
    ],
)
def test_impossible_rates_are_refused(make):
    with pytest.raises(InputError):
        make()
