"""Card of lots: in both languages, and none where the study states none."""

from types import SimpleNamespace

import pytest

from hepatica.dosing.variance_components import VarianceComponents
from hepatica.manufacturing.clinical.dose_lots import DoseLots, LotEffect, PolicyValue
from hepatica.report.dose.consequences.lots import lots
from hepatica.therapy import LotVariation, Product, Regimen

CHANGE = VarianceComponents(
    mean=-1.25, between_patients_sd=1.0, parameter_uncertainty_sd=1.0, low=-2.0, high=0.5, above_zero=0.2, error=0.3
)


@pytest.mark.parametrize(("lang", "said"), [("en", "potency units"), ("zh", "效价单位")])
def test_the_card_says_units_costs_and_that_a_link_is_needed(lang, said):
    effect = LotEffect(
        hypothesis="lung_only", variation=CHANGE, thrombosis=CHANGE, pooling=CHANGE,
        assay=PolicyValue(0.1, 0.05), perfect_assay=PolicyValue(0.2, 0.05),
    )  # fmt: skip
    made = DoseLots(
        regimen=Regimen(1e6), product=Product(lots=LotVariation.of_source("bone_marrow")), potency_units=(9e5, 5e5, 2e6),
        typical_units=9e5, feasible=(4e5, 2e6), effects=(effect,), assay_sd=0.15, pooled_donors=10, patients=40, failed=0,
    )  # fmt: skip
    card = lots(SimpleNamespace(lots=made), lang)
    assert said in card.text[0] and "4e+05" in card.text[1] and "Ribeiro" in card.text[2]
    assert card.table.iloc[0, 1] == "-1.25 (-2.00 – 0.50) ± 0.30" and card.table.iloc[0, 4] == "0.10 ± 0.05"
    assert lots(SimpleNamespace(lots=None), lang) is None
