"""Onset, peak and fading of a course, from courses with known answers."""

import lab_channels as module
import numpy as np
import pytest

DAYS = np.array([0.0, 10.0, 20.0, 40.0, 80.0])


def test_phases_of_a_triangle_are_where_its_halves_are():
    assert module.phases(DAYS, -np.array([0.0, 1.0, 4.0, 2.0, 0.0])) == pytest.approx((10 + 10 / 3, 20.0, 40.0))
    assert module.phases(DAYS, np.array([0.0, 1.0, 4.0, 4.0, 0.0])) == pytest.approx((10 + 10 / 3, 20.0, 60.0))


def test_what_does_not_fade_has_no_day_of_fading_and_missing_visits_are_left_out():
    onset, peak, fading = module.phases(DAYS, np.array([np.nan, 0.0, 1.0, 3.0, 4.0]))
    assert (onset, peak) == pytest.approx((30.0, 80.0)) and np.isnan(fading)
    assert str(module.Phases(onset, peak, fading)) == "30/80/-"


def test_an_effect_that_is_there_from_the_first_day_starts_then_and_none_has_no_days():
    assert module.phases(DAYS, np.array([4.0, 3.0, 1.0, 0.0, 0.0])) == pytest.approx((0.0, 0.0, 15.0))
    assert np.isnan(module.phases(DAYS, np.zeros(5))).all() and np.isnan(module.phases(DAYS, np.full(5, np.nan))).all()


def test_printed_differences_are_of_changes_from_the_first_day():
    labs = module.printed(module.PRINTED)
    assert labs["albumin"][0] == 0 and labs["meld"].shape == (8,) and np.isnan(labs["meld"][1])
    assert module.phases(module.PRINTED, labs["albumin"]).peak >= 90


def test_what_all_efficacies_move_is_the_efficacies(system):
    moved = module.tried(system, "all efficacies threefold")
    assert moved and all(name.startswith("efficacy") for name in moved)
    assert moved["efficacy_mmp"] == pytest.approx(3 * system.model.parameters["efficacy_mmp"].value)
