import numpy as np
import pytest
from scipy.integrate import quad

from hepatica.errors import InputError
from hepatica.trials.dose_finding.feasible.curve import DoseCurve, check_doses, interpolate_logit
from hepatica.trials.dose_finding.feasible.shortfall import DeliveredShares, LotYield

CURVE = DoseCurve(doses=(1.0, 2.0, 8.0), toxicity=(0.1, 0.2, 0.5))


def test_a_logistic_curve_in_log_dose_comes_back():
    def curve(dose):
        return 1 / (1 + np.exp(3 - 1.2 * np.log(dose)))

    doses = np.array([1.0, 2.0, 8.0])
    at = np.array([0.2, 1.5, 2.0, 7.0, 30.0])
    np.testing.assert_allclose(interpolate_logit(doses, curve(doses), at), curve(at))


def test_toxicity_as_assigned_is_the_mean_over_lots():
    lots = LotYield(median=2.0, cv=0.5)
    wanted = quad(lambda u: float(CURVE.at(lots.deliver(np.array(8.0), np.array(u)))), 0, 1, limit=200)[0]
    assert CURVE.as_assigned(lots)[2] == pytest.approx(wanted, abs=1e-4)
    half = DeliveredShares(shares=(0.25, 1.0), probabilities=(0.5, 0.5))
    assert CURVE.as_assigned(half)[2] == pytest.approx((0.2 + 0.5) / 2)


def test_doses_and_curves_that_cannot_be_are_refused():
    for bad in ((1.0,), (2.0, 1.0), (0.0, 1.0)):
        with pytest.raises(InputError, match="doses"):
            check_doses(bad)
    for bad in ((0.1, 0.2), (0.0, 0.2, 0.3), (0.3, 0.2, 0.4)):
        with pytest.raises(InputError, match="toxicity"):
            DoseCurve(doses=(1.0, 2.0, 3.0), toxicity=bad)
