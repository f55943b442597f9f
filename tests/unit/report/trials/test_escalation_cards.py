"""Cards of an escalation, in both languages."""

import numpy as np
import pytest

from hepatica.report.trials.escalation_cards import escalation_cards
from hepatica.trials.virtual.escalation import characterise_escalation

ARMS = [{"name": "low", "dose": "1e6 cells/kg"}, {"name": "high", "dose": "2e6 cells/kg"}]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("design", ["boin", "crm"])
def test_cards(make_trial, flat_bank, lang, design):
    trial = make_trial(arm=ARMS, patients=6, endpoint=[], dose_finding={"design": design})
    found = characterise_escalation(trial, flat_bank(trial, np.zeros(3)), trials=100)
    cards = {c.key: c for c in escalation_cards(found, lang)}
    table = ["decision_table"] if design == "boin" else []
    assert list(cards) == ["answer", "designs_label_is_cells", *table, "pathways", "protocol"]
    assert len(cards["answer"].table) == 2 and all(c.note for c in cards.values())
    assert "low" in cards["answer"].table.to_string()
