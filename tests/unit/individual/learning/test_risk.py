"""Recalibration: a squeezed and shifted risk is put right on other people; hazards shift as proportional hazards."""

import numpy as np
import pytest
from scipy.special import expit, logit

from hepatica.individual.learning.learn import calibration
from hepatica.individual.learning.risk import RiskModel, shift_hazard


@pytest.fixture
def people():
    rng = np.random.default_rng(6)
    odds = rng.normal(-1.0, 2.0, 1200)
    event = (rng.random(1200) < expit(odds)).astype(float)
    return expit(0.4 * odds + 0.7), np.column_stack([odds + rng.normal(size=1200), rng.normal(size=1200)]), event, odds


def test_a_squeezed_risk_is_put_right(people):
    squeezed, features, event, odds = people
    model = RiskModel.fit(squeezed[:800], features[:800], event[:800])
    slope, large = calibration(event[800:], model.by_model(squeezed[800:]))
    assert 0.8 < slope < 1.25 and abs(large) < 0.05 and calibration(event[800:], squeezed[800:])[0] > 1.8
    both = model.recalibrate(squeezed, features)
    pair = (logit(model.by_model(squeezed)) + logit(model.by_labs(features))) / 2
    np.testing.assert_allclose(logit(both), pair, atol=1e-2)
    again = RiskModel.of(model.to_dict())
    np.testing.assert_allclose(again.recalibrate(squeezed, features), both, rtol=1e-3)


def test_too_few_events(people):
    squeezed, features, event, _ = people
    assert RiskModel.fit(squeezed, features, np.zeros(1200)) is None


def test_hazards_shift_in_proportion():
    risk = np.linspace(0, 0.95, 20)
    moved = shift_hazard(risk, 0.4, 0.2)
    assert shift_hazard(np.array([0.4]), 0.4, 0.2)[0] == pytest.approx(0.2)
    ratio = np.log1p(-moved[1:]) / np.log1p(-risk[1:])
    np.testing.assert_allclose(ratio, ratio[0])
    np.testing.assert_allclose(shift_hazard(risk, 0.3, 0.3), risk)
