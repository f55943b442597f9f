"""Evaluation of candidates in a study's patients."""

import numpy as np
import pytest

from hepatica import admit, check_study, load_population
from hepatica.regimen_search import RegimenEvaluation, regimens_of

STUDY = check_study(
    {
        "title": "t",
        "patients": 8,
        "draws": 8,
        "horizon": "10 d",
        "posterior": "prior",
        "grid": {"dose": ["1e6 cells/kg"], "infusions": [1], "route": ["peripheral_vein", "hepatic_artery"]},
    }
)


@pytest.fixture(scope="module")
def evaluation(system):
    patients = admit(system, load_population("hbv_aclf"), 6, seed=1, draws=8, known=None)
    return RegimenEvaluation(STUDY, system, patients, regimens_of(STUDY), 1)


def test_memory_is_bounded_without_a_change_of_numbers(evaluation, monkeypatch):
    points = evaluation.regimens.space().sample(1, 0, 3)
    whole = evaluation(points, 0, 4)
    assert whole.gain.shape == (2, 3, 4) and whole.excess.shape == (len(evaluation.harms), 2, 3, 4)
    monkeypatch.setattr("hepatica.regimen_search.evaluation.COURSES_AT_ONCE", 4)
    assert all(np.array_equal(a, b) for a, b in zip(whole, evaluation(points, 0, 4), strict=True))
    some = evaluation(points[1:2], 2, 4)
    assert np.array_equal(some.gain, whole.gain[:, 1:2, 2:])


def test_subgroups_are_thirds_by_meld(evaluation):
    group, meld = evaluation.group(0, 6), evaluation.patients.labs["meld"]
    assert np.bincount(group, minlength=3).tolist() == [2, 2, 2]
    assert meld[group == 0].max() <= meld[group == 2].min()
    assert np.array_equal(evaluation.group(2, 5), group[2:5])


def test_every_harm_is_followed_whether_it_has_a_limit_or_not(evaluation):
    assert [h.name for h in evaluation.harms] == [h.name for h in STUDY.utility.utility().harms]
