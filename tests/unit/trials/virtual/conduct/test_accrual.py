"""Accrual: a Poisson process whose intensity steps up as centres open."""

import numpy as np
import pytest

from hepatica.trials.definition.design_tables import Centre
from hepatica.trials.virtual.conduct.accrual import arrivals

CENTRES = [Centre(name="a", per_month=30.4375), Centre(name="b", per_month=3 * 30.4375, start="10 d")]


def test_intensity_steps_up_when_a_centre_opens():
    day, centre = arrivals(CENTRES, 60, seed=1, block=0)
    early = (day < 10).sum(axis=1)
    assert early.mean() == pytest.approx(10, abs=4 * np.sqrt(10 / 250))
    assert early.var() == pytest.approx(10, rel=0.35)
    later = ((day >= 10) & (day < 18)).sum(axis=1)
    assert later.mean() == pytest.approx(32, abs=4 * np.sqrt(32 / 250))
    assert (centre[day < 10] == 0).all() and centre[(day > 10) & (day < 18)].mean() == pytest.approx(0.75, abs=0.03)


def test_nobody_comes_before_the_first_centre_opens():
    day, _ = arrivals([Centre(name="a", per_month=9, start="30 d")], 5, seed=1, block=0)
    assert day.min() > 30 and (np.diff(day, axis=1) > 0).all()
