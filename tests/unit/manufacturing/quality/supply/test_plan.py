"""Supply plan: its parts are those of the methods, and a level is chosen beyond chance."""

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.manufacturing.quality.supply.clinic import Supply, simulate_supply
from hepatica.manufacturing.quality.supply.plan import plan_supply
from hepatica.manufacturing.quality.supply.plan_file import check_supply

POTENCY = {"mean": 1.0, "donor": 0.3, "batch": 0.1, "assay": 0.2, "lower": 0.7, "source": "made up"}
STOCK = {"patients": 6, "doses_per_lot": 20, "lead": 30.0, "failure": 0.2, "expiry": 90.0, "initial": 20, "runs": 30}


def plan(seed=1, **tables):
    return plan_supply(check_supply({"title": "t", **tables}), seed=seed)


def test_levels_are_those_of_the_simulation_and_the_lowest_that_is_enough_is_chosen():
    found = plan(stock=STOCK | {"reorder": [40, 5], "treated": 0.9})
    assert [level.reorder for level in found.levels] == [5, 40]
    direct = simulate_supply(Supply(0.2, 1, 20, 30.0, 0.2, 90.0, 5, suites=1, initial=20), 365.0, runs=30, seed=1)
    assert found.levels[0].result == direct and not found.levels[0].is_enough
    assert found.chosen is found.levels[1]
    assert plan(stock=STOCK | {"reorder": [5], "treated": 0.999}).chosen is None


def test_progress_never_falls_over_the_levels():
    seen = []
    file = check_supply({"title": "t", "stock": STOCK | {"reorder": [5, 40], "runs": 25}})
    plan_supply(file, progress=lambda *report: seen.append(report))
    assert [done for _, done, _ in seen] == [20, 25, 45, 50] and {total for *_, total in seen} == {50}


def test_doses_of_a_lot_and_failures_come_of_the_donors_unless_stated():
    donors, stock = {"source": "bone_marrow", "dose": 70e6}, {"patients": 1, "lead": 10, "reorder": [5], "runs": 2}
    found = plan(donors=donors, stock=stock)
    supply = found.levels[0].supply
    assert supply.doses_per_lot == int(found.donor.doses.median) and supply.failure == found.donor.failure.median
    assert supply.expiry == np.inf


def test_pools_and_the_fewest_donors():
    found = plan(potency=POTENCY | {"pools": [1, 4], "missed_infection": 0.01})
    for pool in found.pools:
        sd = np.sqrt(0.09 / pool.donors + 0.01)
        assert pool.chance_within == pytest.approx(norm.sf(0.7, 1.0, sd))
        assert pool.infection == pytest.approx(1 - 0.99**pool.donors)
    assert found.fewest == 4 and found.qualification is None and found.levels == ()
    assert plan(potency=POTENCY | {"batch": 0.3}).fewest is None


def test_qualification_is_that_of_simulated_donors():
    q = plan(potency=POTENCY | {"threshold": 1.1, "donors": 2, "batches": 2, "replicates": 3}).qualification
    rng = np.random.default_rng(1)
    true = 1.0 + 0.3 * rng.standard_normal(400_000)
    seen = true + np.sqrt((0.01 + 0.04 / 3) / 2) * rng.standard_normal(400_000)
    kept = true[seen >= 1.1]
    assert q.share == pytest.approx(kept.size / true.size, abs=0.003)
    assert q.mean == pytest.approx(kept.mean(), abs=0.003) and q.sd == pytest.approx(kept.std(), abs=0.003)


def test_an_unknown_source_is_refused():
    with pytest.raises(InputError, match="bone_marrow"):
        plan(donors={"source": "bone", "dose": 70e6})
