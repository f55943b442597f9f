"""The multiple contrast test against simulated trials."""

import numpy as np
import pytest
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.trials.confirmatory.mcp_mod import contrast_test as ct
from hepatica.trials.confirmatory.mcp_mod.models import Emax, Exponential, Linear, Logistic, Quadratic

DOSES = np.array([0.0, 1.0, 2.0, 4.0])
MODELS = [Linear(), Emax(0.7), Exponential(2.0), Logistic(2.0, 0.5), Quadratic(-0.15)]
N = np.array([9, 9, 12, 9])


def statistics(means, trials=60_000):
    rng = np.random.default_rng(3)
    contrasts = ct.optimal_contrasts(MODELS, DOSES, N)
    y = means + rng.standard_normal((trials, 4)) / np.sqrt(N)
    s = np.sqrt(rng.chisquare(N.sum() - 4, trials) / (N.sum() - 4))
    return y @ contrasts.T / np.sqrt((contrasts**2 / N).sum(axis=1)) / s[:, None]


def test_critical_value_and_adjusted_p_are_those_of_simulated_trials():
    largest = statistics(np.zeros(4)).max(axis=1)
    critical = ct.critical_value(MODELS, DOSES, N)
    assert (largest >= critical).mean() == pytest.approx(0.025, abs=0.0026)
    data = ct.DoseMeans.of_groups(DOSES, [0.0, 0.5, 0.6, 0.9], N, 1.0)
    found = ct.contrast_test(data, MODELS)
    np.testing.assert_allclose(found.adjusted_p, [(largest >= t).mean() for t in found.t], atol=0.004)
    assert found.critical == pytest.approx(critical)


def test_power_is_that_of_simulated_trials():
    truth = Emax(0.7)
    means = truth.scaled(DOSES, 4.0, max_effect=1.2)
    critical = ct.critical_value(MODELS, DOSES, N)
    rate = (statistics(means).max(axis=1) >= critical).mean()
    found = ct.power_contrasts(MODELS, DOSES, N, max_effect=1.2, sd=1.0, truths=[truth])
    assert found[0] == pytest.approx(rate, abs=0.008)


def test_one_contrast_is_a_t_test():
    data = ct.DoseMeans.of_groups([0, 1], [0.0, 0.8], 15, 1.2)
    found = ct.contrast_test(data, [Linear()])
    assert found.t[0] == pytest.approx(0.8 / (1.2 * np.sqrt(2 / 15)))
    assert found.adjusted_p[0] == pytest.approx(student.sf(found.t[0], 28), abs=1e-4)
    assert found.significant == ()


def test_patients_give_the_same_estimates_as_their_summary():
    rng = np.random.default_rng(1)
    dose = np.repeat(DOSES, [5, 6, 7, 8])
    y = 0.3 * dose + rng.normal(size=26)
    data = ct.DoseMeans.of_data(dose, y)
    assert data.df == 22
    assert data.means[2] == pytest.approx(y[dose == 2].mean())
    pooled = sum(((y[dose == d] - y[dose == d].mean()) ** 2).sum() for d in DOSES) / 22
    assert data.covariance[3, 3] == pytest.approx(pooled / 8)


def test_size_is_the_smallest_with_the_power():
    given = {"max_effect": 1.0, "sd": 1.0, "alpha": 0.05}
    n = ct.sample_size_contrasts(MODELS[:2], DOSES, **given)
    above, below = (ct.power_contrasts(MODELS[:2], DOSES, k, **given).mean() for k in (n, n - 1))
    assert below < 0.8 <= above
    assert ct.sample_size_contrasts(MODELS[:2], DOSES, smallest=True, **given) >= n


@pytest.mark.parametrize(
    "ask",
    [
        lambda: ct.DoseMeans.of_groups([0, 1], [0.0], 5, 1.0),
        lambda: ct.DoseMeans.of_groups([0, 1], [0.0, 1.0], 5, 0.0),
        lambda: ct.DoseMeans.of_data([0, 1], [0.0, 1.0]),
        lambda: ct.DoseMeans.of_data([0, 1, 1], [0.0, 1.0]),
        lambda: ct.sample_size_contrasts(MODELS, DOSES, max_effect=1.0, sd=1.0, power=1.0),
        lambda: ct.sample_size_contrasts(MODELS, DOSES, max_effect=1e-4, sd=1.0),
    ],
)
def test_impossible_trials_are_refused(ask):
    with pytest.raises(InputError):
        ask()
