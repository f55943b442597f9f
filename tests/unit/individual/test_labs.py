"""Columns of labs: units and limits agree with the model and with each other."""

import pytest

from hepatica.evidence.observations import VARIABLES
from hepatica.individual.labs import INR_OF_ACTIVITY, LABS, PROTHROMBIN_ACTIVITY, READINGS


@pytest.mark.parametrize("name", [*LABS, *READINGS])
def test_limits_hold_the_medians_a_cohort_can_have(name):
    lab = (LABS | READINGS)[name]
    assert lab.low < lab.usual[0] < lab.usual[1] < lab.high and lab.factor > 0


def test_labs_are_what_the_model_and_the_evidence_call_them(model):
    assert set(LABS) <= set(VARIABLES) and {*LABS, *READINGS} <= {*model.states, *model.quantities}
    columns = [lab.column for lab in (*LABS.values(), *READINGS.values(), PROTHROMBIN_ACTIVITY)]
    assert len(set(columns)) == len(columns)


def test_factors_convert_to_the_units_of_the_model():
    """Albumin from g/dL to g/L; ammonia from ug/dL to umol/L by its molar mass of 17.03 g/mol; white cells from /uL."""
    assert LABS["albumin"].factor == 10
    assert LABS["ammonia"].factor == pytest.approx(10 / 17.03, rel=1e-3)
    assert READINGS["white_cells"].factor == pytest.approx(1e6 / 1e9)


def test_a_normal_prothrombin_activity_is_a_normal_inr():
    factor, power = INR_OF_ACTIVITY
    assert factor * 100**power == pytest.approx(1.0, abs=0.05)
