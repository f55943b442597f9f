import numpy as np
import pytest
from scipy.stats import beta

from hepatica.errors import InputError
from hepatica.trials.dose_finding.response.utility import Limits, Utility, admissible_numbers, safe_and_active
from hepatica.trials.dose_finding.state import start_state

LIMITS = Limits(toxicity=0.35, response=0.25)


def test_admissible_numbers_are_those_of_posterior_tails():
    n = np.arange(10)[:, None, None]
    x, y = np.arange(10)[:, None], np.arange(10)
    with np.errstate(invalid="ignore"):
        safe, active = admissible_numbers(n, x, y, LIMITS)
    for m in range(10):
        for k in range(m + 1):
            assert safe[m, k, 0] == (beta.sf(0.35, 1 + k, 1 + m - k) <= 0.95)
            assert active[m, 0, k] == (beta.cdf(0.25, 1 + k, 1 + m - k) <= 0.9)


def test_nothing_above_an_unsafe_level_is_safe():
    state = start_state(1, 3, 4, 0)
    state.counts[0, 1] = [0, 0, 6, 0]
    assert safe_and_active(state, LIMITS)[0].tolist() == [[True, False, False]]


@pytest.mark.parametrize("bad", [(110, 60), (40, -1), (-5, 60)])
def test_utilities_out_of_order_are_refused(bad):
    with pytest.raises(InputError, match="utility"):
        Utility(neither=bad[0], both=bad[1])
    with pytest.raises(InputError, match="response"):
        Limits(toxicity=0.3, response=0.0)
