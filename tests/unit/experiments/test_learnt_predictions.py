"""Predictions beside those of the priors: what is compared, and by how much of the noise of seeds."""

import numpy as np
import pytest
from learnt_predictions import Spread, beyond_noise, compared, table


def record(median, half, score, **more):
    common = {"publication": "p", "arm": "msc", "endpoint": "survival", "time": 90.0, "observed": 10.0}
    odds = {"q05": np.exp(-half / 10), "q95": np.exp(half / 10)}
    own = {"median": median, "q05": median - half, "q95": median + half, "log_score": score, "odds_ratio": odds}
    return common | own | {"against": "smt", "baselines": {"no_effect": {"log_score": -5.0}}} | more


def test_each_number_is_compared_seed_by_seed():
    learnt = [[record(8.0 + s, 10.0, -3.0 - s)] for s in (0.0, 0.1, 0.2)]
    prior = [[record(4.0, 20.0 + s, -4.0 + s)] for s in (0.0, 0.3, 0.6)]
    (row,) = compared(learnt, prior)
    assert row["learnt"]["median"] == pytest.approx([8.0, 8.1, 8.2]) and row["prior"]["width"][2] == pytest.approx(41.2)
    assert row["learnt"]["log_odds_width"] == pytest.approx([2.0] * 3) and row["no_effect"] == [-5.0] * 3
    text = table([row]).splitlines()
    assert len(text) == 4 and "| 10.0 | 8.10 ± 0.10 | 20.00 ± 0.00 | -3.10 ± 0.10 | 4.00 ± 0.00 |" in text[2]


def test_an_arm_by_itself_has_no_odds_ratio():
    one = [[record(8.0, 10.0, -3.0, against="", odds_ratio=None)] for _ in range(2)]
    (row,) = compared(one, one)
    assert "log_odds_width" not in row["learnt"] and np.isnan(beyond_noise([1.0, 1.0], [1.0, 1.0]))


def test_noise_of_seeds_is_that_of_two_means():
    a, b = np.random.default_rng(2).normal(0, 1, (2, 1000, 3))
    z = [beyond_noise(x, y) for x, y in zip(a, b, strict=True)]
    assert abs(np.median(z)) < 0.1 and 1.0 < np.std(np.clip(z, -5, 5)) < 1.6  # Welch's statistic of 3 and 3
    assert Spread.of([1.0]).mean == 1.0 and np.isnan(Spread.of([1.0]).sd)
