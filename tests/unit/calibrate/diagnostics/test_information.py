"""Fisher information: slopes by finite differences, curvature of the likelihood by hand, weights of spikes."""

import numpy as np
import pytest
from scipy.special import expit

from hepatica.calibrate.diagnostics.information import _root, _within, prior_sd, slopes, spike_weights
from hepatica.calibrate.inference.emulate import Emulator, Space
from hepatica.calibrate.likelihood import Law, LikelihoodTerm, Scale, SummaryStatistic, counts_log_likelihood
from hepatica.patients import DrawKey


@pytest.fixture(scope="module")
def emulator():
    rng = np.random.default_rng(2)
    space = Space(
        (DrawKey.coordinate("a"), DrawKey.coordinate("b"), DrawKey.spike("b"), DrawKey.coordinate("c")),
        (np.nan, np.nan, 0.4, np.nan),
    )
    x = rng.standard_normal((600, 4))
    f = space.features(x)
    y = np.stack([f[:, 0] + 0.5 * f[:, 0] * f[:, 3] - f[:, 1], f[:, 2] ** 2 + 0.3 * f[:, 3] ** 2], axis=1)
    return Emulator.fit(space, x, y, np.full((600, 2), 1e-4))


def test_slopes_are_those_of_finite_differences(emulator):
    class Plain(Space):
        def features(self, points):
            return points

    plain = Emulator(
        Plain(emulator.space.names, emulator.space.weights),
        *(getattr(emulator, n) for n in ("leading", "coefficients", "centre", "unknown", "explained")),
    )
    at = np.random.default_rng(3).standard_normal((5, 4))
    found, step = slopes(plain, at), 1e-5
    for k in range(4):
        there = np.repeat(np.eye(4)[[k]], 5, axis=0) * step
        assert found[:, k] == pytest.approx((plain(at + there) - plain(at - there)) / (2 * step), abs=1e-6)


def test_the_prior_of_a_place_that_may_not_count_is_narrower(emulator):
    x = np.random.default_rng(1).standard_normal((200_000, 4))
    assert emulator.space.features(x).std(axis=0) == pytest.approx(prior_sd(emulator.space), abs=0.01)


@pytest.mark.parametrize("label, written", [("death day 7, 28", 1), ("survival day 7, 28", -1)])
def test_information_of_counts_is_that_of_a_multinomial_whose_odds_may_all_move(label, written):
    """By the curvature of the multinomial for expected counts, and by adding the variance of what moves all odds alike."""
    unknown, outputs = np.array([0.02, 0.03]), (SummaryStatistic(Scale.SHARE, 0), SummaryStatistic(Scale.SHARE, 1))
    eta, slope = np.array([[-1.5, -0.4]]) * written, np.array([[[0.7, 0.2], [-0.3, 0.9]]])
    gone = expit(eta[0]) if written > 0 else 1 - expit(eta[0])
    counts = tuple(80.0 * np.diff([0.0, *gone, 1.0]))
    rows = _root(
        LikelihoodTerm("p", "a", label.split()[0], label, outputs, counts, 0.0, Law.COUNTS),
        outputs,
        slope,
        eta,
        unknown,
    )

    def log_likelihood(x):
        p = expit(eta[0] + x)
        p = p if written > 0 else 1 - p
        return (np.array(counts) * np.log(np.diff([0.0, *p, 1.0]))).sum()

    h, e = 1e-3, np.eye(2)
    bend = np.array(
        [
            [
                (
                    log_likelihood(h * (e[i] + e[j]))
                    - log_likelihood(h * (e[i] - e[j]))
                    - log_likelihood(h * (e[j] - e[i]))
                    + log_likelihood(-h * (e[i] + e[j]))
                )
                / (4 * h * h)
                for j in range(2)
            ]
            for i in range(2)
        ]
    )
    odds = np.linalg.inv(np.linalg.inv(-bend) + (0.025 + 0.3**2 + 0.15**2))
    assert rows.T @ rows == pytest.approx(slope[0] @ odds @ slope[0].T, rel=1e-4)


@pytest.mark.parametrize("n", [30.0, 400.0])
@pytest.mark.parametrize("label, written", [("death day 7, 28", 1), ("survival day 7, 28", -1)])
def test_information_of_counts_is_the_curvature_of_the_likelihood_that_calibration_uses(label, written, n):
    unknown, outputs = np.array([0.02, 0.03]), (SummaryStatistic(Scale.SHARE, 0), SummaryStatistic(Scale.SHARE, 1))
    eta = np.array([[-1.5, -0.4]]) * written
    counts = tuple(n * np.diff([0.0, *(expit(eta[0] * written)), 1.0]))
    d = LikelihoodTerm("p", "a", label.split()[0], label, outputs, counts, 0.0, Law.COUNTS)
    rows, h, e = _root(d, outputs, np.eye(2)[None], eta, unknown), 2e-2, np.eye(2)

    def at(x):
        common, own = (np.full(1, s) for s in (0.3, 0.15))
        return float(counts_log_likelihood([d], [eta + x], [float(unknown.mean())], common, own)[0])

    bend = [
        [(at(h * (a + b)) - at(h * (a - b)) - at(h * (b - a)) + at(-h * (a + b))) / (4 * h * h) for b in e] for a in e
    ]
    assert rows.T @ rows == pytest.approx(-np.array(bend), rel=0.01)


def test_information_of_a_mean_holds_what_the_emulator_leaves():
    outputs, slope = (SummaryStatistic(Scale.LOG, 0),), np.array([[[0.5], [0.0]]])
    d = LikelihoodTerm("p", "a", "inr", "inr day 0", outputs, (0.4,), 0.3, Law.NORMAL)
    rows = _root(d, outputs, slope, np.zeros((1, 1)), np.array([0.07]))
    assert rows.T @ rows == pytest.approx(np.array([[0.25 / (0.09 + 0.07), 0], [0, 0]]))


def test_slopes_within_rows_leave_the_course_out():
    rng = np.random.default_rng(6)
    x, course = rng.standard_normal((200, 8, 3)), 5 * rng.standard_normal((200, 1))
    y = np.stack([2 * x[..., 0] - x[..., 1] + course, np.full((200, 8), np.nan)], axis=-1)
    y[0, 0, 0] = np.nan
    found = _within(x, y)
    assert found[:, 0] == pytest.approx([2, -1, 0], abs=0.01) and (found[:, 1] == 0).all()


def test_spikes_are_those_of_the_model(model):
    assert spike_weights(model)["efficacy_il10"] == model.parameters["efficacy_il10"].entry.prior.weight
