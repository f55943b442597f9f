import numpy as np
import pytest
from scipy.stats import binom

from hepatica.errors import InputError
from hepatica.trials.dose_finding.characteristics import toxicity_truth
from hepatica.trials.dose_finding.enumeration import exact
from hepatica.trials.dose_finding.replay import read_history, replay
from hepatica.trials.dose_finding.three_plus_three import ThreePlusThree


@pytest.mark.parametrize(
    "history, reasons",
    [
        ("1NNN 2TTN 1NNN", ["ESCALATE", "ELIMINATE", "STOP_FOUND"]),
        ("1NNT 1NNN 2NTT", ["STAY", "ESCALATE", "STOP_FOUND"]),
        ("1NNT 1NNT", ["STAY", "STOP_TOXIC"]),
        ("1NNN 2NNN 3NNN 3NNN", ["ESCALATE", "ESCALATE", "STAY_AT_TOP", "STOP_FOUND"]),
    ],
)
def test_courses_of_the_textbook(history, reasons):
    assert [row.reason.name for row in replay(ThreePlusThree(levels=3), read_history(history))] == reasons


def test_escalation_probabilities_are_those_of_lin_and_shih():
    """Lin & Shih 2001, Biostatistics 2:203: without a level below to add to, the MTD is the last level passed."""
    p = np.array([0.1, 0.2, 0.4])
    up = binom.pmf(0, 3, p) + binom.pmf(1, 3, p) * binom.pmf(0, 3, p)
    reached = np.concatenate([[1.0], np.cumprod(up)])
    result = exact(ThreePlusThree(levels=3, six_to_select=False), toxicity_truth(p, 0.3))
    np.testing.assert_allclose(result.none, 1 - up[0], atol=1e-12)
    np.testing.assert_allclose(result.selection, reached[1:] - np.append(reached[2:], 0.0), atol=1e-12)


def test_cohorts_are_of_three():
    with pytest.raises(InputError, match="cohorts of three"):
        ThreePlusThree(levels=3, cohort=2)
