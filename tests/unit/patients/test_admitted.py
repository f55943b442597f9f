"""Patients as they arrive: some of them are the same patients, with what was tried and rejected."""

import numpy as np

from hepatica.patients.admitted import FAILED, Rejection, Side


def test_some_of_the_patients_are_the_same(admitted):
    which = np.array([7, 2])
    few = admitted.take(which)
    np.testing.assert_array_equal(few.initial, admitted.initial[which])
    np.testing.assert_array_equal(few.cohort.patient, admitted.cohort.patient[which])
    assert {k: v.tolist() for k, v in few.labs.items()} == {k: v[which].tolist() for k, v in admitted.labs.items()}
    assert (few.tried, few.rejected, few.dropped_draws) == (admitted.tried, admitted.rejected, admitted.dropped_draws)


def test_reasons_are_keys(admitted):
    assert Rejection(Side.BELOW, "inr", 1.5) == Rejection(Side.BELOW, "inr", 1.5) != Rejection(Side.ABOVE, "inr", 1.5)
    assert FAILED.side is Side.FAILED and all(isinstance(why, Rejection) for why in admitted.rejected)
    assert {why.variable for why in admitted.rejected} <= {"", *admitted.cohort.population.inclusion}
