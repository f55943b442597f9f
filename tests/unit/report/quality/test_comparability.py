"""Report of a change: what is said, the figure, the files."""

import json

import pandas as pd

from hepatica.api.manufacturing.comparability import ComparabilityAnswer
from hepatica.manufacturing.quality.comparability.change_file import check_change
from hepatica.manufacturing.quality.comparability.change_study import study_change
from hepatica.report.quality.comparability import comparability_cards, comparability_figure, write_comparability

SIDES = {"before": {"name": "<old>", "values": [0.9, 1.0, 1.1]}, "after": {"values": [0.95, 1.0, 1.2]}}
LOSS = {"days": 4.0, "low": 1.0, "high": 7.0, "linked": 0.3, "tolerable": 1.0, "source": "a belief"}
MARGIN = {"lower": 0.5, "upper": 2.0, "source": "made up"}


def study(**changes):
    given = {"title": "t", "attribute": "potency", "scale": "log", **SIDES, "margin": MARGIN} | changes
    return study_change(check_change({k: v for k, v in given.items() if v is not None}))


def test_conclusions_ratios_and_few_lots_are_said():
    text = comparability_cards(study(), "en")[0].text
    assert "**Equivalent**" in text[0] and "after over <old>" in text[1] and "margin 0.5 – 2" in text[1]
    assert "3 lots before and 3 after" in text[3]
    other = study(scale="linear", margin={"lower": -0.001, "upper": 0.001, "source": "made up"})
    text = comparability_cards(other, "en")[0].text
    assert "not shown" in text[0] and "less" in text[1] and "more than 2,000" in text[3]
    assert "未能证明等效" in comparability_cards(other, "zh")[0].text[0]


def test_a_loss_says_that_the_link_is_unproven_and_where_the_margin_is_from():
    cards = comparability_cards(study(margin=None, loss=LOSS), "en")
    assert "No margin is stated" in cards[0].text[-1]
    text = " ".join(cards[2].text)
    assert "unproven" in text and "30 %" in text and "never reached" in text and "a belief" in text
    few = {"before": {"values": [0.9, 1.1]}, "after": {"values": [0.9, 1.2]}}
    assert "fewer than 3" in comparability_cards(study(loss=LOSS, **few), "en")[2].text[0]


def test_the_figure_has_lots_and_the_interval():
    axes = comparability_figure(study(), "en").axes
    assert axes[0].get_yscale() == "log" == axes[1].get_xscale() and len(axes[1].lines) == 5
    pairs = comparability_figure(study(paired=True, scale="linear", margin=MARGIN | {"lower": -1.0}), "en").axes[0]
    assert len(pairs.lines) == 2 * 3 + 3
    summary = {"mean": 1.0, "sd": 0.1, "n": 3}
    assert len(comparability_figure(study(after=summary), "en").axes[0].lines) == 5


def test_files(tmp_path):
    found = study(after={"mean": 1.0, "sd": 0.2, "n": 4})
    answer = ComparabilityAnswer.of(found)
    paths = write_comparability(found, comparability_cards(found, "en"), answer, tmp_path, "en", command="c")
    assert [p.name for p in paths] == ["report.html", "lots.csv", "comparability.json"]
    page = paths[0].read_text(encoding="utf-8")
    assert page.count("<svg") == 1 and "&lt;old&gt;" in page and "For research use" in page
    assert pd.read_csv(paths[1])["n"].max() == 4
    assert json.loads(paths[2].read_text(encoding="utf-8"))["scale"] == "log"
