import numpy as np
import pytest
from scipy.integrate import quad

from hepatica.errors import InputError
from hepatica.trials.dose_finding.characteristics import toxicity_truth
from hepatica.trials.dose_finding.enumeration import exact
from hepatica.trials.dose_finding.model_based.crm import Crm
from hepatica.trials.dose_finding.model_based.posterior import PRIOR_SD, fit_crm
from hepatica.trials.dose_finding.model_based.working_models import Logistic
from hepatica.trials.dose_finding.replay import read_history, replay
from hepatica.trials.dose_finding.simulation import simulate
from hepatica.trials.dose_finding.state import Reason

SKELETON = (0.05, 0.12, 0.25, 0.4)
TRUTH = toxicity_truth([0.1, 0.2, 0.35, 0.5], 0.25)
DESIGN = Crm(levels=4, max_patients=12, cohort=1, skeleton=SKELETON, target=0.25)


@pytest.mark.parametrize("change", [{}, {"prior_sd": None}, {"model": Logistic()}, {"cohort": 3}, {"stop_toxic": 0.8}])
def test_simulation_and_enumeration_agree_within_monte_carlo_error(change):
    design = DESIGN.changed(**change)
    drawn, whole = simulate(design, TRUTH, trials=10_000), exact(design, TRUTH)
    assert (np.abs(drawn.selection - whole.selection) < 4 * drawn.selection_error + 1e-3).all()
    assert drawn.none == pytest.approx(whole.none, abs=0.01)


def test_recommendations_are_those_of_the_fit_within_the_restrictions():
    history = read_history("1N 2N 3N 4T 3N 3T 2N 2N")
    rows = replay(DESIGN.changed(max_patients=20), history)
    level, toxic = [c.level - 1 for c in history], [int(c.outcomes == "T") for c in history]
    for place, row in enumerate(rows):
        wanted = fit_crm(SKELETON, 0.25, level[: place + 1], toxic[: place + 1]).level
        allowed = min(wanted, level[place] + (not toxic[place]))
        assert row.next_level == allowed + 1


def test_restrictions_can_be_lifted_and_say_so():
    free = DESIGN.changed(no_skip=False, coherent=False)
    assert replay(free, read_history("1N"))[0].next_level == 4
    assert replay(DESIGN, read_history("1N"))[0].reason is Reason.ESCALATE_ONE
    strong = DESIGN.changed(max_patients=40, cohort=4)
    assert replay(strong, read_history("1NNNN 1NNNN 1NNNN 1NNNT"))[-1].reason is Reason.STAY_INCOHERENT
    assert replay(DESIGN.changed(stop_at=2, prior_sd=None), read_history("1T 1T"))[-1].reason is Reason.STOP_AT_LEVEL


def test_the_rule_for_a_toxic_lowest_level_is_the_posterior_probability():
    labels = np.array(SKELETON)

    def density(b):
        return labels[0] ** np.exp(b) * np.exp(-(b**2) / 2 / PRIOR_SD**2)

    border = DESIGN.model.solve(SKELETON[0], 0.25)
    chance = quad(density, -8, border)[0] / quad(density, -8, 8)[0]
    for cutoff, reason in ((chance - 0.005, Reason.STOP_TOXIC), (chance + 0.005, Reason.STAY)):
        assert replay(DESIGN.changed(stop_toxic=cutoff), read_history("1T"))[0].reason is reason


@pytest.mark.parametrize(
    "bad", [{"skeleton": (0.1, 0.2)}, {"target": 0.0}, {"stop_toxic": 1.2}, {"stop_toxic": 0.9, "prior_sd": None}]
)
def test_impossible_numbers_are_refused(bad):
    with pytest.raises(InputError):
        DESIGN.changed(**bad)
