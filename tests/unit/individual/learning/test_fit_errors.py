"""Errors learnt from people: a lab that says nothing of the others is left out, one that fits the model keeps."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.individual.learning import fit_errors as module
from hepatica.individual.learning.fit_errors import fit_errors, fit_outcome_errors
from hepatica.individual.learning.matching import Matching
from hepatica.individual.posterior.importance import Kernels
from hepatica.individual.posterior.lab_error import default_errors

N = 110
"""People: of 60, chance decides in one sample of two; of 110, none of four keeps what says nothing."""


@pytest.fixture(scope="module")
def matching(acute, make_cohort):
    people = make_cohort(acute, N, seed=3)
    rng = np.random.default_rng(1)
    people.labs["bilirubin"][:] = np.exp(rng.normal(1.0, 1.5, N))[:, None]  # constant, and nothing to do with the rest
    return Matching({0: acute}, people, (0.0,), (1.0, 3.0))


def test_errors(matching, monkeypatch):
    monkeypatch.setattr(module, "DISCREPANCIES", (0.1, 1.0))
    monkeypatch.setattr(module, "MEMORIES", (30.0,))
    found = fit_errors([matching], np.arange(N))
    assert found["alt"] == default_errors()["alt"]  # nobody has it

    def loss(errors):
        return module._loss([matching], np.arange(N), errors, Kernels())

    usual = {lab: replace(e, memory=30.0) for lab, e in default_errors().items()}
    first = module.learnable([matching])[0]
    tried = [{"discrepancy": 0.1}, {"discrepancy": 1.0}, {"weighs": False}]
    assert loss(found) <= min(loss(usual | {first: replace(usual[first], **change)}) for change in [{}, *tried])
    assert not found["bilirubin"].weighs or found["bilirubin"].discrepancy == 1.0


def test_outcome(matching, acute):
    people = matching.people
    people.event[:] = (acute.died[0, :N, 15] > np.median(acute.died[0, :N, 15])).astype(float)
    errors, kernels = fit_outcome_errors([matching], np.arange(N), 60.0)
    assert not errors["bilirubin"].weighs and errors["inr"].weighs
    people.event[:] = 0.0
    errors, kernels = fit_outcome_errors([matching], np.arange(N), 60.0)
    assert errors["bilirubin"].weighs and kernels.age == 20.0
