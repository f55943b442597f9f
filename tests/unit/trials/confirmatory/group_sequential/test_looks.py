import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.looks import fractions_at, times_of
from hepatica.trials.confirmatory.sample_size.accrual import Accrual, Hazard, Population, expected_events

ARMS = Population(Hazard.from_median(6), Hazard.from_median(9), Accrual(20.0))


def events(month):
    return expected_events(ARMS, month).total


def test_dates_and_fractions_are_inverse():
    times = times_of([0.3, 0.7, 1.0], events, 36.0)
    np.testing.assert_allclose(fractions_at(times, events), [0.3, 0.7, 1.0], atol=1e-8)


def test_looks_that_bring_nothing_are_refused():
    with pytest.raises(InputError, match="bring information"):
        fractions_at([1, 2], lambda t: 5.0)
    with pytest.raises(InputError, match="increase"):
        fractions_at([2, 1], events)
    with pytest.raises(InputError, match="above 1"):
        times_of([0.5, 1.2], events, 36.0)
    with pytest.raises(InputError, match="no information"):
        times_of([0.5, 1.0], lambda t: 0.0, 36.0)
