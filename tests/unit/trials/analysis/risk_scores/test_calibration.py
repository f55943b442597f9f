import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.analysis.kaplan_meier import survival_curve
from hepatica.trials.analysis.risk_scores.calibration import brier_score, calibration


def draw(rng, n=200):
    x = rng.normal(size=n)
    true, censor = rng.exponential(np.exp(-x)), rng.uniform(0.3, 3.0, n)
    return np.minimum(true, censor), true <= censor, 1 - np.exp(-np.exp(x))


TIME, EVENT, RISK = draw(np.random.default_rng(1))


def test_without_censoring_the_score_is_the_mean_squared_error():
    found = brier_score(TIME, np.ones(200), RISK, 1.0)
    square = ((TIME <= 1) - RISK) ** 2
    assert (found.value, found.std_error) == pytest.approx((square.mean(), square.std(ddof=1) / np.sqrt(200)))
    share = (TIME <= 1).mean()
    assert found.null == pytest.approx(share * (1 - share)) and found.explained == pytest.approx(
        1 - found.value / found.null
    )


def test_censoring_leaves_the_score_and_its_error():
    rng = np.random.default_rng(2)
    found = [brier_score(*draw(rng), 1.0) for _ in range(150)]
    x = np.random.default_rng(3).normal(size=200_000)
    p = 1 - np.exp(-np.exp(x))
    values = np.array([f.value for f in found])
    assert values.mean() == pytest.approx((p * (1 - p)).mean(), abs=0.004)
    assert np.mean([f.std_error for f in found]) == pytest.approx(values.std(), rel=0.15)


def test_right_predictions_are_calibrated_and_timid_ones_are_not():
    found = calibration(*draw(np.random.default_rng(5), 2000), 1.0)
    assert np.abs(found.observed - found.predicted).max() < 4 * found.std_error.max()
    assert found.ratio == pytest.approx(1, abs=0.1) and found.slope == pytest.approx(1, abs=0.15)
    time, event, risk = draw(np.random.default_rng(5), 2000)
    mild = 1 - np.exp(-np.sqrt(-np.log1p(-risk)))
    assert calibration(time, event, mild, 1.0).slope == pytest.approx(2 * found.slope, rel=1e-3)


def test_groups_hold_all_patients_and_their_kaplan_meier_curves():
    found = calibration(TIME, EVENT, RISK, 1.0, groups=4)
    assert found.patients.sum() == 200 and np.all(np.diff(found.predicted) > 0)
    low = np.quantile(RISK, 0.25) >= RISK
    assert found.observed[0] == pytest.approx(1 - survival_curve(TIME[low], EVENT[low]).at(1.0)[0, 0])
    flat = calibration(TIME, EVENT, np.full(200, 0.6), 1.0)
    assert flat.patients.tolist() == [200] and np.isnan(flat.slope)


@pytest.mark.parametrize(
    ("risk", "at", "words"), [(RISK + 1, 1.0, "within 0 and 1"), (RISK, 99.0, "last follow-up"), (RISK, 0.0, "a time")]
)
def test_bad_input_is_refused(risk, at, words):
    with pytest.raises(InputError, match=words):
        brier_score(TIME, EVENT, risk, at)
    with pytest.raises(InputError, match="one group"):
        calibration(TIME, EVENT, RISK, 1.0, groups=0)
