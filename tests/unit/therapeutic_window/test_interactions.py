"""Interactions of cells with established treatments, in worlds whose truth is known and in a small study."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from hepatica import check_study
from hepatica.therapeutic_window.contrasts import Difference
from hepatica.therapeutic_window.interactions import (
    FACTORIAL,
    Additivity,
    Factorial,
    compute_interactions,
    contrast,
    odds_interaction,
)
from hepatica.therapeutic_window.sampling import Sampler
from hepatica.therapeutic_window.settings import base_regimen
from hepatica.therapeutic_window.variations import base_variation

DRAW = np.repeat(np.arange(60), 2)


def world(synergy, seed=1):
    """Days of a treatment, of cells and of both, which differ between draws and between patients."""
    rng = np.random.Generator(np.random.Philox(seed))
    own = rng.normal(100.0, 20.0, 120)
    treatment, cells = 5.0 + rng.normal(size=60)[DRAW], 3.0 + rng.normal(size=60)[DRAW]
    beyond = synergy + rng.normal(size=120)
    return Factorial(own, own + treatment, own + cells, own + treatment + cells + beyond)


def test_an_interaction_is_the_mean_of_each_patients_own_and_its_error_that_of_the_draws():
    f = world(4.0)
    d = contrast(f, DRAW, FACTORIAL, seed=1)
    each = f.both - f.treatment - f.cells + f.neither
    by_draw = each.reshape(60, 2).mean(axis=1)
    assert d.mean == pytest.approx(each.mean()) and d.error == pytest.approx(by_draw.std(ddof=1) / 60**0.5, rel=0.2)
    assert abs(d.mean - 4.0) < 4 * d.error and d.parameter_low <= d.mean <= d.parameter_high


def test_log_odds_are_additive_where_odds_multiply_though_the_days_are_less_than_additive():
    care = np.linspace(0.3, 0.5, 60)[DRAW]
    f = Factorial(*(expit(logit(care) + x) for x in (0.0, 1.5, 1.5, 3.0)))
    assert contrast(f, DRAW, FACTORIAL, seed=1).mean < -0.05
    d = odds_interaction(f, DRAW, seed=1)
    naive = [logit(x.mean()) for x in f]
    assert d.mean == pytest.approx(naive[3] - naive[1] - naive[2] + naive[0]) and abs(d.mean) < 0.05
    certain = Factorial(*(np.full(120, x) for x in (0.0, 0.0, 0.0, 1.0)))
    assert np.isfinite(odds_interaction(certain, DRAW, seed=1).mean)


def test_a_failed_solve_costs_one_patient_not_the_answer():
    f = world(4.0)
    f.both[3] = np.nan
    assert contrast(f, DRAW, FACTORIAL, seed=1).mean == pytest.approx(4.0, abs=1.0)
    share = Factorial(*(np.where(np.arange(120) == 3, np.nan, 0.5) for _ in range(4)))
    assert odds_interaction(share, DRAW, seed=1).mean == pytest.approx(0.0)


@pytest.fixture(scope="module")
def sampler(system):
    few = {"title": "t", "patients": 12, "draws": 12, "horizon": "6 d", "hypotheses": ["lung_only"]}
    background = {"posterior": "prior", "together_with": ["albumin"]}
    grid = {"dose": ["1e6 cells/kg"], "infusions": [1]}
    return Sampler(check_study(few | background | {"grid": grid}), system, workers=1)


@pytest.fixture(scope="module")
def interactions(sampler):
    study = sampler.study
    base = base_variation(base_regimen(study), study.product.product(), study.together_with)
    patients = sampler.admit(sampler.known(study.seed), 6, 2)
    return compute_interactions(sampler, base, 7.0, patients)


def test_delays_end_where_the_horizon_does_and_the_background_is_no_treatment_of_its_own(interactions):
    assert {i.delay for i in interactions} == {0.0, 3.0}
    treatments = {i.treatment for i in interactions}
    asked = {"plasma_exchange", "antiviral", "corticosteroid", "gcsf", "antibiotic_prophylaxis"}
    assert "albumin" not in treatments and asked <= treatments
    assert len(interactions) == 2 * len(treatments)


def test_what_both_do_is_the_sum_and_the_interaction(interactions):
    for i in interactions:
        for e, both in i.both.items():
            parts = i.treatment_alone[e].mean + i.cells_alone[e].mean + i.interaction[e].mean
            assert both.mean == pytest.approx(parts, abs=1e-9)
        first = next(x for x in interactions if x.treatment == i.treatment and x.delay == 0)
        assert i.delayed.mean == pytest.approx(i.both["net_gain"].mean - first.both["net_gain"].mean, abs=1e-9)
        gap = i.interaction["net_gain"].mean - first.interaction["net_gain"].mean
        assert i.timing.mean == pytest.approx(gap, abs=1e-9)


def test_a_treatment_that_does_nothing_is_additive_and_an_anticoagulant_takes_from_the_clots_of_cells(interactions):
    by = {i.treatment: i for i in interactions if i.delay == 0}
    assert by["abstinence"].additivity is Additivity.ADDITIVE
    clot = by["anticoagulation"].interaction["thrombosis"]
    assert by["anticoagulation"].cells_alone["thrombosis"].mean > 0 and clot.mean < 0


@pytest.mark.parametrize(
    ("mean", "error", "kind"),
    [
        (1.0, 0.4, Additivity.MORE),
        (-1.0, 0.4, Additivity.LESS),
        (-1.0, 0.6, Additivity.UNSURE),
        (0.04, 0.01, Additivity.ADDITIVE),
        (0.09, 0.03, Additivity.UNSURE),
    ],
)
def test_a_word_needs_two_errors_and_a_size(interactions, mean, error, kind):
    d = Difference(mean, error, mean, mean)
    assert replace(interactions[0], interaction={"net_gain": d}).additivity is kind
