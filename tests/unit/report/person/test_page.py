"""The page, its table and its JSON."""

import json

from hepatica.api.person.forecast import PersonForecastAnswer
from hepatica.report.person.cards import person_cards
from hepatica.report.person.page import write_person_report


def test_files(forecast, tmp_path):
    answer = PersonForecastAnswer.of(forecast)
    paths = write_person_report(
        forecast, person_cards(forecast, "zh"), answer, tmp_path, "zh", command="hepatica person x"
    )
    html = paths[0].read_text(encoding="utf-8")
    assert html.count("<svg") == 3 and "仅供研究使用" in html and "Traceback" not in html
    assert json.loads(paths[2].read_text())["kind"] == "acute" and paths[1].read_text().startswith("lab,course,day")
