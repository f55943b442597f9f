"""Supply of a clinic: exact formulas where they exist, and a second simulation in small steps of time."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.supply.clinic import Supply, simulate_supply

BASE = Supply(0.3, 1, 10, 20.0, 0.2, 60.0, 10, patience=5.0, initial=10)


def test_no_lead_and_no_failure_treats_everyone_at_once():
    found = simulate_supply(BASE._replace(lead=0.0, failure=0.0, expiry=np.inf), 300.0, runs=30)
    assert found.treated.mean == found.at_once.mean == 1.0 and found.wasted.mean == 0.0 and found.failed.mean == 0.0
    assert abs(found.patients.mean - 90) < 4 * found.patients.error


def test_lost_sales_of_one_for_one_orders_are_the_erlang_loss():
    """Doses ordered one by one, stock of c, lead L: a queue M/D/c/c, whose loss is Erlang's B whatever the lead's law."""
    c, rate, lead = 3, 0.2, 10.0
    erlang = (
        (rate * lead) ** c
        / np.prod(range(1, c + 1))
        / sum((rate * lead) ** k / np.prod(range(1, k + 1)) for k in range(c + 1))
    )
    s = Supply(rate, 1, 1, lead, 0.0, np.inf, c - 1, patience=0.0, initial=c)
    found = simulate_supply(s, 4000.0, runs=30)
    assert abs(1 - found.treated.mean - erlang) < 4 * found.treated.error + 2e-3
    assert found.empty.mean == pytest.approx(erlang, abs=0.02)  # arrivals see the average over time


def by_steps(s, days, runs, step=0.05):
    """Naive simulation: every step of time looks at everything."""
    rng = np.random.Generator(np.random.Philox(77))
    shares = []
    for _ in range(runs):
        stock, making, queue = [0.0 + s.expiry] * s.initial, [], []
        treated = lost = expired = released = 0
        released = s.initial
        for k in range(int(days / step)):
            now = k * step
            expired += sum(e <= now for e in stock)
            stock = sorted(e for e in stock if e > now)
            for done in [d for d in making if d <= now]:
                making.remove(done)
                if rng.random() >= s.failure:
                    stock += [now + s.expiry] * s.doses_per_lot
                    released += s.doses_per_lot
            lost += sum(now - q > s.patience for q in queue)
            queue = [q for q in queue if now - q <= s.patience] + [now] * rng.poisson(s.patients_per_day * step)
            while queue and len(stock) >= s.doses_per_patient:
                queue.pop(0)
                stock = stock[s.doses_per_patient :]
                treated += 1
            while (
                len(making) < s.suites
                and len(stock) - len(queue) * s.doses_per_patient + len(making) * s.doses_per_lot <= s.reorder
            ):
                making.append(now + s.lead)
        shares.append((treated / (treated + lost), expired / released))
    return np.array(shares)


@pytest.mark.parametrize("s", [BASE, BASE._replace(doses_per_patient=2, suites=1, expiry=25.0)], ids=["plain", "pairs"])
def test_against_a_simulation_in_steps(s):
    found = simulate_supply(s, 150.0, runs=150)
    naive = by_steps(s, 150.0, 40)
    for estimate, column in ((found.treated, naive[:, 0]), (found.wasted, naive[:, 1])):
        error = np.hypot(estimate.error, column.std() / np.sqrt(40))
        assert abs(estimate.mean - column.mean()) < 4 * error


def test_directions():
    base = simulate_supply(BASE, 300.0, runs=60)
    assert simulate_supply(BASE._replace(failure=0.6), 300.0, runs=60).treated.mean < base.treated.mean
    short = simulate_supply(BASE._replace(expiry=10.0), 300.0, runs=60)
    assert short.wasted.mean > base.wasted.mean
    more = simulate_supply(BASE._replace(reorder=20), 300.0, runs=60)
    assert more.treated.mean > base.treated.mean and more.empty.mean < base.empty.mean
    patient = simulate_supply(BASE._replace(patience=20.0), 300.0, runs=60)
    assert patient.treated.mean > base.treated.mean and patient.wait.mean > base.wait.mean


def test_it_is_repeatable_and_more_runs_begin_with_the_same():
    assert simulate_supply(BASE, 100.0, runs=10) == simulate_supply(BASE, 100.0, runs=10)
    seen = []
    simulate_supply(BASE, 50.0, runs=45, progress=lambda *report: seen.append(report))
    assert seen == [("supply", 20, 45), ("supply", 40, 45), ("supply", 45, 45)]


@pytest.mark.parametrize(
    "change",
    [
        {"patients_per_day": 0.0},
        {"doses_per_lot": 0},
        {"lead": -1.0},
        {"expiry": 0.0},
        {"failure": 1.0},
        {"reorder": 0, "doses_per_patient": 2},
        {"patients_per_day": 1e7},
        {"patience": np.inf},
    ],
)
def test_bad_supplies_are_refused(change):
    with pytest.raises(InputError):
        simulate_supply(BASE._replace(**change), 365.0)
