"""The proposal pool: wide, treated, interpolated in time, and drawn from a calibration where there is one."""

import numpy as np
import pytest

from hepatica.individual.labs import LABS, READINGS
from hepatica.individual.people import TREATMENT_ARMS
from hepatica.individual.pool import HORIZON, TIMES, acute_populations, chronic_populations, make_pool
from hepatica.patients import Draws, load_population


def test_the_pool_reaches_mild_injury_and_plasma_exchange_clears_enzymes(pool):
    inr, alt = (np.exp(pool.labs[0, :, 0, list(LABS).index(lab)]) for lab in ("inr", "alt"))
    assert inr.min() < 1.2 and inr.max() > 3 and alt.min() < 100 and alt.max() > 3000
    day_1 = pool.labs[:, :, 1, list(LABS).index("alt")].mean(axis=1)
    assert day_1[1] < day_1[0] - 0.2 and len(day_1) == len(TREATMENT_ARMS)


def test_days_between_output_times_are_interpolated(pool):
    labs, alive = pool.interpolate([0.5, 60.0])
    np.testing.assert_allclose(labs[:, :, 0], (pool.labs[:, :, 0] + pool.labs[:, :, 1]) / 2)
    np.testing.assert_allclose(1 - alive[:, :, 1], pool.event)
    assert TIMES[-1] == HORIZON


def test_shapes_and_probabilities(pool):
    n = len(pool.age)
    assert pool.labs.shape == (len(TREATMENT_ARMS), n, len(TIMES), len(LABS)) and n <= pool.n_simulated == 120
    assert pool.readings.shape == (n, len(READINGS)) and pool.encephalopathy.shape == pool.kind.shape == (n,)
    assert (np.diff(pool.alive, axis=2) <= 1e-12).all() and (pool.alive >= 0).all() and (pool.alive <= 1).all()
    assert set(pool.kind) == {0, 1, 2} and pool.kinds == ("immune", "toxic", "anoxic")


def test_draws_of_a_calibration_are_taken(system, pool):
    other = make_pool(system, 120, seed=2, known=Draws.prior(system.model, 10, seed=8))
    assert not np.allclose(other.labs[0, :5], pool.labs[0, :5])


def test_chronic_candidates(system):
    kinds = chronic_populations(system)
    assert not set(kinds) & set(acute_populations(system))
    chronic = make_pool(system, 6, seed=1, populations=kinds)
    assert len(chronic.age) == 6 and chronic.kinds == tuple(kinds)


@pytest.mark.parametrize("kind", ["immune", "toxic"])
def test_a_widened_population_keeps_its_base_but_for_what_is_widened(system, kind):
    wide = acute_populations(system)[kind]
    base = load_population({"immune": "alf_indeterminate", "toxic": "alf_paracetamol"}[kind])
    usual = system.model.parameters["albumin_healthy"].value
    assert wide.fitted["albumin_healthy"].between.cv == 0.12 and wide.causes == ()
    assert wide.fitted["ammonia_healthy"].value == pytest.approx(
        0.8
        * (
            base.fitted["ammonia_healthy"].value
            if "ammonia_healthy" in base.fitted
            else system.model.parameters["ammonia_healthy"].value
        )
    )
    assert wide.fitted["albumin_healthy"].value == pytest.approx(
        base.fitted["albumin_healthy"].value if "albumin_healthy" in base.fitted else usual
    )
    assert not set(wide.treatment) & set(system.states) and wide.inclusion == base.inclusion
