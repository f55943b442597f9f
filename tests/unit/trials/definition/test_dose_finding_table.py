"""Table of dose finding: the user's own decisions, the response, and its labs."""

import pytest

from hepatica.errors import InputError
from hepatica.trials.definition.dose_finding_table import DoseFinding


def test_own_decisions_become_a_table():
    rule = DoseFinding(design="table", decisions={"1": "e d", "2": "E S DU"})
    assert rule.table().letters(1) == ["E", "D"] and rule.table().letters(2) == ["E", "S", "DU"]
    with pytest.raises(InputError, match="known|E \\(escalate"):
        DoseFinding(design="table", decisions={"1": "E X"})


def test_response_is_read_at_the_end_of_the_window_unless_said():
    rule = DoseFinding(design="uboin", response="alive == 1 and meld < 20", window="21 d")
    assert rule.responding().day == 21.0 and rule.labs() == {"meld"}
    assert DoseFinding(design="boin12", response="alive == 1", response_day="90 d").responding().day == 90.0
    assert DoseFinding().responding() is None and DoseFinding().labs() == set()
