import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.analysis.competing_risks.fine_gray import fine_gray
from hepatica.trials.analysis.cox.fit import cox
from hepatica.trials.analysis.cox.likelihood import Ties

RNG = np.random.default_rng(51)
N = 300
X = np.column_stack([RNG.integers(0, 2, N), RNG.normal(size=N)])
BETA = np.array([0.5, -0.4])


def draw(rng, x=X, beta=BETA, limit=3.0):
    """Times whose subdistribution hazard of cause 1 is proportional: F = 1 - (1 - 0.6 (1 - exp(-t)))^exp(x beta)."""
    risk = np.exp(x @ beta)
    first = rng.random(len(x)) < 1 - 0.4**risk
    u = rng.random(len(x)) * (1 - 0.4**risk)
    one = -np.log(1 - (1 - (1 - u) ** (1 / risk)) / 0.6)
    time = np.where(first, one, rng.exponential(1, len(x)))
    censor = rng.uniform(0.2, limit, len(x))
    return np.minimum(time, censor), np.where(time <= censor, np.where(first, 1, 2), 0)


def test_coefficients_that_made_the_data_are_found_with_the_right_error():
    drawn = [fine_gray(*draw(np.random.default_rng(seed)), X, of=1) for seed in range(60)]
    values = np.array([f.coefficients for f in drawn])
    assert np.abs(values.mean(axis=0) - BETA).max() < 0.08
    assert np.mean([f.std_error for f in drawn], axis=0) == pytest.approx(values.std(axis=0), rel=0.4)


def test_without_competing_events_it_is_coxs_regression_with_the_robust_variance():
    time, cause = draw(RNG)
    cause = (cause == 1).astype(int)
    mine = fine_gray(time, cause, X, of=1)
    peer = cox(time, cause, X, ties=Ties.BRESLOW, cluster=np.arange(N))
    assert mine.coefficients == pytest.approx(peer.coefficients, rel=1e-6)
    assert mine.std_error == pytest.approx(peer.std_error, rel=1e-6)
    assert mine.p == pytest.approx(peer.p, rel=1e-4)


def test_score_is_the_weighted_sum_written_out():
    """With weights G(t-) / G(X-) after a competing event, the mean of the covariates is subtracted from each event."""
    time, cause = (a[:60] for a in draw(RNG))
    x, score = X[:60], np.zeros(2)
    beta = fine_gray(time, cause, x, of=1).coefficients

    def uncensored(at):
        alive = 1.0
        for u in np.unique(time[(cause == 0) & (time < at)]):
            alive *= 1 - ((time == u) & (cause == 0)).sum() / (time >= u).sum()
        return alive

    for i in np.flatnonzero(cause == 1):
        t = time[i]
        w = [
            1.0 if time[j] >= t else uncensored(t) / uncensored(time[j]) if cause[j] == 2 else 0.0 for j in range(60)
        ] * np.exp(x @ beta)
        score += x[i] - w @ x / w.sum()
    assert score == pytest.approx(np.zeros(2), abs=1e-7)


def test_time_varying_covariate_and_groups_of_censoring():
    time, cause = draw(RNG)
    zero = fine_gray(time, cause, X, of=1, time_varying=X[:, :1], functions=lambda t: (t > 2.0)[:, None])
    assert zero.coefficients[:2] == pytest.approx(fine_gray(time, cause, X, of=1).coefficients, abs=0.5)
    same = fine_gray(time, cause, X, of=1, censoring_group=np.zeros(N))
    assert same.coefficients == pytest.approx(fine_gray(time, cause, X, of=1).coefficients)
    alone = fine_gray(time, cause, np.empty((N, 0)), of=1, time_varying=X[:, :1], functions=lambda t: t[:, None])
    assert alone.coefficients.shape == (1,) and alone.converged


def test_predicted_incidence_rises_with_time_and_risk():
    time, cause = draw(RNG)
    fit = fine_gray(time, cause, X, of=1)
    found = fit.incidence([[0, 0], [1, 0]], [0.0, 0.5, 1.0])
    assert np.all(np.diff(found, axis=1) > 0) and np.all(found[1, 1:] > found[0, 1:]) and np.all(found[:, 0] == 0)
    assert np.all(fit.hazard_ratio()[:, 1] < fit.hazard_ratio()[:, 2])


def test_a_group_without_the_event_does_not_converge_and_equal_columns_are_refused():
    time, cause = np.arange(1.0, 13), np.array([1, 2, 1, 1, 2, 0] + [2, 0] * 3)
    arm = np.repeat([0.0, 1.0], 6)
    assert not fine_gray(time, cause, arm[:, None], of=1).converged
    one = fine_gray(time, np.where(time == 4, 1, 0), np.stack([time % 5, time % 2], axis=1), of=1)  # one event
    assert not one.converged and np.isfinite(one.log_likelihood[1])
    with pytest.raises(InputError, match="depend linearly"):
        fine_gray(time, np.ones(12, int), np.stack([arm, 2 * arm], axis=1), of=1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"of": 3}, "at least one patient"),
        ({"covariates": np.full((N, 1), np.nan)}, "finite value"),
        ({"time_varying": X[:, :1]}, "functions of time"),
        ({"time_varying": X, "functions": lambda t: t[:, None]}, "2 columns"),
        ({"censoring_group": [1, 2]}, "one group for each"),
    ],
)
def test_bad_input_is_refused(change, words):
    time, cause = draw(RNG)
    given = {"covariates": X, "of": 1} | change
    with pytest.raises(InputError, match=words):
        fine_gray(time, cause, **given)
