import numpy as np
import pytest
from scipy.integrate import quad

from hepatica.errors import InputError
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.feasible.attribution import AsAssigned, NearestDelivered, ReachedDelivered
from hepatica.trials.dose_finding.feasible.curve import interpolate_logit
from hepatica.trials.dose_finding.feasible.rules import ContinuousCrm, CountRule
from hepatica.trials.dose_finding.model_based.posterior import PRIOR_SD
from hepatica.trials.dose_finding.response.boin12 import Boin12
from hepatica.trials.dose_finding.response.utility import Limits, Utility
from hepatica.trials.dose_finding.state import Reason

DOSES = (1.0, 2.0, 4.0)
SKELETON = (0.1, 0.25, 0.4)
CRM = ContinuousCrm(doses=DOSES, max_patients=30, skeleton=SKELETON, target=0.25)


def counting(attribution):
    return CountRule(doses=DOSES, max_patients=30, design=boin(0.25, 3, 30), attribution=attribution)


def course(rule, *cohorts):
    """Cohorts as level assigned from 1, doses delivered and toxicities."""
    memory = rule.begin(1)
    for level, dose, toxic in cohorts:
        memory = memory._replace(level=np.array([level - 1]))
        memory, reason = rule.decide(rule.observe(memory, np.array([dose]), np.array([toxic], bool)))
    return memory, Reason(int(reason[0]))


def test_a_level_is_not_passed_that_was_assigned_but_never_delivered():
    short = (2, [1.0, 1.1, 1.2], [0, 0, 0])
    assert course(counting(AsAssigned()), short)[0].level[0] == 2  # naive: on to the third level
    assert course(counting(ReachedDelivered()), short)[0].level[0] == 1  # the first was safe: the second, again
    assert course(CRM, short)[0].level[0] == 1
    nothing = (1, [0.5, 0.6, 0.7], [0, 0, 0])
    memory, reason = course(counting(ReachedDelivered()), nothing)
    assert (memory.level[0], reason, memory.counts.sum()) == (0, Reason.STAY, 0)


def test_toxicity_below_the_lowest_level_counts_to_it_and_closes_it():
    memory, reason = course(counting(ReachedDelivered()), (1, [0.5, 0.6, 0.7], [1, 1, 1]))
    assert reason is Reason.STOP_TOXIC and memory.ceiling[0] == -1


def test_toxicity_of_a_dose_delivered_short_closes_the_level_it_reached():
    memory, reason = course(counting(NearestDelivered()), (1, [1.0] * 3, [0] * 3), (3, [2.0] * 3, [1, 1, 1]))
    assert reason is Reason.ELIMINATE and (memory.level[0], memory.ceiling[0]) == (0, 0)


def test_the_model_is_that_of_adaptive_integration_with_the_delivered_doses():
    dose, toxic = np.array([[0.7, 1.4, 3.0]]), np.array([[False, True, False]])
    memory = CRM.observe(CRM.begin(1), dose, toxic)
    label = interpolate_logit(np.array(DOSES), np.array(SKELETON), dose[0])

    def density(b):
        p = label ** np.exp(b)
        return float(np.prod(np.where(toxic[0], p, 1 - p)) * np.exp(-(b**2) / 2 / PRIOR_SD**2))

    mean = quad(lambda b: b * density(b), -8, 8)[0] / quad(density, -8, 8)[0]
    np.testing.assert_allclose(CRM._estimate(memory)[0][0], np.array(SKELETON) ** np.exp(mean), atol=1e-5)
    naive = ContinuousCrm(doses=DOSES, max_patients=30, skeleton=SKELETON, target=0.25, delivered=False)
    whole = naive.observe(naive.begin(1), dose, toxic)
    as_assigned = CRM.observe(CRM.begin(1), np.ones((1, 3)), toxic)
    np.testing.assert_allclose(whole.log_density, as_assigned.log_density)


def test_toxicity_holds_the_level_and_too_much_of_it_ends_the_trial():
    assert course(CRM, (1, [1.0] * 3, [0] * 3), (1, [1.0] * 3, [0] * 3), (1, [1.0] * 3, [0, 0, 1]))[1] in (
        Reason.STAY_INCOHERENT,
        Reason.STAY,
    )
    memory, reason = course(CRM, (1, [1.0] * 3, [1] * 3), (1, [1.0] * 3, [1] * 3))
    assert reason is Reason.STOP_TOXIC and CRM.select(memory).tolist() == [-1]


def test_rules_that_do_not_fit_are_refused():
    other = Boin12(
        levels=3, max_patients=12, utility=Utility(neither=40, both=60), limits=Limits(toxicity=0.3, response=0.2)
    )
    for bad in (boin(0.25, 4, 30), other):
        with pytest.raises(InputError, match="design"):
            CountRule(doses=DOSES, max_patients=30, design=bad, attribution=AsAssigned())
    for bad in (
        {"skeleton": (0.1, 0.2)},
        {"target": 1.0},
        {"start": 3},
        {"max_patients": 1},
        {"doses": (2.0, 1.0, 3.0)},
    ):
        with pytest.raises(InputError):
            ContinuousCrm(**{"doses": DOSES, "max_patients": 30, "skeleton": SKELETON, "target": 0.25, **bad})
