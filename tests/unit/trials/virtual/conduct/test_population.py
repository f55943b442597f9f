"""Eligible patients, and who they are in each trial."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.virtual.conduct.population import eligible_patients, sample


def test_conditions_decide_who_is_eligible(make_trial, flat_bank):
    trial = make_trial(eligibility={"include": ["meld >= 20"], "exclude": ["age > 60"]})
    bank = flat_bank(trial, [0.01, 0.01])
    e = eligible_patients(bank, trial)
    keep = (bank.baseline["meld"] >= 20) & ~(bank.baseline["age"] > 60)
    assert e.patients.tolist() == np.flatnonzero(keep).tolist() and e.share == keep.mean()


def test_failed_solves_are_counted_and_left_out(make_trial, flat_bank):
    trial = make_trial()
    bank = flat_bank(trial, [0.01, 0.01])
    bank.outcomes["label_is_cells"].hazards["transplant"][1, 7, -1] = np.nan
    e = eligible_patients(bank, trial)
    assert e.failed == 1 and 7 not in e.patients and len(e.patients) == 39


def test_nobody_eligible_is_one_sentence(make_trial, flat_bank):
    trial = make_trial(eligibility={"include": ["meld >= 99"]})
    with pytest.raises(InputError, match="none of them is eligible"):
        eligible_patients(flat_bank(trial, [0.01, 0.01]), trial)


def test_a_variable_that_the_population_lacks_is_named(make_trial, flat_bank):
    trial = make_trial(eligibility={"include": ["sodium >= 1"]})
    with pytest.raises(InputError, match="sodium"):
        eligible_patients(flat_bank(trial, [0.01, 0.01]), trial)


def test_patients_of_a_trial_carry_one_draw_or_all(make_trial, flat_bank):
    trial = make_trial()
    bank = flat_bank(trial, [0.01, 0.01])
    e = eligible_patients(bank, trial)
    who, row = sample(e, 60, 1, 0, by_draw=True)
    assert (bank.draw[who] == e.draws[row][:, None]).all() and set(row) == set(range(8))
    mixed, none = sample(e, 60, 1, 0, by_draw=False)
    assert (none == -1).all() and set(mixed.ravel()) == set(range(40))
    assert (sample(e, 20, 1, 0, by_draw=True)[0] == who[:, :20]).all()
