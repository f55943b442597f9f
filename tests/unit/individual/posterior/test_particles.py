"""Particles: moves keep the prior, a cohort that can be moved is the cohort, and particles come nearer to the labs."""

from dataclasses import replace

import numpy as np
from scipy.stats import kstest

from hepatica.individual.posterior import particles as module
from hepatica.individual.posterior.importance import Kernels, effective_size, log_likelihood, normalise
from hepatica.individual.posterior.lab_error import LabError, default_errors
from hepatica.individual.posterior.particles import MovableCohort, _power, refine
from hepatica.individual.posterior.posterior import make_posterior
from hepatica.patients import Cohort, identity, load_population
from hepatica.therapy import NO_CELLS, Regimen


def cohorts(system, n, key="aclf_grade_1"):
    who = np.arange(n)
    base = Cohort(system.model, load_population(key), 3, identity(who, 0), who)
    return base, MovableCohort(base.model, base.population, 3, base.patient, base.draw).filled()


def test_it_is_the_cohort_until_it_moves(system):
    base, movable = cohorts(system, 30)
    np.testing.assert_array_equal(movable.parameters(), base.parameters())
    np.testing.assert_array_equal(movable.onset(), base.onset())
    assert all(np.array_equal(v, base.doses("insult")[k]) for k, v in movable.doses("insult").items())
    still = movable.moved(0.0, 1, 1)
    np.testing.assert_allclose(still.parameters(), base.parameters(), rtol=1e-6)
    third = np.arange(30) % 3 == 0
    mixed = movable.where(third, movable.moved(0.9, 1, 1))
    assert np.array_equal(mixed.parameters()[~third], base.parameters()[~third])
    assert not np.array_equal(mixed.parameters()[third], base.parameters()[third])


def test_moves_keep_the_prior(system):
    _, movable = cohorts(system, 800)
    for number in range(4):
        movable = movable.moved(0.6, 7, number)
    normal = next(p for p in movable.memo if p.startswith("between:"))
    uniform = next(p for p in movable.memo if p.startswith("insult:"))
    assert kstest(movable.memo[normal][:, 0], "norm").pvalue > 1e-3
    assert kstest(movable.memo[uniform][:, -1], "uniform").pvalue > 1e-3


def test_the_power_leaves_enough():
    log = -0.5 * np.linspace(-30, 30, 500) ** 2
    power = _power(log, 0.0, 200)
    assert 0 < power < 1 and abs(effective_size(normalise(power * log)) - 200) < 1
    assert _power(log * 1e-6, 0.0, 200) == 1.0


def test_particles_come_nearer(acute, acute_library, observe_candidate, monkeypatch):
    monkeypatch.setattr(module, "MOVES", 1)
    errors = {lab: LabError(e.assay, 0.1) for lab, e in default_errors().items()}
    o = observe_candidate(acute, 5)
    p = make_posterior(acute, o, errors, Kernels())
    told = []
    later = replace(acute_library.design, regimens=(NO_CELLS, Regimen(1e6, start=7.0)), until=28.0)
    found = refine(
        acute_library, p, errors, Kernels(), designs=(later,), particles=24, progress=lambda *row: told.append(row)
    )
    assert found.temperatures[-1] == 1.0 and 0.05 < found.accepted < 0.95 and told[-1] == ("refine", 100, 100)
    before = np.sort(log_likelihood(acute, o, errors, Kernels()))[-24:]
    after = log_likelihood(found.posterior.candidates, o, errors, Kernels())
    assert np.median(after) > np.median(before)
    assert found.posterior.effective > 8 and found.posterior.sample_weight.sum() == 1
    assert len(found.posteriors) == 1 and found.posterior.candidates.regimens[1].start == 7.0
    assert len(found.posterior.candidates.courses) == 3
