"""Dose finding on the bank: toxicity in closed form, designs against exact enumeration."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.enumeration import exact
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.escalation.characteristics import characterise_escalation
from hepatica.trials.virtual.escalation.designs import USUAL, design_of
from hepatica.trials.virtual.escalation.outcomes import level_outcomes, truth_of

ARMS = [{"name": n, "dose": f"{d} cells/kg"} for n, d in (("low", "1e5"), ("mid", "1e6"), ("high", "1e7"))]


@pytest.fixture
def trial(make_trial):
    def make(**changes):
        rule = {"target": 0.3, "window": "28 d", "toxicity": ["thrombosis"]} | changes.pop("rule", {})
        return make_trial(arm=ARMS, patients=12, endpoint=[], dose_finding=rule, **changes)

    return make


def toxic_bank(flat_bank, trial, chances):
    bank = flat_bank(trial, np.zeros(len(trial.regimens())))
    rates = -np.log1p(-np.array(chances)) / 28
    bank.outcomes["label_is_cells"].hazards["thrombosis"][...] = rates[:, None, None] * np.arange(101)
    return bank


def test_toxicity_is_that_of_the_window(trial, flat_bank):
    t = trial(rule={"toxicity": ["thrombosis", "infection"]})
    bank = toxic_bank(flat_bank, t, (0.0, 0.05, 0.3, 0.6))
    bank.outcomes["label_is_cells"].infection[...] = np.where(np.arange(40) < 10, 20.0, 40.0)
    toxic = level_outcomes(t, bank, eligible_patients(bank, t), "label_is_cells").mean_toxicity()
    assert toxic[:, :10] == pytest.approx(1.0) and toxic[:, 20] == pytest.approx([0.05, 0.3, 0.6], rel=1e-4)


def test_lots_that_fall_short_lower_toxicity(trial, flat_bank):
    t = trial(batches={"shares": [0.5], "chances": [0.4]})
    bank = toxic_bank(flat_bank, t, (0.0, 0.1, 0.02, 0.3, 0.2, 0.6, 0.4))
    toxic = level_outcomes(t, bank, eligible_patients(bank, t), "label_is_cells").mean_toxicity().mean(axis=1)
    assert toxic == pytest.approx([0.6 * a + 0.4 * b for a, b in ((0.1, 0.02), (0.3, 0.2), (0.6, 0.4))], rel=1e-4)


def test_characteristics_are_those_of_enumeration(trial, flat_bank):
    t = trial()
    found = characterise_escalation(t, toxic_bank(flat_bank, t, (0.0, 0.05, 0.3, 0.6)), trials=4000)
    h = found.hypotheses[0]
    assert h.truth.best == 1 and set(h.designs) == set(USUAL) and (h.gain == 0).all()
    for name in ("boin", "3+3"):
        theirs = exact(design_of(name, t), h.truth)
        error = np.sqrt(theirs.selection * (1 - theirs.selection) / 4000)
        assert (np.abs(h.designs[name].selection - theirs.selection) <= 4.5 * error + 1e-9).all()
    assert h.drawn.correct.value == pytest.approx(h.designs["boin"].correct, abs=0.04)  # all draws are alike
    assert h.drawn.useless == pytest.approx(h.drawn.patients.sum()) and h.drawn.harmful == 0


def test_best_level_of_a_truth():
    assert truth_of(np.array([0.5, 0.7]), 0.3).best == -1 and truth_of(np.array([0.05, 0.1]), 0.3).best == 1


def test_three_plus_three_needs_threes(trial):
    with pytest.raises(InputError, match="cohorts of three"):
        design_of("3+3", trial(rule={"cohort": 2}))


def test_lots_that_fall_short_show_every_way_of_counting(trial, flat_bank):
    t = trial(batches={"shares": [0.5], "chances": [0.4]}, rule={"counted_at": "nearest"})
    h = characterise_escalation(t, toxic_bank(flat_bank, t, (0.0, 0.1, 0.02, 0.3, 0.1, 0.6, 0.2)), trials=400)
    view = h.hypotheses[0]
    assert set(view.feasible) == {"assigned", "evaluable", "reached", "nearest"} and view.truth.best == 1
    assert view.drawn.selection == pytest.approx(view.feasible["nearest"].selection, abs=0.08)
    assert view.truth.toxicity == pytest.approx([0.6 * a + 0.4 * b for a, b in ((0.1, 0.02), (0.3, 0.1), (0.6, 0.2))])


def test_response_designs_are_judged_by_utility(trial, flat_bank):
    t = trial(rule={"design": "boin12", "response": "alive == 1", "response_day": "28 d"})
    view = characterise_escalation(t, toxic_bank(flat_bank, t, (0.0, 0.05, 0.1, 0.6)), trials=200).hypotheses[0]
    assert set(view.designs) == {"boin12", "uboin"} and view.truth.best == 0 and view.designs["boin12"].correct > 0.5
