"""Burden: by hand for routes, prices and weights."""

import numpy as np
import pytest

from hepatica.dosing.burden import Burden, hospital_days
from hepatica.simulation import Arm
from hepatica.therapy import ROUTES, Regimen

ARMS = [
    Arm("standard care"),
    Arm("vein", Regimen(1e6, infusions=4)),
    Arm("artery", Regimen(5e7, per_kg=False, infusions=2, route="hepatic_artery")),
]


def test_infusions_and_hospital_days_by_hand():
    taken = Burden(infusion=0.1, hospital_day=0.2).of(ARMS, np.zeros((3, 2)))
    assert taken[:, 0].tolist() == pytest.approx([0.0, 4 * (0.1 + 0.25 * 0.2), 2 * (0.1 + 1.5 * 0.2)])


def test_cells_cost_by_each_patients_weight_and_transplants_by_their_probability():
    own = Burden(infusion=0.0, hospital_day=0.0, cells=0.05, transplant=30.0)
    grafted = np.array([[0.1, 0.2], [0.0, 0.2], [0.1, 0.1]])
    taken = own.of(ARMS, grafted, np.array([50.0, 100.0]))
    assert taken[0].tolist() == pytest.approx([3.0, 6.0])
    assert taken[1].tolist() == pytest.approx([0.05 * 2.0, 0.05 * 4.0 + 6.0])
    assert taken[2].tolist() == pytest.approx([0.05 + 3.0, 0.05 + 3.0])


def test_a_puncture_takes_longer_than_a_cannula():
    days = {route: hospital_days(route) for route in ROUTES}
    assert min(days.values()) > 0 and days["peripheral_vein"] < days["hepatic_artery"]
