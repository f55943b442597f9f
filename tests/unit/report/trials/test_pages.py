"""Page of a trial: one HTML file that needs nothing else, and its numbers."""

import json

from hepatica.api.trials.characteristics import TrialAnswer
from hepatica.report.trials.pages import write_trial
from hepatica.report.trials.trial_cards import trial_cards
from hepatica.trials.virtual.characteristics import characterise


def test_page_and_numbers(make_trial, flat_bank, tmp_path):
    trial = make_trial(title="A <trial>")
    found = characterise(trial, flat_bank(trial, (0.01, 0.005)), trials=250, secondary=250)
    answer = TrialAnswer.of(found)
    paths = write_trial(trial_cards(found), answer, trial.title, tmp_path, "en", command="hepatica trial run x.toml")
    html, numbers = paths[0].read_text(encoding="utf-8"), json.loads(paths[1].read_text(encoding="utf-8"))
    assert "A &lt;trial&gt;" in html and "hepatica trial run x.toml" in html and "http-equiv" not in html
    assert numbers["hypotheses"][0]["average"]["success"]["value"] == found.hypotheses[0].average.success.value
