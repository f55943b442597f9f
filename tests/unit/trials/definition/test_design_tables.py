"""Tables about the conduct: regimens by delivered share, schemes, centres, lots."""

import pytest

from hepatica.errors import InputError
from hepatica.study_fields import ProductTable
from hepatica.trials.definition.design_tables import ArmTable, Batches, Centre, Eligibility, Randomisation
from hepatica.trials.randomisation import SCHEMES


def test_a_share_of_the_dose_is_a_regimen_of_its_own():
    arm = ArmTable(name="cells", dose="2e6 cells/kg", infusions=2)
    half = arm.arm(ProductTable(), (), 0.5)
    assert half.regimen.dose == 1e6 and half.regimen.infusions == 2
    assert not arm.regimen(0.0).gives_cells and not ArmTable(name="care").regimen().gives_cells


def test_every_scheme_can_be_asked_for():
    made = {type(Randomisation(method=m).scheme((1, 1))) for m in ("complete", "blocks", "minimisation", "biased_coin")}
    assert made == set(SCHEMES)
    with pytest.raises(InputError, match="randomisation.method"):
        Randomisation(method="alternation").scheme((1, 1))
    with pytest.raises(InputError, match="equal ratio"):
        Randomisation(method="biased_coin").scheme((2, 1))


def test_conditions_know_which_truth_an_eligible_patient_has():
    rows = Eligibility(include=("age > 18",), exclude=("meld > 40",)).conditions()
    assert [(c.text, truth) for c, truth in rows] == [("age > 18", True), ("meld > 40", False)]


def test_rates_are_a_day():
    assert Centre(name="a", per_month=30.4375).per_day == pytest.approx(1.0)


@pytest.mark.parametrize(
    "bad", [{"shares": (0.5,)}, {"shares": (0.5, 0.5), "chances": (0.1, 0.1)}, {"shares": (0.5,), "chances": (1.5,)}]
)
def test_lots_that_cannot_be_are_refused(bad):
    with pytest.raises((ValueError, InputError)):
        Batches(**bad)
