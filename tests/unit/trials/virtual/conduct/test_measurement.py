"""Measurements: windows, missed visits, errors, last values, rescue."""

import numpy as np
import pytest

from hepatica.trials.definition.latent import ERRORS
from hepatica.trials.virtual.conduct.block import TrialBlock
from hepatica.trials.virtual.conduct.measurement import Measurements
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth

LAB = [{"name": "x", "kind": "lab", "lab": "bilirubin"}, {"name": "m", "kind": "lab", "lab": "meld"}]


@pytest.fixture
def measured(make_trial, flat_bank):
    def make(death=(0.0, 0.0), labs=None, **changes):
        trial = make_trial(endpoint=LAB, **changes)
        bank = flat_bank(trial, death, labs={"bilirubin": 8.0, "meld": 20.0} | (labs or {}))
        block = TrialBlock(
            trial, Scenario("label_is_cells", Truth.AVERAGE), bank, eligible_patients(bank, trial), 0, 100
        )
        return Measurements(block)

    return make


def test_errors_are_those_of_the_lab(measured):
    m = measured()
    assert np.log(m.measured("bilirubin", 28.0) / 8).std() == pytest.approx(ERRORS["bilirubin"].sd, rel=0.03)
    assert (m.measured("meld", 28.0) - 20).std() == pytest.approx(ERRORS["meld"].sd, rel=0.03)
    assert (m.measured("meld", 28.0) != m.measured("meld", 7.0)).all()


def test_visits_lie_in_their_windows(measured):
    m = measured(visits={"days": ["7 d"], "window": "3 d"})
    day = m.visit_day(28.0)
    assert day.min() >= 25 and day.max() <= 31 and day.std() == pytest.approx(6 / 12**0.5, rel=0.05)
    assert m.visit_day(100.0).max() == 100.0 and m.visit_day(2.0).min() >= 0 and not m.visit_day(0.0).any()


@pytest.mark.parametrize(("grade", "expected"), [(0.0, 0.1), (3.0, 0.1 * np.exp(0.9) / (0.9 + 0.1 * np.exp(0.9)))])
def test_the_ill_miss_more_visits(measured, grade, expected):
    m = measured(labs={"encephalopathy": grade}, visits={"days": ["7 d"], "missed": 0.1})
    assert 1 - m.attended(28.0).mean() == pytest.approx(expected, abs=0.01)
    assert m.attended(0.0).all()


def test_nothing_is_observed_after_death_or_dropout(measured):
    m = measured(death=(0.02, 0.02), dropout={"per_month": 0.5})
    seen = ~np.isnan(m.observed("meld", 28.0))
    b = m.block
    assert (seen == ((b.death > 28) & (b.dropout > 28))).all() and 0.2 < seen.mean() < 0.5


def test_last_value_before_is_carried_forward(measured):
    m = measured(death=(0.02, 0.02))
    last, b = m.last_before("meld", 28.0), m.block
    early = (b.death > 7) & (b.death < 28)
    assert (last[early] == m.measured("meld", 7.0)[early]).all()
    assert (last[b.death < 7] == m.measured("meld", 0.0)[b.death < 7]).all()
    assert (last[b.death > 28] == m.observed("meld", 28.0)[b.death > 28]).all()


def test_rescue_begins_at_the_first_visit_at_which_its_condition_holds(measured):
    m = measured(rescue={"when": "meld > 20", "chance": 0.5})
    started = np.isfinite(m.rescue)
    assert started.mean() == pytest.approx(0.5 * (1 - 0.5**3), abs=0.02)  # three visits, each above 20 by a coin
    assert set(np.unique(m.rescue[started])) == {0.0, 7.0, 28.0}
    assert not np.isfinite(measured().rescue).any()
