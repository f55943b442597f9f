"""Cards of an escalation, in both languages."""

import numpy as np
import pytest

from hepatica.report.trials.escalation_cards import escalation_cards
from hepatica.trials.virtual.escalation.characteristics import characterise_escalation

ARMS = [{"name": "low", "dose": "1e6 cells/kg"}, {"name": "high", "dose": "2e6 cells/kg"}]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("design", "lots", "last"),
    [
        ("boin", {}, ["decision_table", "pathways"]),
        ("boin", {"shares": [0.5], "chances": [0.2]}, ["feasible_label_is_cells", "decision_table", "pathways"]),
        ("crm", {}, ["pathways"]),
        ("tite_boin", {}, []),
    ],
)
def test_cards(make_trial, flat_bank, lang, design, lots, last):
    trial = make_trial(arm=ARMS, patients=6, endpoint=[], dose_finding={"design": design}, batches=lots)
    found = characterise_escalation(trial, flat_bank(trial, np.zeros(len(trial.regimens()))), trials=60)
    cards = {c.key: c for c in escalation_cards(found, lang)}
    names = ["answer", "designs_label_is_cells", "duration_label_is_cells", *last, "protocol"]
    assert list(cards) == names
    assert len(cards["answer"].table) == 2 and all(c.note for c in cards.values())
    assert "low" in cards["answer"].table.to_string()
