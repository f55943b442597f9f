import numpy as np
import pytest
from scipy.stats import binom

from hepatica.trials.confirmatory.bayesian.beta_binomial import superiority_probability
from hepatica.trials.confirmatory.bayesian.two_arm_binomial import TwoArmRule, two_arm_characteristics


@pytest.mark.parametrize("probabilities", [(0.3, 0.3), (0.6, 0.3)])
def test_two_arm_characteristics_are_an_enumeration_of_paths(probabilities):
    rule, looks = TwoArmRule(0.95, 0.2, 0.05), (5, 9)
    up, down = [0.0, 0.0], [0.0, 0.0]
    first = [binom.pmf(np.arange(6), 5, p) for p in probabilities]
    second = [binom.pmf(np.arange(5), 4, p) for p in probabilities]
    for a in range(6):
        for b in range(6):
            chance = first[0][a] * first[1][b]
            better = superiority_probability((a, 5), (b, 5), margin=0.05)
            if better >= 0.95:
                up[0] += chance
            elif better < 0.2:
                down[0] += chance
            else:
                for c in range(5):
                    for d in range(5):
                        end = superiority_probability((a + c, 9), (b + d, 9), margin=0.05) >= 0.95
                        (up if end else down)[1] += chance * second[0][c] * second[1][d]
    found = two_arm_characteristics(rule, looks, *probabilities)
    np.testing.assert_allclose(found.stop_success, up, atol=1e-12)
    np.testing.assert_allclose(found.stop_futility, down, atol=1e-12)
    assert found.expected_patients == pytest.approx(10 + 8 * (1 - up[0] - down[0]))


def test_type_one_error_and_power_of_a_rule_with_looks():
    rule, looks = TwoArmRule(0.985, 0.05), (25, 50)
    null, effect = (two_arm_characteristics(rule, looks, p, 0.3) for p in (0.3, 0.6))
    assert 0.01 < null.success < 0.04 and effect.success > 0.75
    assert null.stop_success.sum() + null.stop_futility.sum() == pytest.approx(1)
