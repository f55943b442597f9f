"""Answer of lots: every number of what was computed, and null where there is none."""

from hepatica.api.dosing.lots import Estimate, LotsAnswer
from hepatica.dosing.variance_components import VarianceComponents
from hepatica.manufacturing.clinical.dose_lots import DoseLots, LotEffect, PolicyValue
from hepatica.therapy import LotVariation, Product, Regimen

GAIN = VarianceComponents(
    mean=-1.25, between_patients_sd=1.0, parameter_uncertainty_sd=2.0, low=-3.0, high=0.5, above_zero=0.2, error=0.3
)


def test_an_estimate_has_the_fields_of_its_components():
    assert all(getattr(Estimate.of(GAIN), name) == getattr(GAIN, name) for name in Estimate.model_fields)


def test_the_answer_holds_what_was_computed():
    effect = LotEffect(
        hypothesis="lung_only", variation=GAIN, thrombosis=GAIN, pooling=GAIN,
        assay=PolicyValue(0.0, float("nan")), perfect_assay=PolicyValue(0.2, 0.05),
    )  # fmt: skip
    made = DoseLots(
        regimen=Regimen(1e6), product=Product(lots=LotVariation()), potency_units=(9e5, 5e5, 2e6), typical_units=9e5,
        feasible=(4e5, 2e6), effects=(effect,), assay_sd=0.15, pooled_donors=10, patients=40, failed=0,
    )  # fmt: skip
    answer = LotsAnswer.of(made)
    assert answer.regimen == Regimen(1e6).label and answer.potency_units == [9e5, 5e5, 2e6]
    assert answer.effects[0].assay_error is None and answer.effects[0].variation.mean == -1.25
