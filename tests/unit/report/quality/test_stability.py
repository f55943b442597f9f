"""Report of a stability study: what is said, the figure, the files."""

import json

import numpy as np
import pandas as pd

from hepatica.api.manufacturing.stability import StabilityAnswer
from hepatica.manufacturing.quality.stability_study import StabilityData, study_stability
from hepatica.report.quality.stability import stability_cards, stability_figure, write_stability

TIME = np.tile([0.0, 3.0, 6.0, 9.0, 12.0], 6)
BATCH, BAG = tuple(np.repeat(list("abc"), 10)), tuple(np.tile(np.repeat(["<small>", "large"], 5), 3))


def study(slope, **given):
    y = 100 + (slope - 0.3 * (np.array(BAG) == "large")) * TIME + 0.1 * np.sin(np.arange(30.0))
    factors = {"bag": BAG} if given.pop("bags", True) else {}
    data = StabilityData(time=TIME, value=y, batch=BATCH, factors=factors)
    return study_stability(data, limits=(90, 105), **given)


def test_the_shelf_life_and_how_it_is_capped_are_said():
    capped = stability_cards(study(-0.2), "en")[0].text
    assert "**Shelf life 12**" in capped[0] and "nothing is extrapolated" in capped[1]
    inside = stability_cards(study(-0.2, extrapolation=99.0, release=98.0), "en")[0].text
    assert "meets the specification at" in inside[1] and "release limit of 98" in inside[2]
    assert "有效期" in stability_cards(study(-0.2), "zh")[0].text[0]


def test_tables_hold_tests_and_lines():
    answer, tests, lines = stability_cards(study(-0.2, extrapolation=99.0), "en")
    assert list(answer.table.iloc[:, 0]) == ["<small>", "large"] and len(lines.table) == 6
    assert "time:bag" in tests.text[0] and {"yes", "no"} >= set(tests.table["Kept"])
    assert stability_cards(study(-0.2, bags=False), "en")[0].table is None


def test_the_figure_has_limit_specification_and_life():
    found = study(-0.2, extrapolation=99.0)
    ax = stability_figure(found, "en").axes[0]
    assert len(ax.lines) == 6 * 2 + 2 * 2 + 1 and ax.get_xlim()[1] > found.common


def test_files(tmp_path):
    found = study(-0.2)
    answer = StabilityAnswer.of(found)
    paths = write_stability(found, stability_cards(found, "en"), answer, tmp_path, "en", command="c")
    assert [p.name for p in paths] == ["report.html", "lines.csv", "stability.json"]
    page = paths[0].read_text(encoding="utf-8")
    assert page.count("<svg") == 1 and "&lt;small&gt;" in page and "For research use" in page
    assert list(pd.read_csv(paths[1]).columns[:2]) == ["batch", "bag"]
    assert json.loads(paths[2].read_text(encoding="utf-8"))["longest"] == 12.0
