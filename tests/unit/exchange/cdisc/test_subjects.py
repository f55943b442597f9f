"""Dates, days and names that the datasets share."""

import numpy as np
import pytest

from hepatica.exchange.cdisc.subjects import TESTS, iso_dates, sas_dates, study_days, subjects
from hepatica.trials.definition.latent import LATENT


def test_every_latent_lab_has_a_test_within_the_limits():
    assert set(TESTS) == set(LATENT)
    codes = [t.code for t in TESTS.values()]
    assert len(set(codes)) == len(codes) and all(len(c) <= 8 and c.isalnum() for c in codes)
    assert all(len(t.name) <= 40 for t in TESTS.values())


def test_days_and_dates_agree(simulated):
    one = simulated()
    day = np.full(60, 10.0)
    day[0] = np.inf
    iso, sas, study = iso_dates(one, day), sas_dates(one, day), study_days(one, day)
    assert iso[0] == "" and np.isnan(sas[0]) and np.isnan(study[0])
    import datetime

    for k in range(1, 60):
        assert (datetime.date.fromisoformat(iso[k]) - datetime.date(1960, 1, 1)).days == sas[k]
        assert study[k] == 11
    assert study_days(one, np.zeros(60)).tolist() == [1.0] * 60


def test_subjects_are_unique(simulated):
    assert len(set(subjects(simulated()))) == 60


@pytest.mark.parametrize("test", TESTS.values(), ids=lambda t: t.code)
def test_grades_are_scales(test):
    assert test.is_scale or not test.is_graded
