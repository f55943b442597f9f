from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from hepatica.api.imaging.image import ImageAnswer
from hepatica.imaging.subject.analysis import SubjectAnalysis
from hepatica.report.imaging.subject_cards import subject_cards
from hepatica.report.imaging.subject_page import write_subject


def test_files_of_the_report(found: SubjectAnalysis, tmp_path: Path) -> None:
    answer = ImageAnswer.of(found)
    written = write_subject(found, subject_cards(found, "zh"), answer, tmp_path, "zh", command="hepatica image")
    assert {p.name for p in written} >= {"report.html", "organs.csv", "image.json", "posterior.parquet", "odds.svg"}
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "研究用途" in page or "研究" in page
    assert "Doe" not in page
    table = pd.read_csv(tmp_path / "organs.csv")
    seen = table[table.organ == "liver"]
    assert (seen[["limit_cells", "voxel_limit_cells"]] == 0).all(axis=None)  # this phantom has no noise
    assert seen.voxel_ml.tolist() == pytest.approx([6.75] * len(seen)) and len(seen)
    assert len(table) == 13  # six by hypothesis, and a kidney that the model does not give
    assert json.loads((tmp_path / "image.json").read_text(encoding="utf-8"))["purpose"] == "for research use"
