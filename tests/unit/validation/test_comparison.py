"""Two arms on every scale, against simulation of people."""

import numpy as np
import pytest

from hepatica.validation.comparison import ComparedArms


@pytest.mark.parametrize("variable, event", [("death", True), ("survival", False)])
def test_ratios_of_shares_are_those_of_simulated_people(variable, event):
    """Spread of the logarithms over 40,000 simulated trials is the delta method's within 3 %; the middle is exact."""
    rng, n, m, pa, pb = np.random.default_rng(3), 400, 300, 0.3, 0.45
    a, b = rng.binomial(n, pa, 40_000) / n, rng.binomial(m, pb, 40_000) / m
    free_a, free_b = (1 - a, 1 - b) if event else (a, b)
    simulated = {
        "odds_ratio": np.log(a / (1 - a)) - np.log(b / (1 - b)),
        "risk_ratio": np.log(a / b),
        "hazard_ratio": np.log(np.log(free_a) / np.log(free_b)),
        "difference": 100 * (a - b),
    }
    arms = ComparedArms.of_shares(variable, np.array([pa]), np.array([pb]), n, m)
    for scale, drawn in simulated.items():
        made = arms.on(scale)
        assert made.sd[0] == pytest.approx(drawn.std(), rel=0.03), scale
        assert made.mean[0] == pytest.approx(drawn.mean(), abs=0.04 * drawn.std() + 0.01), scale


def test_means_and_the_statistic_of_their_test():
    arms = ComparedArms("inr", *(np.array([x]) for x in (1.5, 2.0, 0.3, 0.4)))
    assert arms.on("difference").mean[0] == -0.5 and arms.on("difference").sd[0] == pytest.approx(0.5)
    assert arms.on("z").mean[0] == pytest.approx(-1.0) and arms.on("z").sd[0] == 1.0
    ratio = arms.on("ratio")
    assert ratio.mean[0] == pytest.approx(np.log(0.75)) and ratio.sd[0] == pytest.approx(np.hypot(0.2, 0.2))
