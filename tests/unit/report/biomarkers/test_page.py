"""The page of biomarkers, its table and its JSON."""

import json

from hepatica.api.biomarkers import BiomarkersAnswer
from hepatica.report.biomarkers.cards import biomarker_cards
from hepatica.report.biomarkers.page import write_biomarkers


def test_files(found, tmp_path):
    answer = BiomarkersAnswer.of(found)
    paths = write_biomarkers(
        found, biomarker_cards(found, "en"), answer, tmp_path, "en", command="hepatica biomarkers x"
    )
    html = paths[0].read_text(encoding="utf-8")
    assert html.count("<svg") == 2 and html.count("proves nothing about people") == 7
    row = json.loads(paths[2].read_text())
    assert row["days"][0]["rule"]["marker"] and paths[1].read_text().startswith("marker,group,prognostic")
