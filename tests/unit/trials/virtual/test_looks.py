"""Dates of looks: the day on which a loop counts as many events or patients."""

import numpy as np
import pytest

from hepatica.trials.virtual.conduct.block import TrialBlock
from hepatica.trials.virtual.conduct.endpoints import EndpointData
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.looks import followed, look_dates


@pytest.fixture
def data(make_trial, flat_bank):
    def make(death=(0.01, 0.01), **changes):
        trial = make_trial(**changes)
        bank = flat_bank(trial, death)
        block = TrialBlock(
            trial, Scenario("label_is_cells", Truth.AVERAGE), bank, eligible_patients(bank, trial), 0, 100
        )
        return EndpointData.of(block)

    return make


def test_looks_by_events_are_those_of_a_loop(data):
    d = data(look=[{"fraction": 0.5}])
    dates = look_dates(d, 50.0)
    b = d.block
    for k in range(0, 250, 50):
        events = sorted(b.entry[k][i] + b.death[k][i] for i in range(100) if b.death[k][i] <= 100)
        assert dates.looks[k, 0] == pytest.approx(events[24])
        assert dates.information[k].tolist() == [25, len(events)]
    assert dates.looks[:, 1] == pytest.approx(b.entry[:, -1] + 100)


def test_a_stated_number_of_events_ends_the_trial(data):
    dates = look_dates(data(analysis={"events": 30}, look=[{"fraction": 0.5}]), 30.0)
    assert (dates.information[:, 1] == 30).mean() > 0.99 and (dates.information[:, 0] == 15).all()


def test_a_look_that_comes_too_late_does_not_take_place(data):
    dates = look_dates(data(look=[{"day": "5000 d"}]), 50.0)
    assert np.isnan(dates.looks[:, 0]).all() and np.isnan(dates.information[:, 0]).all()
    dates = look_dates(data(death=(0.0, 0.0), look=[{"fraction": 0.5}]), 50.0)
    assert np.isnan(dates.looks[:, 0]).all() and (dates.information[:, 1] == 0).all()


def test_information_of_values_is_patients_at_their_visit(data):
    lab = {"name": "x", "kind": "lab", "lab": "meld", "day": "28 d", "primary": True}
    d = data(endpoint=[lab], look=[{"fraction": 0.4}])
    dates = look_dates(d, 100.0)
    assert dates.looks[:, 0] == pytest.approx(d.block.entry[:, 39] + 28) and (dates.information[:, 1] == 100).all()


def test_nobody_is_followed_before_randomisation_or_at_a_look_that_is_none(data):
    d = data()
    until = followed(d, np.where(np.arange(250) < 9, np.nan, 60.0))
    assert (until[:9] == -1).all() and ((until[9:] >= 0) == (d.block.entry[9:] <= 60)).all()
