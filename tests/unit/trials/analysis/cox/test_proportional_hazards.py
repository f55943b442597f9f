import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.analysis.cox.fit import cox
from hepatica.trials.analysis.cox.likelihood import Ties
from hepatica.trials.analysis.cox.proportional_hazards import Transform, proportional_hazards_test, transformed_times

RNG = np.random.default_rng(65)


def draw(rng, n, late):
    """Treated hazard half as high after time 0.4 only, or always."""
    arm, unit = np.arange(n) % 2, rng.exponential(1, n)
    start = 0.4 if late else 0.0
    time = np.where((arm == 1) & (unit > start), start + 2 * (unit - start), unit)
    return np.minimum(time, 2.0), time < 2.0, arm.astype(float)


@pytest.mark.parametrize("transform", Transform)
def test_score_test_is_that_of_the_time_varying_coefficient(transform):
    """The expanded data, one row for each patient and risk set, hold x and x g(t): its score test at (beta, 0)."""
    time, event, arm = draw(RNG, 60, True)
    fit = cox(time, event, arm, ties=Ties.BRESLOW)
    data = fit.data
    g = transformed_times(data, transform)
    g = g - g[data.set_of[data.event]].mean()
    beta, score, information = fit.coefficients[0], np.zeros(2), np.zeros((2, 2))
    for k, t in enumerate(data.set_time):
        at, dead = data.time >= t, (data.time == t) & data.event
        z = np.column_stack([data.x[:, 0], g[k] * data.x[:, 0]])
        w = np.exp(beta * data.x[at, 0])
        mean = w @ z[at] / w.sum()
        score += (z[dead] - mean).sum(axis=0)
        information += dead.sum() * ((z[at].T * w) @ z[at] / w.sum() - np.outer(mean, mean))
    found = proportional_hazards_test(fit, transform=transform)
    assert found.chi_square[0] == pytest.approx(score @ np.linalg.solve(information, score), rel=1e-6)
    assert found.chi_square_global == pytest.approx(found.chi_square[0])


def test_level_and_power():
    level = [
        proportional_hazards_test(cox(*draw(np.random.default_rng(s), 200, False))).p[0] < 0.05 for s in range(200)
    ]
    late = [proportional_hazards_test(cox(*draw(np.random.default_rng(s), 800, True))) for s in range(30)]
    assert 0.015 <= np.mean(level) <= 0.09
    assert np.mean([t.p[0] < 0.05 for t in late]) > 0.5 and np.mean([t.slope[0] for t in late]) < 0


def test_scaled_residuals_average_to_the_coefficient():
    fit = cox(*draw(RNG, 200, False))
    found = proportional_hazards_test(fit)
    assert found.scaled_residuals.mean() == pytest.approx(fit.coefficients[0])
    assert found.times.shape == (found.scaled_residuals.shape[0],)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="EFRON"):
        proportional_hazards_test(cox(*draw(RNG, 40, False), ties=Ties.EXACT))
    with pytest.raises(InputError, match="time 0"):
        proportional_hazards_test(cox([0, 1, 2, 3], [1, 1, 1, 1], [0, 1, 0, 1]), transform=Transform.LOG)
    with pytest.raises(InputError, match="same at all event times"):
        proportional_hazards_test(cox([2, 2, 2, 3], [1, 1, 0, 0], [0, 1, 1, 0]))
