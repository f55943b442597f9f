"""Page and files of a window."""

import json

import pytest

from hepatica.api.dosing.window import WindowAnswer
from hepatica.report.window import cards, page
from hepatica.words import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_tables_json_and_figures_are_written(found, tmp_path, lang):
    made, answer = cards.cards(found, lang), WindowAnswer.of(found)
    written = page.write(found, made, answer, tmp_path, lang, command="hepatica window s.toml")
    names = {p.name for p in written}
    assert {"report.html", "doses.csv", "curves.csv", "moves.csv", "window.json", "window.svg", "moves.svg"} <= names
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert html.count("<section") == len(made) and "hepatica window s.toml" in html
    kept = json.loads((tmp_path / "window.json").read_text(encoding="utf-8"))
    assert kept["purpose"] == "for research use" and len(kept["doses"]) == len(found.doses())
