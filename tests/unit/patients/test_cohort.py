"""Cohorts: ignorance is shared by a draw, patients differ within it, hypotheses change what they name."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import rankdata

from hepatica.patients import Cohort, identity
from hepatica.patients import cohort as module


@pytest.fixture(scope="module")
def cohort(model, population):
    """Four draws of sixty patients."""
    return Cohort(model, population, 3, np.arange(240), np.arange(240) % 4)


def column(cohort, name, hypothesis=""):
    return cohort.parameters(hypothesis)[:, list(cohort.model.parameters).index(name)]


def kinds(cohort):
    for name, parameter in cohort.model.parameters.items():
        if name in cohort.population.covariate:
            continue
        fitted = cohort.population.fitted.get(name)
        between = parameter.entry.between if fitted is None or fitted.between is None else fitted.between
        yield name, parameter.entry.prior.varies, between.varies


def test_each_parameter_varies_as_its_row_says(cohort):
    p = cohort.parameters()
    assert p.shape == (240, len(cohort.model.parameters)) and np.isfinite(p).all()
    by_draw = [p[cohort.draw == d] for d in range(4)]
    for name, prior, between in kinds(cohort):
        k = list(cohort.model.parameters).index(name)
        within = max(np.ptp(x[:, k]) for x in by_draw)
        assert (within > 0) == between or (p[:, k] == 0).all(), name
        medians = {float(np.median(x[:, k])) for x in by_draw}
        if not prior and not between:
            fitted = cohort.population.fitted.get(name)
            assert medians == {cohort.model.parameters[name].value if fitted is None else fitted.value}, name
        if prior and not between:
            assert len(medians) == 4 or 0.0 in medians, name


def test_spread_between_patients_has_its_size(model, population):
    wide = Cohort(model, population, 5, np.arange(4000), np.zeros(4000, int))
    x = column(wide, "metabolic_load")
    assert x.std() / x.mean() == pytest.approx(model.parameters["metabolic_load"].entry.between.cv, rel=0.05)


def test_ignorance_has_its_size(model, population):
    draws = Cohort(model, population, 5, np.zeros(4000, int), np.arange(4000))
    prior = model.parameters["efficacy_repair"].entry.prior
    x = column(draws, "efficacy_repair")
    assert (x == 0).mean() == pytest.approx(prior.weight, abs=0.025)
    assert np.median(x[x > 0]) == pytest.approx(model.parameters["efficacy_repair"].value, rel=0.05)


def test_covariates_replace_the_table(cohort, population):
    np.testing.assert_allclose(
        column(cohort, "age"), 365.25 * cohort.covariate("age"), rtol=1e-12
    )  # days inside, years in the file
    assert (column(cohort, "body_weight") == cohort.covariate("body_weight")).all()
    low, high = (getattr(population.covariate["age"].parts[0], e) for e in ("low", "high"))
    assert ((cohort.covariate("age") >= low) & (cohort.covariate("age") <= high)).all()


def test_a_hypothesis_changes_only_what_it_names(cohort, model):
    default, other = cohort.parameters(), cohort.parameters("lung_only")
    changed = {n for n, k in zip(model.parameters, (default != other).any(axis=0), strict=True) if k}
    assert changed == {n for n, p in model.parameters.items() if "lung_only" in p.entry.under}
    assert (cohort.parameters("label_is_cells") == default).all()
    assert np.median(column(cohort, "arrest_lung", "lung_only")) > 0.999


def test_taking_some_is_being_them(cohort):
    some = np.array([200, 3, 77])
    assert (cohort.take(some).parameters() == cohort.parameters()[some]).all()
    assert (cohort.take(some).thresholds() == cohort.thresholds()[some]).all()


def test_prior_values_are_those_in_the_parameters(cohort, model):
    values, p = cohort.prior_values(), cohort.parameters()
    for name, prior, between in kinds(cohort):
        assert (name in values) == prior, name
        if prior and not between and name not in cohort.population.fitted:
            np.testing.assert_array_equal(values[name], p[:, list(model.parameters).index(name)], err_msg=name)


def test_thresholds_are_exponential(model, population):
    many = Cohort(model, population, 6, np.arange(3000), np.zeros(3000, int)).thresholds()
    assert many.shape == (3000, len(model.thresholds), 8) and (many > 0).all()
    assert many.mean() == pytest.approx(1.0, abs=0.03) and many.std() == pytest.approx(1.0, abs=0.04)
    assert abs(np.corrcoef(many[:, 0, 0], many[:, 0, 1])[0, 1]) < 0.06


def test_draws_do_not_depend_on_who_carries_them(model, population):
    one = Cohort(model, population, 3, np.array([9, 9]), np.array([7, 2])).prior_values()
    other = Cohort(model, population, 3, np.array([1]), np.array([2])).prior_values()
    assert all(v[1] == other[n][0] for n, v in one.items())


def test_parameters_vary_independently(model, population):
    """Each has a stream of its own, for ignorance as for the spread between patients."""
    n = 2000
    for ids, draws, which in ((np.arange(n), np.zeros(n, int), 2), (np.zeros(n, int), np.arange(n), 1)):
        many = Cohort(model, population, 8, ids, draws)
        moving = [row[0] for row in kinds(many) if row[which]]
        p = many.parameters()[:, [list(model.parameters).index(name) for name in moving]]
        correlation = np.corrcoef(rankdata(p, axis=0), rowvar=False)  # ties of spikes share a rank
        np.fill_diagonal(correlation, 0.0)
        assert np.abs(correlation).max() < 5.5 / np.sqrt(n), moving


def test_a_copy_with_other_patients_draws_or_seed_has_its_own_numbers(cohort, model, population):
    cohort.parameters()  # fills the memo, which a copy would share
    for change in ({"seed": 4}, {"patient": cohort.patient + 1}, {"draw": (cohort.draw + 1) % 4}):
        fresh = Cohort(model, population, **({"seed": 3, "patient": cohort.patient, "draw": cohort.draw} | change))
        assert (replace(cohort, **change).parameters() == fresh.parameters()).all()
    assert (replace(cohort, spread=0.0).parameters() != cohort.parameters()).any()


def test_some_patients_are_the_same_patients(cohort, model, population):
    some = np.array([3, 17, 101])
    before = Cohort(model, population, 3, cohort.patient[some], cohort.draw[some]).parameters("lung_only")
    assert (cohort.take(some).parameters("lung_only") == before).all()
    cohort.parameters("lung_only")
    assert (cohort.take(some).parameters("lung_only") == before).all()  # cut from what was made


def test_values_given_out_may_be_written_over(cohort):
    first = cohort.parameters()
    first[:] = 0.0
    assert (cohort.parameters() != 0.0).any()


def test_numbers_of_parameters_are_drawn_ahead_in_one_call(model, population, monkeypatch):
    """None is left to a call for each parameter, which would take longer than the numbers themselves."""
    purposes = []

    def noted(make):
        return lambda seed, subjects, purpose, width=1: purposes.append(purpose) or make(seed, subjects, purpose, width)

    for name in ("normals", "uniforms"):
        monkeypatch.setattr(module, name, noted(getattr(module, name)))
    for ask in (Cohort.parameters, Cohort.prior_values):
        ask(Cohort(model, population, 3, np.arange(8), np.arange(8) % 4))
    assert purposes and all(p.startswith("covariate:") for p in purposes)


def test_a_model_without_thresholds_draws_none(population):
    empty = Cohort(SimpleNamespace(thresholds=()), population, 3, np.arange(5), np.arange(5))
    assert empty.thresholds().shape == (5, 0, 8)


def test_each_candidate_of_each_draw_has_an_identity_of_its_own():
    draw, k = (a.ravel() for a in np.meshgrid(np.arange(50), np.arange(40)))
    found = identity(draw, k)
    assert len(np.unique(found)) == found.size and found.min() > 0
    assert identity(np.array([0, 2]), np.array([0, 7])).tolist() == [1_000_000, 3_000_007]


def test_the_text_of_a_cohort_leaves_out_what_was_drawn(model, population):
    few = Cohort(model, population, 3, np.arange(3), np.arange(3))
    before = repr(few)
    few.parameters()
    assert repr(few) == before
