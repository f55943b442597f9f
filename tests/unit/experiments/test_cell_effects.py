"""Shares, errors and cases of the page of what cells do, on numbers worked out by hand."""

import numpy as np
import pytest
from cell_effects import share
from cell_effects_cases import HARMS, MECHANISMS
from cell_effects_hgf import ASSAY_SD, PRINTED_SD, assay_factors
from cell_effects_infection import lin, published_ratio, relative_risk
from cell_effects_run import TIMES, Result, error
from cell_effects_tables import number, table, with_error

from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES


def test_every_mechanism_is_switched_off_by_parameters_of_the_model():
    names = set(assemble(MODULES).parameters)
    for name, parameters in MECHANISMS.items():
        assert parameters and set(parameters) <= names, name
    assert len(HARMS) == 6


def test_hazards_add_deaths_by_thrombosis():
    flat = np.full((1, 1, len(TIMES)), 0.01)
    clots = np.full((1, 1, len(TIMES)), np.log(2.0))
    found = Result({"death_intensity": flat, "thrombosis_hazard": clots}, np.zeros(1, int), np.ones(1))
    expected = 0.01 * TIMES - np.log(1 - 0.05 * 0.5)
    np.testing.assert_allclose(found.hazard()[0, 0], expected)
    within = TIMES <= 180
    np.testing.assert_allclose(found.days()[0, 0], np.trapezoid(np.exp(-expected[within]), TIMES[within]))


def test_share_and_its_error_are_those_of_a_ratio_of_means():
    rng = np.random.default_rng(1)
    whole = rng.normal(4.0, 1.0, 400)
    part = 0.25 * whole + rng.normal(0.0, 0.1, 400)
    value, spread = share(part, whole)
    draws = [rng.integers(0, 400, 400) for _ in range(400)]
    boot = [100 * part[k].mean() / whole[k].mean() for k in draws]
    assert value == pytest.approx(100 * part.mean() / whole.mean())
    assert spread == pytest.approx(np.std(boot), rel=0.2)
    assert error(np.array([1.0, 3.0, np.nan])) == pytest.approx(np.sqrt(2) / np.sqrt(2))


def test_relative_risk_and_its_error_are_those_of_the_bootstrap():
    rng = np.random.default_rng(2)
    control = rng.beta(2.0, 6.0, 500)
    treated = np.clip(0.7 * control + rng.normal(0.0, 0.05, 500), 0.0, 1.0)
    value, spread = relative_risk(treated, control)
    rows = rng.integers(0, 500, (2000, 500))
    boot = treated[rows].mean(1) / control[rows].mean(1)
    assert value == pytest.approx(treated.mean() / control.mean()) and spread == pytest.approx(boot.std(), rel=0.1)


def test_published_relative_risk_is_that_of_resampled_people():
    rng = np.random.default_rng(3)
    middle, low, high = published_ratio((90, 560), (180, 540))
    boot = (rng.binomial(560, 90 / 560, 40_000) / 560) / (rng.binomial(540, 180 / 540, 40_000) / 540)
    assert middle == pytest.approx(0.482, abs=0.001)
    assert (low, high) == pytest.approx(tuple(np.quantile(boot, (0.025, 0.975))), rel=0.02)
    arm, ratio = lin()
    assert arm.regimen.infusions == 4 and ratio == published_ratio((9, 56), (18, 54))


def test_numbers_and_tables_of_the_page():
    assert (
        number(None) == "" and number(float("nan")) == "" and number(0.12345) == "0.123" and number(3.6e8) == "3.6e+08"
    )
    assert with_error(1.0, 0.25) == "+1.00 ± 0.25"
    assert table(("a", "b"), [(1.0, "x")]).splitlines() == ["| a | b |", "|---|---|", "| 1 | x |"]


def test_assay_factors_are_the_posterior_means_on_a_grid():
    study, ratio = np.array(["a", "b", "a", "a"]), np.array([1.6, 0.5, 1.2, 2.0])
    grid = np.linspace(-2, 2, 4001)
    for name, factor in assay_factors(study, ratio).items():
        log = -0.5 * (grid / ASSAY_SD) ** 2
        for x in np.log(ratio[study == name]):
            log = log - 0.5 * ((x - grid) / PRINTED_SD) ** 2
        p = np.exp(log - log.max())
        assert np.log(factor) == pytest.approx((p * grid).sum() / p.sum(), abs=1e-3)
