"""The update of intensities by deaths of groups: against brute force, and with deaths that other values made."""

from types import SimpleNamespace

import numpy as np
import pytest

from hepatica.calibrate.blocks import Execution
from hepatica.calibrate.natural_history import learn as module
from hepatica.calibrate.natural_history.groups import Proportion
from hepatica.calibrate.natural_history.learn import from_evidence, learn_deaths, transport, update
from hepatica.model.spread import Spread
from hepatica.patients import DrawKey, posterior

SLOPES = {"new": np.array([0.2, 0.1]), "old": np.array([-0.1, 0.3])}


def straight():
    """Two parameters with normal priors, and a course whose deaths are straight in them."""
    parameters = [
        SimpleNamespace(name=n, value=0.0, entry=SimpleNamespace(prior=Spread(kind="normal", sd=1.0))) for n in "ab"
    ]

    def outcomes(values):
        x = np.stack([values["a"], values["b"]], axis=1)
        each = {k: 0.5 + x @ slope for k, slope in SLOPES.items()}
        return SimpleNamespace(each=lambda v, day: each.get(v, np.ones(len(x))))

    return parameters, {"p": SimpleNamespace(draws=np.arange(2000), outcomes=outcomes)}


def proportion(variable, published, error):
    return Proportion(f"x {variable}", variable, 90.0, published, error, {"p": 1.0})


@pytest.fixture(scope="module")
def brute():
    """Update of 2000 draws, and the moments of the same two densities over a fine grid of shifts."""
    rng = np.random.default_rng(1)
    parameters, courses = straight()
    z = rng.standard_normal((2000, 2)) + np.array([0.4, -0.2])
    learnt = update(courses, parameters, z, [proportion("new", 0.75, 0.05)], [proportion("old", 0.1, 0.1)])
    grid = np.linspace(-4, 4, 401)
    d = np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1)
    new, old = learnt.deaths["error"]  # with the Monte-Carlo error
    before = (d**2).sum(-1) + (d @ SLOPES["old"] / old) ** 2
    after = before + ((0.75 - 0.5 - z.mean(0) @ SLOPES["new"] - d @ SLOPES["new"]) / new) ** 2
    moments = []
    for cost in (before, after):
        weight = np.exp(-0.5 * (cost - cost.min())).ravel()
        mean = np.average(d.reshape(-1, 2), axis=0, weights=weight)
        moments.append((mean, np.cov(d.reshape(-1, 2).T, aweights=weight)))
    return learnt, z, moments


def test_the_shift_is_the_mean_over_a_grid(brute):
    learnt, _, (_, (mean, _)) = brute
    np.testing.assert_allclose(learnt.shift, mean, atol=2e-3)
    row = learnt.deaths.iloc[0]
    assert abs(row["after"] - 0.75) < abs(row["before"] - 0.75)


def test_the_contraction_takes_one_covariance_into_the_other(brute):
    learnt, _, ((_, wide), (_, narrow)) = brute
    np.testing.assert_allclose(learnt.contraction @ wide @ learnt.contraction.T, narrow, atol=2e-3)
    np.testing.assert_allclose(learnt.contraction, learnt.contraction.T, atol=1e-12)


def test_what_is_held_moves_less_than_it_would(brute):
    """Its published value pulls nowhere: only a move of what is simulated costs."""
    learnt, z, _ = brute
    parameters, courses = straight()
    alone = update(courses, parameters, z, [proportion("new", 0.75, 0.05)])
    held = learnt.deaths.set_index("source").loc["x old"]
    freely = (alone.shift @ SLOPES["old"], learnt.shift @ SLOPES["old"])
    assert abs(freely[1]) < abs(freely[0]) and held["after"] == pytest.approx(held["before"] + freely[1], abs=1e-3)
    other = update(courses, parameters, z, [proportion("new", 0.75, 0.05)], [proportion("old", 0.9, 0.1)])
    np.testing.assert_allclose(other.shift, learnt.shift, atol=1e-12)


def test_transport_is_the_identity_where_nothing_was_learnt():
    precision = np.array([[2.0, 0.5], [0.5, 1.0]])
    np.testing.assert_allclose(transport(precision, precision), np.eye(2), atol=1e-12)


def test_deaths_made_by_other_intensities_are_met(system, courses):
    """Deaths of two populations under another rate of liver deaths and of the brain, learnt from wide priors."""
    names = ("liver_rate", "brain_rate", "death_mass")
    parameters = [system.model.parameters[n] for n in names]
    truth = {n: np.full(8, 2.0 * system.model.parameters[n].value) for n in names[:2]}
    rows = []
    for key, course in courses.items():
        made = course.outcomes(truth)
        for day in (14.0, 28.0, 90.0):
            share = np.nanmean(made.each("transplant_free_survival", day))
            rows.append(Proportion(f"{key} x", "transplant_free_survival", day, float(share), 0.002, {key: 1.0}))
    learnt = update(courses, parameters, np.zeros((1, 3)), rows, width=10.0)
    np.testing.assert_allclose(learnt.deaths["after"], learnt.deaths["published"], atol=0.01)
    assert np.abs(learnt.deaths["before"] - learnt.deaths["published"]).max() > 0.02


def test_all_other_columns_stay_and_work_is_taken_up_again(system, tmp_path, monkeypatch):
    draws = posterior().take(np.arange(6))
    row = Proportion("zipprich2012 compensated", "death", 365.0, 0.2, 0.03, {"compensated_cirrhosis": 1.0})
    reports = []
    run = Execution(tmp_path, 1, lambda *report: reports.append(report))
    learnt = learn_deaths(system, draws, [row], [], run, seed=3)
    moved = learnt.apply(draws)
    keys = {DrawKey.coordinate(n) for n in learnt.names}
    assert list(moved.columns) == list(draws.columns) and reports == [("deaths", 1, 1)]
    assert all((moved.columns[k] is v) == (k not in keys) for k, v in draws.columns.items())
    again = learn_deaths(system, draws, [row], [], Execution(tmp_path, 2), seed=3)
    assert again.record() == learnt.record() and learnt.deaths["after"][0] > learnt.deaths["before"][0]


def test_evidence_without_such_deaths_moves_nothing(system, tmp_path):
    assert from_evidence(system, posterior(), ["lin2017"], None, (), Execution(tmp_path), seed=1) is None


def test_an_arm_in_the_likelihood_is_not_learnt_again(system, monkeypatch, tmp_path):
    """A cohort that begins to print how many people it had enters the likelihood, and leaves the groups."""
    taken = []
    monkeypatch.setattr(module, "learn_deaths", lambda s, d, new, held, e, *, seed: taken.extend(new))
    monkeypatch.setattr(module, "held_deaths", lambda *_: [])
    term = SimpleNamespace(publication="zipprich2012", arm="compensated")
    from_evidence(system, posterior(), ["zipprich2012"], None, [term], Execution(tmp_path), seed=1)
    assert {r.source for r in taken} == {"zipprich2012 decompensated"}
