import numpy as np
import pytest
from scipy.stats import beta, betabinom

from hepatica.errors import InputError
from hepatica.trials.confirmatory.bayesian import beta_binomial as bb

LOOKS = (10, 20, 30)
RULE = bb.ResponseRule(0.2, success=0.95, futility=0.05, efficacy=0.99)


def test_posterior_and_predictive_distributions_agree_with_scipy():
    assert bb.posterior_probability(7, 20, 0.3, bb.BetaPrior(0.5, 2)) == pytest.approx(beta.sf(0.3, 7.5, 15))
    np.testing.assert_allclose(bb.beta_binomial(12, 3.0, 4.5), betabinom.pmf(np.arange(13), 12, 3.0, 4.5))
    assert bb.quantile(7, 20, 0.9) == pytest.approx(beta.ppf(0.9, 8, 14))


@pytest.mark.parametrize("margin", [0.0, 0.1, -0.2])
def test_superiority_agrees_with_simulation(margin):
    rng = np.random.default_rng(1)
    treated, control = rng.beta(13, 9, 400_000), rng.beta(9.5, 13, 400_000)
    found = bb.superiority_probability((12, 20), (9, 20), margin=margin, priors=(bb.UNIFORM, bb.BetaPrior(0.5, 2)))
    assert found == pytest.approx((treated > control + margin).mean(), abs=0.003)


def test_superiority_at_the_ends():
    assert bb.superiority_probability((0, 50), (50, 50)) == pytest.approx(0, abs=1e-9)
    assert bb.superiority_probability((4, 9), (4, 9)) == pytest.approx(0.5, abs=1e-9)


def test_printed_predictive_probability_of_lee_and_liu():
    """Clin Trials 2008;5:93, section 2: 16 of 23 of 40, rate 0.6, threshold 0.9, prior (0.6, 0.4): 0.5656."""
    found = bb.predictive_probability(16, 23, 40, 0.6, threshold=0.9, prior=bb.BetaPrior(0.6, 0.4))
    assert found == pytest.approx(0.5656, abs=5e-5)


def test_limits_are_those_of_the_rule():
    limits = bb.response_limits(RULE, LOOKS)
    for n, high, low in zip(LOOKS[:-1], limits.upper, limits.lower, strict=False):
        for x in range(n + 1):
            chance = bb.predictive_probability(x, n, 30, 0.2)
            assert (x >= high) == (chance > 0.99) and (x <= low) == (chance < 0.05)
    assert (
        bb.posterior_probability(limits.upper[-1], 30, 0.2)
        > 0.95
        >= bb.posterior_probability(limits.lower[-1], 30, 0.2)
    )


@pytest.mark.parametrize("p", [0.2, 0.45])
def test_one_arm_characteristics_are_those_of_simulated_trials(p):
    limits = bb.response_limits(RULE, LOOKS)
    responses = np.cumsum(np.random.default_rng(2).binomial(10, p, (200_000, 3)), axis=1)
    open_, success, size = np.ones(200_000, bool), 0.0, np.zeros(200_000)
    for k, n in enumerate(LOOKS):
        size[open_] = n
        win, lose = open_ & (responses[:, k] >= limits.upper[k]), open_ & (responses[:, k] <= limits.lower[k])
        success += win.mean()
        open_ &= ~(win | lose)
    found = bb.one_arm_characteristics(limits, LOOKS, p)
    assert found.success == pytest.approx(success, abs=0.004)
    assert found.expected_patients == pytest.approx(size.mean(), abs=0.1)


def test_printed_design_of_simon():
    """Control Clin Trials 1989;10:1, table 1: 10 % against 30 %, 1/10 and 5/29: expected 15.0 patients, early stop 0.74."""
    found = bb.one_arm_characteristics(bb.ResponseLimits(np.array([11, 6]), np.array([1, 5])), (10, 29), 0.1)
    assert found.expected_patients == pytest.approx(15.0, abs=0.05) and found.stop_futility[0] == pytest.approx(
        0.74, abs=0.005
    )


@pytest.mark.parametrize(
    "ask",
    [
        lambda: bb.BetaPrior(0, 1),
        lambda: bb.predictive_probability(5, 4, 10, 0.2),
        lambda: bb.response_limits(RULE, (10, 10)),
        lambda: bb.response_limits(RULE, ()),
    ],
)
def test_impossible_trials_are_refused(ask):
    with pytest.raises(InputError):
        ask()
