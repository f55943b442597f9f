"""Confirmation: leaders again in other patients, and what was decided before stays where it was."""

from dataclasses import replace

import numpy as np

from hepatica.dosing import Form, Utility, confirm, decide
from hepatica.dosing.verdict import Thresholds
from hepatica.patients import Draws
from hepatica.patients.draws import VARIABILITY

CARE_DEATH = 0.006


def trusting(cohort):
    return replace(
        cohort, known=Draws({VARIABILITY: np.zeros(1)}, {"null_effect_probability": {"label_is_cells": 0.0}})
    )


def asked_again(first, courses, better):
    """Datasets of the leaders with what each is worth now."""
    own = np.array([better[x.arm] for x in first.conclusion.leaders])
    return [courses(CARE_DEATH * (1 - own[:, None]))]


def test_fresh_patients_decide_among_the_leaders(cohort, grid, courses):
    """The search ranks arm 5 first; in fresh patients arm 4 is as good with fewer cells, and 5 no better."""
    cohort = trusting(cohort)
    searched = [0.0, 0.1, 0.2, 0.3, 0.59, 0.6, 0.35]
    first = decide([courses(CARE_DEATH * (1 - np.array(searched)[:, None]))], grid, Utility(), cohort)
    assert {x.arm for x in first.conclusion.leaders} >= {0, 4, 5} and not first.is_confirmed
    again = confirm(first, asked_again(first, courses, [0.0, 0.1, 0.2, 0.3, 0.6, 0.5, 0.35]), Utility(), cohort)
    assert again.is_confirmed and again.top == 4 and again.conclusion.form is Form.GIVE
    assert again.by_hypothesis == first.by_hypothesis and again.credible_set == first.credible_set
    gone = confirm(first, asked_again(first, courses, [0.0] * 7), Utility(), cohort)
    assert gone.recommended == 0 and gone.conclusion.form is not Form.GIVE


def test_the_conclusion_is_that_of_a_decision_on_the_same_patients(cohort, grid, courses):
    """Second way: a grid of the leaders alone, decided anew."""
    cohort, t = trusting(cohort), Thresholds(matters=30.0)
    better = np.array([0.0, 0.1, 0.2, 0.3, 0.25, 0.6, 0.35])
    ds = courses(CARE_DEATH * (1 - better[:, None] * (1 + 0.1 * np.sin(cohort.draw))))
    first = decide([ds], grid, Utility(), cohort, t)
    own = [x.arm for x in first.conclusion.leaders]
    again = confirm(first, [ds.isel(arm=own)], Utility(), cohort, t)
    alone = decide([ds.isel(arm=own)], [grid[a] for a in own], Utility(), cohort, t)
    assert again.conclusion.dose == own[alone.conclusion.dose]
    assert again.conclusion.judgements[0].gain == alone.conclusion.judgements[0].gain
