"""Card of the product's lots: dose in potency units, feasible range, cost of variation, value of assay and pooling."""

from __future__ import annotations

import pandas as pd

from hepatica.card import Card
from hepatica.dose_study import Answer
from hepatica.dosing.variance_components import VarianceComponents
from hepatica.manufacturing.clinical.dose_lots import LotEffect, PolicyValue
from hepatica.report import names
from hepatica.words import say


def lots(a: Answer, lang: str) -> Card | None:
    """Lots at the shown regimen; None where the study's product states none."""
    result = a.lots
    if result is None or result.product.lots is None:
        return None
    per_kg = say("product.dose_per_kg", lang) if result.regimen.per_kg else ""
    middle, low, high = (f"{x:.2g}" for x in result.potency_units)
    units = {"cells": result.regimen.short_dose, "typical": f"{result.typical_units:.2g}", "per_kg": per_kg}
    law = result.product.lots
    text = (
        say("product.dose_units", lang, **units, units=middle, low=low, high=high),
        say(
            "product.dose_feasible",
            lang,
            low=f"{result.feasible[0]:.2g}",
            high=f"{result.feasible[1]:.2g}",
            per_kg=per_kg,
        ),
        say(
            "product.dose_lots_known",
            lang,
            sd=f"{law.potency_sd:g}",
            donors=law.donors,
            source=law.source,
            error=f"{law.potency_error:g}",
        ),
    )
    note = say(
        "product.dose_lots_note",
        lang,
        patients=result.patients,
        assay=f"{result.assay_sd:g}",
        pooled=result.pooled_donors,
    )
    table = pd.DataFrame([_row(e, lang) for e in result.effects])
    return Card("lots", say("product.dose_lots", lang), text, table, note=note)


def _row(e: LotEffect, lang: str) -> dict[str, str]:
    return {
        say("product.hypothesis", lang): names.hypothesis(e.hypothesis, lang),
        say("product.col_variation", lang): _spread(e.variation),
        say("product.col_lot_clots", lang): _spread(e.thrombosis, 4),
        say("product.col_pooling", lang): _spread(e.pooling),
        say("product.col_assay", lang): _value(e.assay),
        say("product.col_perfect", lang): _value(e.perfect_assay),
    }


def _spread(v: VarianceComponents, digits: int = 2) -> str:
    return f"{v.mean:.{digits}f} ({v.low:.{digits}f} – {v.high:.{digits}f}) ± {v.error:.{digits}f}"


def _value(v: PolicyValue) -> str:
    return f"{v.mean:.2f} ± {v.error:.2f}"
