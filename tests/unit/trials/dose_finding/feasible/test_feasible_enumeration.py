import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.characteristics import toxicity_truth
from hepatica.trials.dose_finding.enumeration import exact
from hepatica.trials.dose_finding.feasible.attribution import ATTRIBUTIONS, AsAssigned
from hepatica.trials.dose_finding.feasible.curve import DoseCurve
from hepatica.trials.dose_finding.feasible.feasible_enumeration import exact_feasible, list_outcomes
from hepatica.trials.dose_finding.feasible.feasible_simulation import simulate_feasible
from hepatica.trials.dose_finding.feasible.rules import ContinuousCrm, CountRule
from hepatica.trials.dose_finding.feasible.shortfall import DeliveredShares

DOSES, TOXICITY = (1.0, 2.0, 4.0), (0.1, 0.25, 0.5)
CURVE = DoseCurve(doses=DOSES, toxicity=TOXICITY)
DESIGN = boin(0.25, 3, 15)


def rule(attribution):
    return CountRule(doses=DOSES, max_patients=12, design=DESIGN, attribution=attribution)


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_enumeration_and_simulation_agree_within_monte_carlo_error(attribution, shared):
    lots = DeliveredShares(shares=(0.3, 1.0), probabilities=(0.4, 0.6), shared=shared)
    whole = exact_feasible(rule(attribution), CURVE, lots, 0.25)
    drawn = simulate_feasible(rule(attribution), CURVE, lots, 0.25, trials=4000)
    error = np.sqrt(whole.selection * (1 - whole.selection) / 4000)
    assert (np.abs(drawn.selection - whole.selection) < 4 * error + 1e-6).all()
    assert whole.none + whole.selection.sum() == pytest.approx(1, abs=1e-9)
    assert abs(drawn.toxicities - whole.toxicities) < 4 * drawn.errors["toxicities"]
    assert abs(drawn.size - whole.size) < 4 * drawn.errors["size"] + 1e-9


def test_without_shortfall_it_is_the_enumeration_of_the_design():
    whole = exact_feasible(rule(AsAssigned()), CURVE, DeliveredShares(shares=(1.0,), probabilities=(1.0,)), 0.25)
    plain = exact(DESIGN.changed(max_patients=12), toxicity_truth(TOXICITY, 0.25))
    np.testing.assert_allclose(whole.selection, plain.selection, atol=1e-12)
    assert whole.toxicities == pytest.approx(plain.toxicities.sum()) and whole.size == pytest.approx(plain.size)


def test_outcomes_of_shared_lots_have_one_dose():
    found = list_outcomes(CURVE, DeliveredShares(shares=(0.5, 1.0), probabilities=(0.3, 0.7), shared=True), 2, 3)
    assert (found.dose == found.dose[:, :1]).all() and found.chance.sum() == pytest.approx(1)
    assert found.chance[found.dose[:, 0] == 2.0].sum() == pytest.approx(0.3)


def test_what_cannot_be_enumerated_is_refused():
    lots = DeliveredShares(shares=(0.5, 1.0), probabilities=(0.3, 0.7))
    model = ContinuousCrm(doses=DOSES, max_patients=12, skeleton=(0.1, 0.2, 0.3), target=0.25)
    with pytest.raises(InputError, match="rule by counts"):
        exact_feasible(model, CURVE, lots, 0.25)
    with pytest.raises(InputError, match="more than 5 states"):
        exact_feasible(rule(AsAssigned()), CURVE, lots, 0.25, max_states=5)
    with pytest.raises(InputError, match="doses of the rule"):
        exact_feasible(rule(AsAssigned()), DoseCurve(doses=(1.0, 3.0), toxicity=(0.1, 0.2)), lots, 0.25)
