"""Risk by time against sums over candidates; recalibration at the day of the people; scores against their functions."""

import math
from dataclasses import replace

import numpy as np
import pytest

from hepatica.individual.learning.learnt import learnt_of, untaught
from hepatica.individual.library.proposals import Kind
from hepatica.individual.posterior.importance import Kernels, weighted_quantile
from hepatica.individual.posterior.lab_error import LabError, default_errors
from hepatica.individual.posterior.observations import Observations
from hepatica.individual.posterior.posterior import make_posterior
from hepatica.individual.prediction.expectation import expect
from hepatica.individual.prediction.risk import (
    MIN_ALIVE,
    either_incidence,
    features_of,
    mix_risks,
    person_risk,
    recalibration,
    risk_days,
    score_table,
)
from hepatica.outcomes.scores import meld, meld3

WIDE = {lab: LabError(e.assay, 2.0) for lab, e in default_errors().items()}


@pytest.fixture(scope="module")
def posterior(acute, observe_candidate):
    return make_posterior(acute, observe_candidate(acute, 9, days=(0.0, 2.0)), WIDE, Kernels())


def test_raw_risk_is_the_mean_over_candidates_given_life(posterior):
    found = person_risk(posterior, untaught(), np.array([7.0, 60.0]))
    c, w = posterior.candidates, posterior.weight
    start = np.maximum(c.free[0, :, 2], MIN_ALIVE)  # nobody divides by those who cannot have lived: their weight is 0
    for i, column in enumerate((7, 15)):
        died = w @ ((c.died[0, :, column] - c.died[0, :, 2]) / start)
        assert found.death[i] == pytest.approx(float(died), abs=2e-3)
    assert (found.low <= found.either).all() and (found.either <= found.high).all()
    np.testing.assert_allclose(found.raw, found.either)


def test_expected_risk_and_own_risks_are_told_apart(posterior):
    days, even = np.array([60.0]), np.zeros(1)
    found = person_risk(posterior, untaught(), days, share=even)
    own, w = posterior.probability(either_incidence(posterior, days, 0))[:, 0], posterior.sample_weight
    assert found.person_low[0] == pytest.approx(weighted_quantile(own, w, np.array([0.05]))[0])
    assert found.mild[0] == pytest.approx(w[own < 0.2].sum()) and found.severe[0] == pytest.approx(w[own > 0.8].sum())
    assert found.high[0] - found.low[0] < found.person_high[0] - found.person_low[0]
    shared = person_risk(posterior, untaught(), days, share=np.array([0.2]))
    assert shared.low[0] < found.low[0] < found.either[0] < found.high[0] < shared.high[0]
    widened = expect(posterior, posterior.probability(either_incidence(posterior, days, 0)), np.array([0.2 * 1.8**2]))
    np.testing.assert_allclose((shared.low, shared.high), widened.probability_interval())


def test_recalibrated_at_the_day_of_the_people(posterior):
    learnt = learnt_of(Kind.ACUTE)
    before, after = recalibration(posterior, learnt)
    found = person_risk(posterior, learnt, np.array([30.0, learnt.horizon, 365.0]))
    assert found.either[1] == pytest.approx(after, abs=1e-6) and found.raw[1] == pytest.approx(before, abs=1e-6)
    assert (np.diff(found.either) >= 0).all()


def test_days(posterior):
    assert risk_days(posterior.observations, 90.0).tolist() == [7.0, 14.0, 28.0, 60.0, 90.0]
    assert risk_days(posterior.observations, 3.0).tolist() == [3.0]


def test_scores(posterior):
    o = replace(posterior.observations, female=1.0)
    table = score_table(o, learnt_of(Kind.ACUTE)).set_index("score")
    labs = {lab: o.last(lab) for lab in ("bilirubin", "creatinine", "inr")}
    assert table.loc["MELD", "points"] == pytest.approx(float(meld(**labs)))
    assert table.loc["MELD-Na", "lacks"] == "sodium" and math.isnan(table.loc["MELD 3.0", "points"])
    assert 0 < table.loc["labs' logistic model", "risk"] < 1
    assert table.loc["CLIF-C ACLF", "lacks"] == "encephalopathy, white_cells"
    full = replace(o, encephalopathy=2.0, age=50.0)
    from hepatica.individual.posterior.observations import Series

    more = tuple(
        Series(n, np.zeros(1), np.log([v]), np.zeros(1, int)) for n, v in (("sodium", 130.0), ("white_cells", 9.0))
    )
    full = replace(full, series=(*full.series, *more))
    table = score_table(full, untaught()).set_index("score")
    expected = meld3(**labs, sodium=130.0, albumin=full.last("albumin"), female=True)
    assert table.loc["MELD 3.0", "points"] == pytest.approx(float(expected))
    assert 0 < table.loc["CLIF-C ACLF", "risk"] < 1 and "labs' logistic model" not in table.index
    assert np.isnan(features_of(Observations(series=())))[0, 0]


def test_risks_are_mixed(posterior):
    care, cells = (person_risk(posterior, untaught(), np.array([60.0]), c) for c in (0, 1))
    found = mix_risks(care, [cells, care], (0.25, 0.5))
    expected = 0.5 * (0.25 * care.death + 0.75 * cells.death) + 0.5 * care.death
    np.testing.assert_allclose(found.death, expected)
