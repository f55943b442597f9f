"""Protocol synopsis: what the file says, in both languages."""

import pytest

from hepatica.report.trials.protocol import protocol_cards


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_synopsis_says_what_the_file_says(make_trial, lang):
    trial = make_trial(eligibility={"include": ["meld >= 17"]}, look=[{"fraction": 0.5}])
    synopsis, plan = protocol_cards(trial, lang)
    text = " ".join(synopsis.text)
    for part in ("Do cells prolong life?", "100", "1:1", "meld >= 17", "0.025"):
        assert part in text
    assert plan.table.iloc[0, 0] == "death" and len(plan.table) == 1 and synopsis.note


def test_an_escalation_has_no_allocation(make_trial):
    arms = [{"name": "low", "dose": "1e6 cells/kg"}, {"name": "high", "dose": "2e6 cells/kg"}]
    trial = make_trial(arm=arms, dose_finding={"target": 0.25}, patients=30, endpoint=[])
    (card,) = protocol_cards(trial)
    assert "BOIN" in card.text[0] and "25 %" in card.text[0] and "1:1" not in card.text[0]
