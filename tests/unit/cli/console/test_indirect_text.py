"""Indirect evidence as the terminal shows it."""

import pytest

from hepatica.cli.console.indirect_text import given_indirect, observed_text, print_indirect, print_indirect_publication
from hepatica.evidence.indirect import load, load_all


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_study_can_be_shown(capsys, monkeypatch, lang):
    monkeypatch.setattr("hepatica.cli.console.terminal.out.console._width", 200)
    for s in load_all().values():
        print_indirect_publication(s, "", lang)
    print_indirect(tuple(load_all().values()), lang)
    out = capsys.readouterr().out
    assert all(out.count(key) >= 2 for key in load_all()) and "41" in out and "321" in out


def test_treatments_and_findings_in_words():
    mouse = load("mouse_apap_dose_2022")
    assert given_indirect(mouse.arm("msc_1e6")) == "1e6 cells, 5e7 cells/kg (derived), 1 infusion, intravenous, 2 h"
    trial = load("human_mpc_t2dm")
    assert observed_text(trial.observations[0]) == "-0.4 to -0.1 ± 0.2 percent" or "-0.4 to -0.1" in observed_text(
        trial.observations[0]
    )
    assert observed_text(trial.observations[-1]) == "below 0.05 P"
    assert observed_text(load("human_frailty_phase1").observations[0]) == "better; best of three doses"


def test_one_variable_of_one_study(capsys, monkeypatch):
    monkeypatch.setattr("hepatica.cli.console.terminal.out.console._width", 200)
    print_indirect_publication(load("human_ra_cx611"), "ACR20", "en")
    out = capsys.readouterr().out
    assert "ACR20" in out and "lacunar" not in out
