import pytest
from matplotlib.figure import Figure

from hepatica.report.trials.dose_finding import (
    characteristics_card,
    explain,
    feasible_card,
    pathways_card,
    replay_card,
    table_card,
)
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.characteristics import toxicity_truth
from hepatica.trials.dose_finding.enumeration import exact
from hepatica.trials.dose_finding.feasible.curve import DoseCurve
from hepatica.trials.dose_finding.feasible.feasible_simulation import compare_rules
from hepatica.trials.dose_finding.feasible.rules import ContinuousCrm
from hepatica.trials.dose_finding.feasible.shortfall import LotYield
from hepatica.trials.dose_finding.pathways import trace_pathways
from hepatica.trials.dose_finding.replay import read_history, replay
from hepatica.trials.dose_finding.simulation import simulate
from hepatica.trials.dose_finding.state import Reason
from hepatica.words import LANGUAGES, say

DESIGN = boin(0.3, 3, 12)
TRUTH = toxicity_truth([0.1, 0.3, 0.5], 0.3)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence(reason, lang):
    assert explain(reason, lang).strip()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_cards_of_a_design_have_table_figure_and_note(lang):
    cards = [
        table_card(DESIGN.table, [3, 6, 9], lang),
        pathways_card(trace_pathways(DESIGN, 2, truth=TRUTH), lang),
        characteristics_card({"a": exact(DESIGN, TRUTH), "b": simulate(DESIGN, TRUTH, trials=50)}, TRUTH, lang),
    ]
    for card in cards:
        assert isinstance(card.figure(), Figure) and card.alt and len(card.table)
        assert say("common.research_use", lang) in card.markdown()


def test_numbers_of_the_cards():
    table = table_card(DESIGN.table, [3, 6]).table
    assert table.iloc[1].tolist() == ["6", "1", "3", "4", "4"]
    paths = pathways_card(trace_pathways(DESIGN, 1))
    assert paths.table.iloc[-1].tolist()[:2] == ["1TTT", "stop"] and "Probability" not in paths.table
    found = characteristics_card({"exact": exact(DESIGN, TRUTH), "drawn": simulate(DESIGN, TRUTH, trials=50)}, TRUTH)
    assert "±" not in found.table.iloc[0, 1] and "±" in found.table.iloc[1, 1] and "is 2" in found.text[0]
    nobody = toxicity_truth([0.6, 0.7, 0.8], 0.3, most=0.4)
    assert "none should be" in characteristics_card({"a": exact(DESIGN, nobody)}, nobody).text[0]


def test_a_tree_too_large_to_read_has_its_table_alone():
    assert pathways_card(trace_pathways(DESIGN, 4)).figure is None


def test_a_replay_says_what_was_followed():
    card = replay_card(replay(DESIGN, read_history("1NNN 1NNN 2TTT")))
    assert card.table["Followed"].tolist() == ["no", "yes", ""]


def test_the_cost_of_ignoring_the_shortfall_is_said_first():
    doses = (0.5, 1.0, 2.0)
    rules = {
        name: ContinuousCrm(doses=doses, max_patients=12, skeleton=(0.1, 0.25, 0.4), target=0.25, delivered=name == "b")
        for name in ("a", "b")
    }
    curve = DoseCurve(doses=doses, toxicity=(0.1, 0.25, 0.5))
    card = feasible_card(compare_rules(rules, curve, LotYield(median=1.0, cv=0.8), 0.25, trials=100), "a")
    assert card.text[0].startswith("a selects an overdose in") and isinstance(card.figure(), Figure)
    assert card.table.iloc[:, 0].tolist() == ["a", "b"]


def test_exact_characteristics_are_not_said_to_have_monte_carlo_intervals():
    exactly = characteristics_card({"a": exact(DESIGN, TRUTH)}, TRUTH)
    simulated = characteristics_card({"a": exact(DESIGN, TRUTH), "b": simulate(DESIGN, TRUTH, trials=50)}, TRUTH)
    assert "Exact" in exactly.text[1] and not any("Monte-Carlo" in text for text in exactly.text)
    assert "Monte-Carlo" in simulated.text[1]
