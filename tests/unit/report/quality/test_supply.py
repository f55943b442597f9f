"""Report of a supply plan: what is said, figures, files."""

import pytest

from hepatica.api.manufacturing.supply import SupplyAnswer
from hepatica.manufacturing.quality.supply.plan import plan_supply
from hepatica.manufacturing.quality.supply.plan_file import check_supply
from hepatica.report.quality.supply import pooling_figure, stock_figure, supply_cards, write_supply

POTENCY = {"mean": 1.0, "donor": 0.3, "batch": 0.1, "assay": 0.2, "lower": 0.7, "threshold": 1.1, "source": "made <up>"}
STOCK = {"patients": 20, "doses_per_lot": 20, "lead": 30.0, "failure": 0.2, "suites": 9, "initial": 40}
STOCK |= {"runs": 20, "reorder": [0, 80]}


@pytest.fixture(scope="module")
def plan():
    donors = {"source": "bone_marrow", "dose": 70e6}
    potency = POTENCY | {"missed_infection": 0.01}
    return plan_supply(check_supply({"title": "t", "donors": donors, "potency": potency, "stock": STOCK}))


def test_cards_say_the_level_the_doses_and_the_donors(plan):
    cards = {card.key: card for card in supply_cards(plan, "en")}
    assert list(cards) == ["stock", "donor", "pooling", "qualification", "assumed"]
    assert "Start a lot when 80 doses are left" in cards["stock"].text[0] and len(cards["stock"].table) == 2
    assert "20 doses" in cards["stock"].text[1] and "EUR" in cards["donor"].text[1]
    assert "**4 donors" in cards["pooling"].text[0] and len(cards["pooling"].table.columns) == 5
    assert "measure 1.1 or more" in cards["qualification"].text[0] and len(cards["assumed"].text) == 4
    assert "剩余 80 剂" in supply_cards(plan, "zh")[0].text[0]


def test_what_is_never_enough_is_said():
    tables = {"potency": POTENCY | {"batch": 0.4}, "stock": STOCK | {"reorder": [0], "treated": 0.999}}
    cards = supply_cards(plan_supply(check_supply({"title": "t", **tables})), "en")
    assert "None of the reorder levels" in cards[0].text[0] and "No number of donors" in cards[1].text[0]
    none = {"donors": {"source": "adipose", "dose": 1e12, "needed": [5]}}
    donor = supply_cards(plan_supply(check_supply({"title": "t", **none})), "en")[0]
    assert donor.table.iloc[0, 1] == "more than 2,000"


def test_figures(plan):
    ax = stock_figure(plan, plan.file.stock, "en").axes[0]
    assert len(ax.collections) == 3 and len(ax.lines) == 5
    assert len(pooling_figure(plan, plan.file.potency, "en").axes[0].lines) == 2


def test_files(plan, tmp_path):
    answer = SupplyAnswer.of(plan)
    paths = write_supply(plan, supply_cards(plan, "en"), answer, tmp_path, "en", command="c")
    assert [p.name for p in paths] == ["report.html", "levels.csv", "pools.csv", "supply.json"]
    page = paths[0].read_text(encoding="utf-8")
    assert page.count("<svg") == 2 and "made &lt;up&gt;" in page and "For research use" in page
