import numpy as np
import pytest
from scipy.integrate import quad

from hepatica.errors import InputError
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.replay import Cohort, follow
from hepatica.trials.dose_finding.state import Reason
from hepatica.trials.dose_finding.time_to_event.follow_up import Snapshot
from hepatica.trials.dose_finding.time_to_event.tite_boin import TiteBoin

DESIGN = TiteBoin(levels=3, max_patients=30, target=0.3)


@pytest.mark.parametrize("impute", [False, True])
def test_with_nobody_pending_it_is_boin(impute):
    design, plain = TiteBoin(levels=3, max_patients=30, target=0.3, impute=impute), boin(0.3, 3, 60)
    for n in range(3, 13):
        for x in range(n + 1):
            toxic = np.arange(n)[None] < x
            seen = Snapshot(np.ones((1, n), np.int64), np.ones((1, n)), toxic)
            step = design.decide(seen, np.array([1]), np.array([2]))
            state, reason = follow(plain, plain.begin(1), Cohort(2, "T" * x + "N" * (n - x)))
            assert (step.level[0], step.ceiling[0], Reason(int(step.reason[0]))) == (
                state.level[0],
                state.ceiling[0],
                reason,
            )


def test_expected_toxicity_of_a_pending_patient():
    """P(toxic later | not yet) for a uniform time, exactly and to first order in the weight, as the paper has it."""
    p, w = 0.2, 0.7
    exact = quad(lambda t: p, w, 1)[0] / (1 - p * w)
    first_order = p / (1 - p) * (1 - w)
    assert exact == pytest.approx(first_order, rel=0.1)
    design = TiteBoin(levels=3, max_patients=30, target=0.3, impute=True)
    mean = (1 + 0.15) / (4 + 1)  # 1 of 4 observed, prior of one patient at 0.15
    got = design.estimate(*(np.array([x]) for x in (1.0, 6.0, 2.0, 1.2)))
    assert got[0] == pytest.approx((1 + mean / (1 - mean) * 0.8) / 6)
    assert DESIGN.estimate(*(np.array([x]) for x in (1.0, 6.0, 2.0, 1.2)))[0] == pytest.approx(1 / 5.2)


def test_many_pending_suspend_unless_toxicity_asks_for_less():
    share = np.array([[1.0, 0.2, 0.2]])
    quiet = Snapshot(np.ones((1, 3), np.int64), share, np.zeros((1, 3), bool))
    toxic = quiet._replace(toxic=np.array([[True, False, False]]))
    assert Reason(int(DESIGN.decide(quiet, np.array([1]), np.array([2])).reason[0])) is Reason.SUSPEND
    assert Reason(int(DESIGN.decide(toxic, np.array([1]), np.array([2])).reason[0])) is Reason.DEESCALATE


def test_selection_and_refusal():
    assert DESIGN.select(np.array([[0, 4, 0]]), np.array([[3, 12, 0]]), np.array([2])).tolist() == [1]
    with pytest.raises(InputError, match="most_pending"):
        TiteBoin(levels=3, max_patients=30, target=0.3, most_pending=2)
