import numpy as np
import pytest
from scipy.special import logit

from hepatica.errors import InputError
from hepatica.trials.dose_finding.characteristics import toxicity_truth
from hepatica.trials.dose_finding.enumeration import exact
from hepatica.trials.dose_finding.model_based.ewoc import Ewoc
from hepatica.trials.dose_finding.replay import Cohort, follow
from hepatica.trials.dose_finding.simulation import simulate

DOSES = (5.0, 5.5, 6.0, 6.5)
DESIGN = Ewoc(levels=4, max_patients=10, cohort=1, doses=DOSES, target=0.33)


def test_quantiles_are_those_of_draws_from_the_prior_weighted_by_likelihood():
    rng = np.random.default_rng(1)
    rho, mtd = 0.33 * rng.random(400_000), 5 + 1.5 * rng.random(400_000)
    state, weight = DESIGN.begin(1), np.ones(len(rho))
    for level, letter in ((1, "N"), (2, "N"), (3, "T"), (2, "N")):
        state, _ = follow(DESIGN, state, Cohort(level, letter))
        p = 1 / (1 + np.exp(-logit(rho) - (logit(0.33) - logit(rho)) * (DOSES[level - 1] - 5) / (mtd - 5)))
        weight *= p if letter == "T" else 1 - p
    order = np.argsort(mtd)
    below = np.cumsum(weight[order]) / weight.sum()
    for q in (0.25, 0.5):
        assert DESIGN.quantile(state, q)[0] == pytest.approx(mtd[order][np.searchsorted(below, q)], abs=0.01)


def test_simulation_and_enumeration_agree_and_a_bolder_alpha_goes_higher():
    truth = toxicity_truth([0.05, 0.15, 0.33, 0.6], 0.33)
    drawn, whole = simulate(DESIGN, truth, trials=4000), exact(DESIGN, truth)
    assert (np.abs(drawn.selection - whole.selection) < 4 * drawn.selection_error + 1e-3).all()
    bold = exact(DESIGN.changed(alpha_step=0.05), truth)
    assert bold.patients[2:].sum() > whole.patients[2:].sum()


@pytest.mark.parametrize(
    "bad", [{"doses": (1.0, 2.0)}, {"doses": (4, 3, 2, 1)}, {"target": 1.0}, {"alpha": 0.6}, {"highest": 4.0}]
)
def test_impossible_numbers_are_refused(bad):
    with pytest.raises(InputError):
        DESIGN.changed(**bad)
