import lifelines
import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.analysis.risk_scores import discrimination as module
from hepatica.trials.analysis.risk_scores.discrimination import (
    checked_scores,
    concordance,
    time_dependent_auc,
    uncensored_probability,
)


def draw(rng, n=150):
    x = rng.normal(size=n)
    true, censor = rng.exponential(np.exp(-0.8 * x)), rng.exponential(1.5, n)
    return np.ceil(20 * np.minimum(true, censor)) / 20, true <= censor, np.round(x, 1)


TIME, EVENT, RISK = draw(np.random.default_rng(1))


def test_pairs_are_those_of_a_loop(monkeypatch):
    concordant = discordant = tied = at_once = 0
    for i in range(150):
        for j in range(i + 1, 150):
            a, b = (i, j) if (TIME[i], not EVENT[i]) <= (TIME[j], not EVENT[j]) else (j, i)
            if TIME[a] == TIME[b] and EVENT[a] == EVENT[b]:
                at_once += bool(EVENT[a])
            elif EVENT[a]:
                concordant += RISK[a] > RISK[b]
                discordant += RISK[a] < RISK[b]
                tied += RISK[a] == RISK[b]
    found = concordance(TIME, EVENT, RISK)
    assert found[2:] == (concordant, discordant, tied, at_once)
    monkeypatch.setattr(module, "BLOCK", 1000)
    assert concordance(TIME, EVENT, RISK) == pytest.approx(found)


def test_concordance_is_that_of_lifelines_and_its_error_that_of_the_bootstrap():
    found = concordance(TIME, EVENT, RISK)
    assert found.value == pytest.approx(lifelines.utils.concordance_index(TIME, -RISK, EVENT), abs=2e-3)
    rng = np.random.default_rng(2)
    rows = [rng.integers(0, 150, 150) for _ in range(150)]
    drawn = [concordance(TIME[r], EVENT[r], RISK[r]).value for r in rows]
    assert found.std_error == pytest.approx(np.std(drawn), rel=0.2)


def test_weighted_concordance_does_not_depend_on_censoring():
    rng, plain, weighted, whole = np.random.default_rng(3), [], [], []
    for _ in range(60):
        x = rng.normal(size=120)
        true, censor = rng.exponential(np.exp(-x) ** (1 + (x > 0))), rng.uniform(0.2, 3.0, 120)
        time, event = np.minimum(true, censor), true <= censor
        plain.append(concordance(time, event, x, horizon=1.5).value)
        weighted.append(concordance(time, event, x, horizon=1.5, weighted=True).value)
        whole.append(concordance(true, np.ones(120), x, horizon=1.5).value)
    assert abs(np.mean(weighted) - np.mean(whole)) < abs(np.mean(plain) - np.mean(whole)) + 0.005
    assert np.mean(weighted) == pytest.approx(np.mean(whole), abs=0.02)


def test_without_censoring_the_area_is_the_share_of_ordered_pairs():
    found = time_dependent_auc(TIME, np.ones(150), RISK, [0.5])
    case, control = RISK[TIME <= 0.5], RISK[TIME > 0.5]
    above = (case[:, None] > control) + 0.5 * (case[:, None] == control)
    assert found.value[0] == pytest.approx(above.mean())


def test_area_has_the_error_of_the_bootstrap():
    rng, at = np.random.default_rng(4), [0.3, 1.0]
    found = time_dependent_auc(TIME, EVENT, RISK, at)
    rows = [rng.integers(0, 150, 150) for _ in range(200)]
    drawn = [time_dependent_auc(TIME[r], EVENT[r], RISK[r], at).value for r in rows]
    assert found.std_error == pytest.approx(np.std(drawn, axis=0), rel=0.2)
    low, high = found.interval()
    assert np.all((low < found.value) & (found.value < high) & (high <= 1))


def test_influence_of_censoring_is_the_change_when_a_patient_leaves():
    """Jackknife of the area, the censoring curve estimated anew each time."""
    whole = time_dependent_auc(TIME, EVENT, RISK, [0.8])
    rest = [time_dependent_auc(*(np.delete(a, i) for a in (TIME, EVENT, RISK)), [0.8]).value[0] for i in range(150)]
    jackknife = np.sqrt(149 / 150 * np.sum((np.array(rest) - np.mean(rest)) ** 2))
    assert whole.std_error[0] == pytest.approx(jackknife, rel=0.03)


def test_uncensored_probability_is_kaplan_meier_of_censoring():
    peer = lifelines.KaplanMeierFitter().fit(RISK * 0 + np.arange(150), ~EVENT)
    at = np.array([0.0, 10.0, 77.0])
    assert uncensored_probability(np.arange(150.0), EVENT, at) == pytest.approx(
        peer.survival_function_at_times(at - 0.5).fillna(1).to_numpy()
    )


def test_times_without_cases_or_controls_and_bad_input():
    assert np.isnan(time_dependent_auc([1, 2, 3], [1, 1, 1], [3, 2, 1], [0.5, 3.0]).value).all()
    with pytest.raises(InputError, match="no pair"):
        concordance([1, 2], [0, 0], [1, 2])
    with pytest.raises(InputError, match="finite score"):
        checked_scores([1, 2], [1, 1], [np.nan, 1])
