import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.trials.confirmatory.bayesian import normal as bn

PRIOR = bn.NormalPrior(0.1, 20.0)
RULE = bn.PosteriorRule((0.99, 0.975), futility=0.2, predictive_futility=0.1, margin=0.02)
LOOKS = [50.0, 120.0]


def simulate(rule, effect, prior, trials=200_000):
    """Naive: estimates look by look, rules read as posterior and predictive probabilities."""
    rng = np.random.default_rng(1)
    steps = np.diff(LOOKS, prepend=0)
    score = np.cumsum(rng.standard_normal((trials, 2)) * np.sqrt(steps) + effect * steps, axis=1)
    estimate = score / LOOKS
    one = bn.posterior_probability(estimate[:, 0], LOOKS[0], prior, rule.margin)
    ahead = bn.predictive_probability(
        estimate[:, 0], *LOOKS, threshold=rule.efficacy[1], prior=prior, margin=rule.margin
    )
    win = one >= rule.efficacy[0]
    lose = ~win & ((one < rule.futility) | (ahead < rule.predictive_futility))
    end = bn.posterior_probability(estimate[:, 1], LOOKS[1], prior, rule.margin) >= rule.efficacy[1]
    return win.mean(), lose.mean(), (~win & ~lose & end).mean()


@pytest.mark.parametrize("effect", [0.0, 0.25])
def test_characteristics_are_those_of_simulated_trials(effect):
    found = bn.characteristics(RULE, LOOKS, effect, PRIOR)
    win, lose, end = simulate(RULE, effect, PRIOR)
    assert found.efficacy == pytest.approx([win, end], abs=0.005)
    assert found.futility[0] == pytest.approx(lose, abs=0.005)
    assert found.expected_information == pytest.approx(50 + 70 * (1 - win - lose), abs=0.5)


def test_predictive_probability_is_that_of_simulated_ends():
    rng = np.random.default_rng(2)
    mean, total = PRIOR.posterior(0.2, 50.0)
    truth = rng.normal(mean, total**-0.5, 400_000)
    later = rng.normal(truth, 70.0**-0.5)
    pooled = (50 * 0.2 + 70 * later) / 120
    rate = (bn.posterior_probability(pooled, 120.0, PRIOR) > 0.975).mean()
    assert bn.predictive_probability(0.2, 50.0, 120.0, prior=PRIOR) == pytest.approx(rate, abs=0.003)


def test_flat_prior_is_the_usual_test():
    assert bn.characteristics(bn.PosteriorRule(0.975), [80.0], 0.3).success == pytest.approx(
        norm.cdf(0.3 * np.sqrt(80) - norm.isf(0.025))
    )


def test_unadjusted_looks_inflate_the_type_one_error():
    assert bn.characteristics(bn.PosteriorRule(0.975), [25, 50, 75, 100], 0.0).success > 0.05


def test_assurance_has_a_closed_form_with_one_look():
    truth = bn.NormalPrior(0.3, 40.0)
    spread = np.sqrt(1 / 80 + 1 / 40)
    exact = norm.cdf((0.3 - norm.isf(0.025) / np.sqrt(80)) / spread)
    assert bn.assurance(bn.PosteriorRule(0.975), [80.0], truth) == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: bn.NormalPrior(0.0, -1.0),
        lambda: bn.predictive_probability(0.1, 50.0, 50.0),
        lambda: bn.boundary_of(bn.PosteriorRule(1.0), [50.0]),
        lambda: bn.assurance(RULE, LOOKS, bn.FLAT),
    ],
)
def test_impossible_questions_are_refused(ask):
    with pytest.raises(InputError):
        ask()
