import numpy as np
import pytest

from hepatica.trials import randomisation as rd
from hepatica.trials.allocation_balance import measure_balance


def test_minimisation_balances_margins_better_than_chance():
    factors = np.random.default_rng(1).integers(0, 3, (600, 2))
    found = {
        name: measure_balance(rd.randomise(s, factors, 8), factors)
        for name, s in (("chance", rd.CompleteRandomisation()), ("minimised", rd.Minimisation()))
    }
    assert found["minimised"].margins.max() < found["chance"].margins.max() and found["minimised"].margins.max() <= 3
    assert found["minimised"].predictability > found["chance"].predictability


def test_balance_of_a_known_allocation():
    found = measure_balance([0, 1, 0, 1], np.array([[0], [0], [1], [1]]))
    assert found.overall == 0 and found.margins.tolist() == [0.0]
    assert found.predictability == pytest.approx((0.5 + 1 + 0.5 + 1) / 4)
    assert measure_balance([0, 0, 1], np.zeros((3, 1), int), (2, 1)).overall == pytest.approx(0)
