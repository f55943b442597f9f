"""Windows from samples."""

import numpy as np
import pytest

from hepatica.dosing.window.endpoints import ENDPOINTS
from hepatica.dosing.window.estimands import Estimand
from hepatica.dosing.window.uncertainty import Sample
from hepatica.therapeutic_window.estimates import Place, estimate_window, limit_of

NAMED = {e.name: e for e in ENDPOINTS}
LOGS = np.linspace(4.0, 8.0, 9)
PLACE = Place(hypothesis="h", key="base", infusions=4, log_doses=LOGS, highest_given=4e7, seed=1)


def sample(level=20.0):
    draw = np.tile(np.arange(30), 2)
    middle = 6.0 + 0.2 * np.random.Generator(np.random.Philox(1)).normal(size=30)[draw]
    return Sample(level / (1.0 + 10.0 ** (1.5 * (middle - LOGS[:, None]))), draw)


def test_a_benefit_has_a_minimal_dose_only_where_days_are_gained():
    gain = estimate_window(NAMED["net_gain"], PLACE, sample(), relevant=3.0, limit=np.inf)
    other = estimate_window(NAMED["survival_90"], PLACE, sample(0.2), relevant=3.0, limit=np.inf)
    assert Estimand.MINIMAL in gain.estimates and Estimand.MINIMAL not in other.estimates
    assert gain.estimates[Estimand.ED50].value == pytest.approx(6.0, abs=0.15)
    assert gain.patients == 60 and gain.draws == 30 and np.isnan(gain.band.patient_low).all()
    assert (gain.band.parameter_low <= gain.band.mean).all() and (gain.band.mean <= gain.band.parameter_high).all()


def test_a_harm_has_the_dose_at_its_limit():
    found = estimate_window(
        NAMED["thrombosis"], PLACE, sample(0.2), relevant=3.0, limit=0.05, patients=sample(0.2).values
    )
    assert set(found.estimates) == {Estimand.LIMIT, Estimand.LARGEST}
    assert found.estimates[Estimand.LIMIT].value == pytest.approx(6.0 - np.log10(3.0) / 1.5, abs=0.15)
    assert np.isfinite(found.band.patient_high).all()


def test_doses_beyond_those_given_are_known():
    found = estimate_window(NAMED["net_gain"], PLACE, sample(), relevant=3.0, limit=np.inf)
    assert not found.is_beyond(np.log10(4e7)) and found.is_beyond(np.log10(4.1e7)) and not found.is_beyond(np.inf)


def test_limits_are_the_users_then_the_studys_then_those_of_the_window():
    reaction = NAMED["reaction"]
    assert limit_of(reaction, {"reaction": np.inf}, {}) == reaction.limit
    assert limit_of(reaction, {"reaction": 0.3}, {}) == 0.3
    assert limit_of(reaction, {"reaction": 0.3}, {"reaction": 0.1}) == 0.1
    assert limit_of(NAMED["net_gain"], {}, {}) == np.inf
