"""Cards of potency assays: numbers as printed, refusals in words, outliers by line, runs."""

import numpy as np
import pytest

from hepatica.manufacturing.assay.analysis import analyse_file
from hepatica.manufacturing.assay.result import Options, Transform
from hepatica.report.potency.cards import cards, number, p_value, table


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    rows = []
    for run, bend in (("one", 1.0), ("two", 1.0), ("bent", 2.0)):
        for s, r in (("S", 1.0), ("T", 0.8)):
            for d in (1, 2, 4, 8):
                for k, n in enumerate((0.97, 1.0, 1.03)):
                    far = 3 if (run, s, d, k) == ("one", "T", 2, 1) else 1
                    rows.append(f"{run},{s},{d},{(d * r) ** (bend if s == 'T' else 1) * n * far}")
    path = tmp_path_factory.mktemp("cards") / "x.csv"
    path.write_text("run,sample,dose,response\n" + "\n".join(rows) + "\none,T,8,\n")
    return analyse_file(path, Options(transform=Transform.LN))


@pytest.mark.parametrize("lang, refused", [("en", "not reported"), ("zh", "不予报告")])
def test_cards_say_what_is_refused_and_why(found, lang, refused):
    made = cards(found, lang)
    assert [c.key for c in made[:3]] == ["potency", "runs", "suitability-1"] and len(made) == 2 + 2 * 3
    assert refused in str(made[0].table) and any("bent" in t for t in made[0].text)
    assert "1 / 3" in str(made[1].table) or "2 / 3" in str(made[1].table)
    assert all(c.markdown() and (c.figure is None or c.figure()) for c in made)


def test_outliers_are_named_by_line(found):
    text = " ".join(cards(found, "en")[2].text)
    line = next(o.line for o in found.assays[0].outliers)
    assert f"line {line}" in text and "kept" in text


def test_table_has_codes_and_no_refused_number(found):
    frame = table(found).set_index("run")
    assert not frame.loc["bent", "reported"] and np.isnan(frame.loc["bent", "potency"])
    assert "non_parallelism" in frame.loc["bent", "failures"] and frame.loc["two", "failures"] == ""


def test_numbers():
    assert (number(1234567.0), number(np.inf), p_value(np.nan), p_value(0.0499)) == ("1.235e+06", "–", "–", "0.050")
