"""Baselines: pooling by random effects, and the direction of the pooled effect of cells."""

import numpy as np
import pytest

from hepatica.calibrate.endpoints import DEATHS, DIRECTION, SHARES, Direction
from hepatica.evidence import load_all
from hepatica.validation.baselines import Reference, pool


@pytest.fixture(scope="module")
def reference():
    return Reference(tuple(load_all().values()))


def test_pooling_is_dersimonian_and_laird():
    y, s = [0.1, 0.6, 0.9], [0.2, 0.3, 0.25]
    w = 1 / np.square(s)
    fixed = np.sum(w * y) / np.sum(w)
    tau = max(0.0, (np.sum(w * (np.array(y) - fixed) ** 2) - 2) / (np.sum(w) - np.sum(w**2) / np.sum(w)))
    v = 1 / (np.square(s) + tau)
    found = pool(y, s, 1.0)
    assert found.value == pytest.approx(np.sum(v * y) / np.sum(v)) and found.sd == pytest.approx(
        np.sqrt(1 / np.sum(v) + tau)
    )
    assert pool([], [], 0.7).sd == 0.7 and pool([0.3], [0.4], 1.0).sd == pytest.approx(np.hypot(0.4, 0.5))


def test_references_come_from_the_calibration_evidence_alone(reference):
    r = reference
    assert all(p.role == "calibration" for p in r.publications)
    base = r.untreated("hbv_aclf", "survival", 90.0)
    assert base.studies >= 3 and 0 < base.value < 1.5  # 50 to 80 % alive
    assert r.untreated("hbv_aclf", "death", 90.0).value == pytest.approx(-base.value, abs=0.05)
    effect = r.effect("survival")
    assert effect.value > 0 and r.effect("death").value == pytest.approx(-effect.value)


@pytest.mark.parametrize("variable", DEATHS)
def test_the_pooled_effect_has_the_direction_of_its_endpoint(reference, variable):
    """Cells lowered mortality in the calibration trials: fewer events, and more people free of them."""
    effect = reference.effect(variable)
    assert np.sign(effect.value) == -DIRECTION[variable].value
    assert abs(effect.value) == pytest.approx(abs(reference.effect("death").value))


def test_every_proportion_has_a_direction():
    assert set(DIRECTION) == set(SHARES)
    assert DIRECTION["transplant_free_survival"] is DIRECTION["survival"] is Direction.EVENT_FREE
