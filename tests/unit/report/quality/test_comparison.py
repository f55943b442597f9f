"""Page of products side by side: both languages, the sentence when nothing is told apart, figures, files."""

import json
from types import SimpleNamespace

import pytest

from hepatica.api.manufacturing.product import ProductAnswer
from hepatica.dosing.variance_components import VarianceComponents
from hepatica.manufacturing.clinical.alternatives import (
    Compared,
    ProductComparison,
    attribute_alternatives,
    source_alternatives,
)
from hepatica.manufacturing.clinical.lots import LotSummary
from hepatica.report.quality.comparison import attributes_figure, comparison_cards, sources_figure, write_comparison
from hepatica.study import check_study
from hepatica.therapy import Product

STUDY = check_study({"title": "a study", "patients": 8, "draws": 8, "grid": {"dose": ["1e6 cells/kg"]}})
LOTS = LotSummary(
    cells=1e6, potency_units=(9e5, 6e5, 1.4e6), feasible=(6e5, 1.5e6), loss=(0.3, 0.1), perfect_assay=0.2, assay=0.1,
    pooling=0.25,
)  # fmt: skip


def of(mean, error=0.5):
    return VarianceComponents(mean, 1.0, 1.0, mean - 2.0, mean + 2.0, 0.5, error)


def found(error=0.5):
    rows = [
        Compared(
            alternative=a, hypothesis=h, gain=of(8.0 + 0.1 * k), difference=of(0.1 * k, error), thrombosis=of(0.001 * k),
            thrombosis_difference=of(0.001 * k), reaction=of(0.002 * k), reaction_difference=of(0.002 * k),
        )
        for h in STUDY.hypotheses
        for k, a in enumerate([*source_alternatives(Product()), *attribute_alternatives(Product())])
    ]  # fmt: skip
    system = SimpleNamespace(model=SimpleNamespace(hash="m"), engine="compiled")
    return ProductComparison(
        study=STUDY, system=system, regimen="1e6/kg once", rows=tuple(rows), patients=8, draws=4, failed=0
    )


@pytest.mark.parametrize("lang, assumed", [("en", "unproven"), ("zh", "尚未证实")])
def test_every_card_in_both_languages(lang, assumed):
    cards = {c.key: c for c in comparison_cards(found(), LOTS, lang)}
    assert list(cards) == ["answer", "sources", "attributes", "lots", "known"]
    assert assumed in "".join(cards["answer"].text) and "0.25" in cards["lots"].text[0]
    assert len(cards["sources"].table) == 40 and "Ribeiro" in cards["known"].markdown()


def test_a_difference_within_its_error_is_not_called_one():
    assert "no product is told apart" in comparison_cards(found(error=5.0), LOTS, "en")[0].text[0]
    assert "beyond twice" in comparison_cards(found(error=0.1), LOTS, "en")[0].text[0]


def test_figures():
    assert len(sources_figure(found(), "en").axes) == 2 and len(attributes_figure(found(), "zh").axes) == 8


def test_files(tmp_path):
    made = comparison_cards(found(), LOTS, "en")
    answer = ProductAnswer.of(found(), LOTS, text=made[0].text)
    written = write_comparison(found(), made, answer, tmp_path, "en", command="hepatica product compare x")
    assert {p.name for p in written} == {"report.html", "products.csv", "product.json"}
    assert len(json.loads((tmp_path / "product.json").read_text(encoding="utf-8"))["rows"]) == 74
