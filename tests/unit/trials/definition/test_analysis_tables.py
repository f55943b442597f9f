"""Tables about the analysis: boundaries by name, looks by one clock, designs of dose finding."""

import pytest

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.shapes import Shape
from hepatica.trials.confirmatory.group_sequential.spending import Spending
from hepatica.trials.definition.analysis_tables import Analysis, Look, Stopping, Variation


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("obrien_fleming", Spending),
        ("pocock", Spending),
        ("hwang_shih_decani", Spending),
        ("obrien_fleming_exact", Shape),
        ("pocock_exact", Shape),
    ],
)
def test_boundaries_by_name(name, kind):
    assert isinstance(Stopping(efficacy=name).boundary(), kind)


def test_parameters_of_a_boundary_reach_it():
    assert Stopping(efficacy="kim_demets", parameter=2.0).boundary().rho == 2.0
    assert Stopping(efficacy="wang_tsiatis", parameter=0.25).boundary().delta == 0.25
    with pytest.raises(InputError, match="stopping.efficacy"):
        Stopping(efficacy="guess").boundary()


@pytest.mark.parametrize(
    ("table", "bad"),
    [
        (Look, {}),
        (Look, {"fraction": 0.5, "day": "9 d"}),
        (Analysis, {"multiplicity": "none"}),
        (Variation, {"coupling": "odd"}),
    ],
)
def test_wrong_values_are_refused(table, bad):
    with pytest.raises(InputError):
        table(**bad)
