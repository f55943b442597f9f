"""Pages of quality: whole files, each with its JSON."""

import json

import numpy as np
import pandas as pd

from hepatica.api.manufacturing.lot import LotAnswer
from hepatica.api.manufacturing.quality import QualityAnswer
from hepatica.manufacturing.quality.control import Settings, study_control
from hepatica.manufacturing.quality.release.lot import release_lot
from hepatica.manufacturing.quality.release.lot_file import check_lot
from hepatica.report.quality.cards import control_cards
from hepatica.report.quality.certificate import certificate_cards
from hepatica.report.quality.pages import points_table, write_certificate, write_control


def test_control(tmp_path):
    found = study_control(np.array([97.0, 97, 96, 98, 98, 98, 97, 89]), Settings(phase_1=7, exclude=(2,)))
    table = points_table(found)
    assert table["rules"].tolist()[-1] == "1" and table["phase"].tolist() == [1] * 7 + [2] and table["excluded"][2]
    answer = QualityAnswer.of(found)
    paths = write_control(found, control_cards(found, "en"), answer, tmp_path, "en", name="<x>", command="c")
    assert [p.name for p in paths] == ["report.html", "points.csv", "quality.json"]
    page = paths[0].read_text(encoding="utf-8")
    assert page.count("<svg") == 3 and "&lt;x&gt;" in page and "For research use" in page
    assert len(pd.read_csv(paths[1])) == 8 and json.loads(paths[2].read_text(encoding="utf-8"))["is_in_control"]


def test_certificate(tmp_path):
    given = {"name": "viability", "values": [88.0], "assay_sd": 2.0, "lower": 70.0}
    data = {
        "title": "t",
        "lot": "L7",
        "product": "cord",
        "dose": {"planned": 1e6, "largest": 1e6},
        "attribute": [given],
    }
    found = release_lot(check_lot(data))
    paths = write_certificate(found, certificate_cards(found, "zh"), LotAnswer.of(found), tmp_path, "zh", command="c")
    page = paths[0].read_text(encoding="utf-8")
    assert "分析证书" in page and "L7" in page and "cord" in page and "<svg" in page and "签署" in page
    assert json.loads(paths[1].read_text(encoding="utf-8"))["verdict"] == "release"
