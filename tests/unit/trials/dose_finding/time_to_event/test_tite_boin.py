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


# treated, toxic, pending from and to, decision: Contemp Clin Trials Commun 2022, 28:100943, Table 1 (target 0.2)
PRINTED = [
    (3, 0, 0, 1, Reason.ESCALATE),
    (3, 0, 2, 3, Reason.SUSPEND),
    (3, 1, 0, 2, Reason.DEESCALATE),
    (3, 2, 0, 1, Reason.ELIMINATE),
    (6, 0, 0, 3, Reason.ESCALATE),
    (6, 0, 4, 6, Reason.SUSPEND),
    (6, 1, 0, 3, Reason.STAY),
    (6, 1, 4, 5, Reason.SUSPEND),
    (6, 2, 0, 4, Reason.DEESCALATE),
    (6, 3, 0, 3, Reason.ELIMINATE),
    (9, 0, 0, 4, Reason.ESCALATE),
    (9, 0, 5, 9, Reason.SUSPEND),
    (9, 1, 0, 2, Reason.ESCALATE),
    (9, 1, 5, 8, Reason.SUSPEND),
    (9, 2, 0, 0, Reason.STAY),
    (9, 2, 5, 7, Reason.SUSPEND),
    (9, 3, 0, 6, Reason.DEESCALATE),
    (9, 4, 0, 5, Reason.ELIMINATE),
]
# treated, toxic, pending, total follow-up of these in windows at which the decision turns, and below and above it
TURNS = [
    (9, 1, 3, 0.77, Reason.STAY, Reason.ESCALATE),
    (9, 1, 4, 2.15, Reason.STAY, Reason.ESCALATE),
    (9, 2, 1, 0.52, Reason.DEESCALATE, Reason.STAY),
    (9, 2, 2, 1.59, Reason.DEESCALATE, Reason.STAY),
    (9, 2, 3, 2.66, Reason.DEESCALATE, Reason.STAY),
    (9, 2, 4, 3.73, Reason.DEESCALATE, Reason.STAY),
]


def _decision(treated, toxic, pending, followed):
    share = np.ones((1, treated))
    share[0, treated - pending :] = followed / max(pending, 1)
    seen = Snapshot(np.ones((1, treated), np.int64), share, np.arange(treated)[None] < toxic)
    design = TiteBoin(levels=3, max_patients=30, target=0.2, impute=True)
    return Reason(int(design.decide(seen, np.array([1]), np.array([2])).reason[0]))


def test_expected_toxicity_decides_as_the_printed_table():
    for treated, toxic, least, most, decision in PRINTED:
        for pending in range(least, most + 1):
            for share in (0.0, 0.5, 0.99):
                assert _decision(treated, toxic, pending, share * pending) is decision, (treated, toxic, pending, share)
    for treated, toxic, pending, turn, below, above in TURNS:
        assert _decision(treated, toxic, pending, turn - 0.01) is below
        assert _decision(treated, toxic, pending, turn + 0.01) is above


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
