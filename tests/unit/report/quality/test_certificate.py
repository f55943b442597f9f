"""Certificate of analysis: verdict, reasons, link and assumptions in both languages."""

import pytest

from hepatica.manufacturing.quality.release.lot import release_lot
from hepatica.manufacturing.quality.release.lot_file import check_lot
from hepatica.report.quality.certificate import certificate_cards

LOSS = {"days": 4, "low": 1, "high": 7, "linked": 0.5, "rejection": 2, "source": "a belief"}
POTENCY = {"name": "potency", "role": "potency", "values": [0.75], "assay_sd": 0.1, "lower": 0.7, "scale": "log"}
FACTOR = {
    "name": "tissue factor",
    "values": [20.0],
    "assay_sd": 1.0,
    "upper": 25.0,
    "per_dose": True,
    "source": "a paper",
}


def said(*attributes, lang="en", loss=None):
    data = {"title": "t", "lot": "1", "dose": {"planned": 1e6, "largest": 2e6}, "attribute": list(attributes)}
    found = release_lot(check_lot(data | ({} if loss is None else {"loss": loss})))
    return "\n".join(card.markdown() for card in certificate_cards(found, lang))


@pytest.mark.parametrize(("lang", "says"), [("en", "Conditional release"), ("zh", "有条件放行")])
def test_a_weak_lot(lang, says):
    text = said(POTENCY, {"name": "sterility", "passed": True}, lang=lang, loss=LOSS)
    assert says in text and "1.33e6 cells/kg" in text and "50 %" in text and "a belief" in text and "2.00" in text


def test_reasons():
    rejected = said(POTENCY, FACTOR)
    assert (
        "**Reject.**" in rejected and "At the adjusted dose of 1.33e6 cells/kg these do not: tissue factor" in rejected
    )
    assert "tissue factor: a paper" in rejected and "No loss is stated" in rejected
    good = said(POTENCY | {"values": [1.1]}, FACTOR)
    assert "**Release** at the planned dose of 1e6 cells/kg" in good and "At the adjusted dose" not in good
    failed = said({"name": "sterility", "passed": False})
    assert "failed" in failed and "sterility" in failed
    dear = said(
        POTENCY | {"lower": 0.2}, loss=LOSS | {"days": 90, "low": 90, "high": 90, "linked": 1.0, "more_cells": 9.0}
    )
    assert "the expected loss decides" in dear


def test_the_link_is_never_taken_for_granted():
    text = said(POTENCY, loss=LOSS | {"linked": 1.0})
    assert "unproven" in text
    both = said(POTENCY | {"upper": 1.5}, loss=LOSS)
    assert "0.7 – 1.5" in both and "≤ 25 %" in said(FACTOR | {"unit": "%"})


def test_a_chance_far_from_its_limit_is_not_said_to_be_certain():
    text = said(FACTOR | {"upper": 1000.0})
    assert "> 99.99 %" in text and "100 %" not in text
