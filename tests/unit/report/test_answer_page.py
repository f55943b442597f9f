"""Folder of an answer: page, tables, numbers and figures, each once."""

import json
from typing import Literal

import pandas as pd
import pytest
from matplotlib.figure import Figure

from hepatica.api.base import Answer
from hepatica.card import Card
from hepatica.report.answer_page import Heading, write_answer

HEADING = Heading("Title <1>", "of a study", "tables beside it", "hepatica some --thing")


class Numbers(Answer):
    kind: Literal["numbers"] = "numbers"
    doses: list[float] = [1.0, 2.0]


@pytest.fixture
def made():
    figure = Figure()
    figure.add_subplot().plot([0, 1], [1, 0])
    return [Card("first", "First", ("Some text.",), figure=lambda: figure), Card("second", "Second", ("More.",))]


@pytest.mark.parametrize("figures", [True, False])
def test_every_part_is_a_file_of_its_own(made, tmp_path, figures):
    tables = {"doses": pd.DataFrame({"dose": [1.0, 2.0]}), "rest": pd.DataFrame({"a": ["b"]})}
    files = write_answer(made, Numbers(), tmp_path, "en", heading=HEADING, name="some", tables=tables, figures=figures)
    names = [path.name for path in files]
    assert names == ["report.html", "doses.csv", "rest.csv", "some.json", *(["first.svg"] if figures else [])]
    assert sorted(names) == sorted(path.name for path in tmp_path.iterdir())
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert all(text in html for text in ("Title &lt;1&gt;", "of a study", "tables beside it", "hepatica some --thing"))
    assert html.count("<section") == len(made) and html.count("<svg") == 1
    assert pd.read_csv(tmp_path / "doses.csv")["dose"].tolist() == [1.0, 2.0]
    assert json.loads((tmp_path / "some.json").read_text(encoding="utf-8")) == {
        "purpose": "for research use",
        "kind": "numbers",
        "doses": [1.0, 2.0],
    }
