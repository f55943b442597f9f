"""Page of potency assays: one HTML file, its table and its JSON."""

import json

import pandas as pd

from hepatica.api.manufacturing.precision import ComponentsRow, PrecisionAnswer
from hepatica.card import Card
from hepatica.report.potency.page import write


def test_three_files_are_written(tmp_path):
    row = ComponentsRow.model_validate(dict.fromkeys(ComponentsRow.model_fields, 1.0) | {"runs": 3})
    answer = PrecisionAnswer(
        file="x", accept=(0.7, 1.4), levels=[], overall=row, change=0.8, power={2: 0.5}, runs_needed=4
    )
    paths = write([Card("a", "Title")], pd.DataFrame({"x": [1]}), answer, tmp_path, "en", command="hepatica potency x")
    assert [p.name for p in paths] == ["report.html", "potency.csv", "potency.json"]
    text = paths[0].read_text(encoding="utf-8")
    assert "<title>Precision of a potency assay" in text
    assert "Title" in text and "hepatica potency x" in text and "For research use" in text
    assert json.loads(paths[2].read_text())["purpose"] == "for research use"
