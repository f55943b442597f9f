"""Importance weights against plain loops, and tempering."""

import numpy as np
import pytest

from hepatica.individual.labs import LABS
from hepatica.individual.pool import make_pool
from hepatica.individual.readers.cohort_file import read_people
from hepatica.individual.weights import MEASUREMENT_SD, MIN_EFFECTIVE, ImportanceWeights, temper_weights
from hepatica.patients.streams import normals


def test_weights_against_a_plain_loop(system, path):
    """The same posterior mean and probability, person by person, without tempering."""
    people, pool = read_people(path), make_pool(system, 60, seed=4)
    weights = ImportanceWeights(pool, people, (0.0,), (2.0,))
    discrepancy = dict.fromkeys(LABS, 2.0) | {"alt": np.inf}
    moments = weights.moments(discrepancy)
    event, readings = weights.event(discrepancy), weights.readings(discrepancy)
    for i in (0, 7):
        arm, weight = people.arm[i], []
        for j in range(len(pool.age)):
            log = -0.5 * ((people.age[i] - pool.age[j]) / 20) ** 2 - 0.5 * min(
                ((people.encephalopathy[i] - pool.encephalopathy[j]) / 0.7) ** 2, 16
            )
            for k, (lab, error) in enumerate((lab, MEASUREMENT_SD[lab]) for lab in LABS):
                if lab != "alt":
                    log -= 0.5 * min((people.log_lab(lab, 0.0)[i] - pool.labs[arm, j, 0, k]) ** 2 / (error**2 + 4), 16)
            weight.append(np.exp(log))
        weight = np.array(weight) / np.sum(weight)
        if moments.power[i] == 1:
            assert event[i] == pytest.approx(weight @ pool.event[arm], rel=1e-4)
            np.testing.assert_allclose(readings[i], weight @ pool.readings, rtol=1e-4)
            living = weight * pool.alive[arm, :, 2]
            np.testing.assert_allclose(moments.mean[i, 1], living @ pool.labs[arm, :, 2] / living.sum(), rtol=1e-3)
    assert (moments.power == 1).any()


def test_tempering_keeps_enough_candidates():
    log = -0.5 * 400 * normals(1, np.arange(30), "test", 500) ** 2
    weight, before, power = temper_weights(log)
    after = 1 / (weight**2).sum(axis=1)
    assert (after >= min(MIN_EFFECTIVE, 500 / 4) * 0.99).all() and ((power < 1) == (before < MIN_EFFECTIVE)).all()


def test_an_infinite_discrepancy_leaves_a_lab_out(path, pool):
    """The same as in people in whom it was not measured."""
    people = read_people(path)
    discrepancy = dict.fromkeys(LABS, 0.5)
    without = ImportanceWeights(pool, people, (0.0,), (7.0,)).moments(discrepancy | {"alt": np.inf})
    object.__setattr__(people, "labs", {k: v for k, v in people.labs.items() if k != "alt"})
    unmeasured = ImportanceWeights(pool, people, (0.0,), (7.0,)).moments(discrepancy)
    np.testing.assert_array_equal(without.mean, unmeasured.mean)


def test_a_person_is_weighed_by_candidates_under_the_same_treatments(path, pool):
    people = read_people(path)
    weights = ImportanceWeights(pool, people, (0.0,), (7.0,))
    assert sorted(np.concatenate([who for _, who in weights.arms])) == list(range(people.n))
    assert all((people.arm[who] == arm).all() for arm, who in weights.arms)


def test_every_lab_has_a_measurement_error():
    assert set(MEASUREMENT_SD) == set(LABS) and all(0 < sd < 0.5 for sd in MEASUREMENT_SD.values())
