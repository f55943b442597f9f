"""Transplants avoided and lost, against a count over a population of two kinds of patients."""

import numpy as np
import pytest

from hepatica.dosing.transplants import transplant_balance


@pytest.mark.parametrize(
    "transplanted, alive, avoided, lost",
    [(0.1, 0.8, 0.2, 0.0), (0.1, 0.55, 0.15, 0.05), (0.4, 0.6, 0.0, 0.0), (0.3, 0.2, 0.0, 0.0), (0.1, 0.1, 0.0, 0.2)],
)
def test_by_hand(transplanted, alive, avoided, lost):
    """Of standard care 30 % are transplanted and 60 % live."""
    t = transplant_balance(np.array([[0.3], [transplanted]]), np.array([[0.6], [alive]]))
    assert t.avoided[:, 0].tolist() == pytest.approx([0.0, avoided]) and t.lost[:, 0].tolist() == pytest.approx(
        [0, lost]
    )


def test_who_is_saved_does_not_hide_who_dies_before_an_organ_comes():
    """One patient lives without, another dies first: one transplant is avoided and one lost, not none and none."""
    transplanted, alive = np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([[1.0, 1.0], [1.0, 0.0]])
    t = transplant_balance(transplanted, alive)
    assert t.avoided[1].tolist() == [1.0, 0.0] and t.lost[1].tolist() == [0.0, 1.0]


def test_a_failed_patient_stays_missing():
    t = transplant_balance(np.array([[0.3, 0.3], [np.nan, 0.2]]), np.full((2, 2), 0.5))
    assert np.isnan(t.avoided[1, 0]) and t.avoided[1, 1] == pytest.approx(0.1)
