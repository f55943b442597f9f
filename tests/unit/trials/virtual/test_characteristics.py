"""Characteristics under every truth, and readers' assurance."""

import numpy as np
import pytest

from hepatica.trials.virtual.adaptive.mcp_mod import contrast_plan
from hepatica.trials.virtual.characteristics import _planned_critical, characterise
from hepatica.trials.virtual.conduct.scenario import Truth
from hepatica.trials.virtual.simulate import Simulator


def test_power_assurance_and_error_side_by_side(make_trial, flat_bank):
    readers = [{"name": "a", "no_effect": 0.0}, {"name": "b", "no_effect": 1.0}, {"name": "c", "no_effect": 0.5}]
    endpoints = [
        {"name": "death", "kind": "survival", "primary": True},
        {"name": "alive", "kind": "proportion", "when": "alive == 1", "higher_is_better": True},
    ]
    trial = make_trial(patients=160, endpoint=endpoints, reader=readers, look=[{"fraction": 0.5}])
    told = []
    c = characterise(
        trial, flat_bank(trial, (0.012, 0.006)), trials=500, secondary=250, progress=lambda *a: told.append(a)
    )
    h = c.hypotheses[0]
    assert h.average.success.value > 0.7 > 0.1 > h.null.success.value
    assert h.drawn.success.value == pytest.approx(h.average.success.value, abs=0.1)  # draws are alike, trials too
    assert h.average.truth[0] == pytest.approx(np.log(0.5), abs=0.03) and abs(h.average.bias[0]) < 0.15
    assert set(h.endpoints) == {"death", "alive"} and h.endpoints["alive"][Truth.NULL].value < 0.08
    assert h.average.harmful == h.average.useless == 0 and h.null.trials == 500
    a, b, both = (r.assurance.value for r in c.readers)
    assert a == pytest.approx(h.drawn.success.value) and b == pytest.approx(h.null.success.value)
    assert both == pytest.approx((a + b) / 2)
    assert len(c.critical) == 2 and told[-1][1] == told[-1][2] and told[-1][0] == "trials_label_is_cells"


def test_planned_critical_values_are_those_of_the_design(make_trial, flat_bank):
    arms = [{"name": "care"}, *({"name": d, "dose": f"{d} cells/kg"} for d in ("5e5", "1e6", "2e6"))]

    def critical(**changes):
        trial = make_trial(arm=arms, **changes)
        return trial, _planned_critical(Simulator.of(trial, flat_bank(trial, [0.01] * 4)))

    shapes = {"model": [{"shape": "linear"}, {"shape": "emax", "ed50": "5e5 cells/kg"}], "effect": 0.3}
    trial, own = critical(mcp_mod=shapes)
    assert own == pytest.approx([contrast_plan(trial).critical]) and own[0] < 2.35  # below Dunnett's of three arms
    assert critical(platform={"per_arm": 20})[1] == pytest.approx([1.959964])
    assert critical(look=[{"fraction": 0.5}])[1][-1] == pytest.approx(
        2.394, abs=0.02
    )  # a third of the level, two looks
    assert np.isnan(critical(look=[{"day": "300 d"}])[1]).all()
