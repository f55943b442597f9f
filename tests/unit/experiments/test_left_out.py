"""Left-out predictions: their distributions are those that a publication of the error model would draw from."""

from types import SimpleNamespace

import numpy as np
import pytest
from left_out import COMPONENTS, Scored, difference, mean_of, row_weights, scored, shares_of, table

from hepatica.calibrate.contrast_likelihood import RESIDUAL_SHARE, Contrast
from hepatica.calibrate.error_model.bias import BiasPrior
from hepatica.calibrate.likelihood import Scale
from hepatica.patients.draws import between_study_sd
from hepatica.validation.scores import Predictive

RNG = np.random.default_rng(3)


def test_a_mean_is_as_wide_as_drawing_from_its_parts():
    term = SimpleNamespace(error=0.3, between=2.0)
    simulated, common, own = RNG.normal(1.0, 0.5, 4000), np.full(4000, 0.2), np.full(4000, 0.1)
    found = mean_of(term, simulated, 0.04, common, own)
    naive = simulated + 2.0 * (0.2 * RNG.standard_normal(4000) + 0.1 * RNG.standard_normal(4000))
    naive += 0.2 * RNG.standard_normal(4000) + 0.3 * RNG.standard_normal(4000)
    assert found.quantiles() == pytest.approx(np.quantile(naive, (0.05, 0.25, 0.5, 0.75, 0.95)), abs=0.07)


def test_shares_of_visits_are_cumulative_and_drawn_as_counts():
    term = SimpleNamespace(value=(10.0, 5.0, 25.0))
    odds = np.tile([-1.0, -0.4], (3000, 1))
    rows = list(shares_of(term, odds, np.full(3000, 0.5), RNG.standard_normal(3000)))
    assert [(k, seen) for k, seen, _ in rows] == [(0, 25.0), (1, 37.5)]
    p = 1 / (1 + np.exp(0.4 - 0.5 * RNG.standard_normal(3000)))
    naive = 100 * RNG.binomial(40, p) / 40
    assert rows[1][2].people == 40
    assert rows[1][2].quantiles() == pytest.approx(np.quantile(naive, (0.05, 0.25, 0.5, 0.75, 0.95)), abs=2.6)


def test_a_difference_holds_bias_trial_and_sampling_but_noise_once():
    c = Contrast("p", "a", "b", "survival", "survival day 90", (0, 1), Scale.SHARE, 0.5, 0.4, bias=BiasPrior(0.1, 0.3))
    model, plain = difference(c, np.full(10, 0.2), np.full(10, 0.15), {"no_effect": (0.0, 0.0)}, 0.1)
    own = RESIDUAL_SHARE * between_study_sd("effect_share")
    assert model.mean == pytest.approx(np.full(10, 0.3))
    assert model.sd[0] == pytest.approx(np.sqrt(0.4**2 + 0.3**2 + 0.15**2 + own**2 - 0.1**2))
    assert (plain["no_effect"].mean[0], plain["no_effect"].sd[0]) == (0.0, 0.4)


def test_rows_keep_equal_weights_where_a_publication_taught_nothing_of_the_course():
    points = np.zeros((7, 2))
    course = SimpleNamespace(
        terms=(), draws=None, emulator=SimpleNamespace(space=SimpleNamespace(points=lambda draws: points))
    )
    assert row_weights(course, ("nobody",)) == pytest.approx(np.full(7, 1 / 7))


def test_the_table_counts_each_publication_once_and_compares_with_what_a_reference_predicts():
    normal = Predictive.normal(np.zeros(1), np.ones(1))
    narrow = {"pooled": Predictive.normal(np.zeros(1), np.full(1, 0.5))}
    rows = [scored(("a", "untreated", str(k)), normal, 0.1, narrow) for k in range(3)]
    rows += [scored(("b", "untreated", "far"), normal, 3.0, {})]
    assert isinstance(rows[0], Scored) and COMPONENTS > 100
    t = table(rows).set_index("publication")
    assert t.loc["all, each once", "in_90"] == 0.5 and t.loc["all, each once", "numbers"] == 4
    a = rows[0]
    assert t.loc["a", "crps_over_pooled"] == pytest.approx(a.crps / narrow["pooled"].crps(0.1))
    assert t.loc["all, each once", "log_score_above_pooled"] == pytest.approx(
        a.log_score - narrow["pooled"].log_score(0.1)
    )
