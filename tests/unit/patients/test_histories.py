"""Histories: causes, onsets, doses and controls, each drawn for the patient it belongs to."""

import numpy as np
import pytest

from hepatica.patients import Cohort
from hepatica.patients.population import Cause, Covariate

N = 4000


def spread(low, high, unit=""):
    return Covariate(unit=unit, parts=[{"kind": "uniform", "low": low, "high": high}], reason="made up")


@pytest.fixture(scope="module")
def mixed(population):
    """Two causes: one doses a state and has an onset of its own, the other sets controls."""
    causes = (
        Cause(
            name="infection",
            weight=1.0,
            insult={"pathogen": spread(1.0, 2.0)},
            onset=spread(2.0, 5.0, "day"),
            treatment={"antibiotic": 1.0},
            reason="made up",
        ),
        Cause(
            name="other", weight=3.0, before={"albumin_infused": 0.7}, treatment={"antiviral": 0.0}, reason="made up"
        ),
    )
    return population.model_copy(update={"causes": causes, "insult": {}})


@pytest.fixture(scope="module")
def cohort(model, mixed):
    return Cohort(model, mixed, 3, np.arange(N), np.zeros(N, int))


def column(values, model, name):
    return values[:, list(model.parameters).index(name)]


def test_causes_have_their_weights(cohort):
    assert set(cohort.cause()) == {0, 1} and (cohort.cause() == 0).mean() == pytest.approx(0.25, abs=0.02)


def test_a_population_without_causes_has_one(model, population):
    plain = Cohort(model, population, 3, np.arange(50), np.zeros(50, int))
    assert (plain.cause() == 0).all() and (plain.onset() == plain.covariate("onset")).all()
    doses = plain.doses("insult")
    assert set(doses) == {"effectors_young"} and (doses["effectors_young"] > 0).all()


def test_each_cause_has_its_onset_and_dose(cohort, mixed, population):
    first, (usual,) = cohort.cause() == 0, population.covariate["onset"].parts
    assert (cohort.onset()[first] < 5).all() and (cohort.onset()[~first] >= usual.low).all() and usual.low > 5
    dose = cohort.doses("insult")["pathogen"]
    assert (dose[first] >= 1).all() and dose[first].std() > 0.2 and (dose[~first] == 0).all()
    assert mixed.longest_onset == usual.high > 20


def test_controls_are_set_for_the_cause_alone(cohort, model, mixed):
    first, base = cohort.cause() == 0, cohort.parameters()
    before, after = (cohort.under(what, cohort.parameters()) for what in ("before", "treatment"))
    assert (column(before, model, "albumin_infused")[~first] == 0.7).all()
    assert (column(before, model, "albumin_infused")[first] == mixed.before["albumin_infused"]).all()
    assert (column(after, model, "antiviral")[first] == 1.0).all() and (
        column(after, model, "antiviral")[~first] == 0.0
    ).all()
    set_by_care = ("albumin_infused", "antiviral", "cause_removed")
    untouched = [k for k, name in enumerate(model.parameters) if name not in set_by_care]
    assert (before[:, untouched] == base[:, untouched]).all() and (after[:, untouched] == base[:, untouched]).all()


def test_a_treatment_may_dose_a_state(cohort):
    given = cohort.doses("treatment")
    assert set(given) == {"antibiotic"} and (given["antibiotic"] == (cohort.cause() == 0)).all()


def test_a_history_is_the_patients_own(cohort):
    some = np.array([7, 2000, 3])
    few = cohort.take(some)
    assert (few.cause() == cohort.cause()[some]).all() and (few.onset() == cohort.onset()[some]).all()
    assert (few.doses("insult")["pathogen"] == cohort.doses("insult")["pathogen"][some]).all()
    assert (few.under("treatment", few.parameters()) == cohort.under("treatment", cohort.parameters())[some]).all()


def test_a_cause_needs_a_source():
    with pytest.raises(ValueError, match="cite or reason"):
        Cause(name="x", weight=1.0)


def test_a_mixture_is_drawn_by_two_independent_numbers(model, population):
    """One number chooses the part, another the place in it: both halves of each part are met."""
    parts = [{"kind": "uniform", "low": low, "high": low + 1.0} for low in (0.0, 10.0)]
    two = population.model_copy(
        update={"insult": {"pathogen": Covariate(unit="", parts=parts, reason="made up")}, "causes": ()}
    )
    dose = Cohort(model, two, 3, np.arange(N), np.zeros(N, int)).doses("insult")["pathogen"]
    for low in (0.0, 10.0):
        part = dose[(dose >= low) & (dose < low + 1)] - low
        assert len(part) / N == pytest.approx(0.5, abs=0.03) and part.mean() == pytest.approx(0.5, abs=0.03)
