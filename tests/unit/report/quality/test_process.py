"""Page of a product's process: cards in both languages, a senescent passage is said, files are written."""

import pytest

from hepatica.api.manufacturing.process import ProcessAnswer, ProcessRequest
from hepatica.report.quality.process import name_of, process_cards, write_process
from hepatica.therapy.process import STEPS
from hepatica.therapy.process.steps import read_steps
from hepatica.words import say

ROWS = [
    {"kind": "pooling", "donors": 3}, {"kind": "culture", "passage": 8}, {"kind": "priming"}, {"kind": "harvest"},
    {"kind": "cryopreservation"}, {"kind": "thaw"}, {"kind": "rest", "hours": 2.0}, {"kind": "wash"},
    {"kind": "hold", "hours": 2.0}, {"kind": "delivery", "device": "catheter"},
]  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return ProcessRequest.check({"product": {"step": ROWS}}).compute()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_kind_of_step_has_a_row_and_its_words(result, lang):
    answer, steps, found, laws = process_cards(result, lang)
    assert [c.key for c in (answer, steps, found, laws)] == ["answer", "steps", "findings", "laws"]
    assert len(steps.table) == len(STEPS) and len(found.table) == 2
    assert len(laws.table) == sum(len(r.laws) for r in result.chain.results)
    assert len(answer.text) == 4 and "8" in answer.text[2]  # at passage 8 cultures of marrow have stopped dividing


def test_a_young_passage_is_not_called_senescent():
    young = ProcessRequest.check({"product": {"step": [{"kind": "culture", "passage": 3}, *ROWS[3:4]]}}).compute()
    assert [c.key for c in process_cards(young, "en")] == ["answer", "steps", "laws"]
    assert len(process_cards(young, "en")[0].text) == 3


def test_a_step_is_named_with_what_was_chosen():
    hold, thaw = read_steps(ROWS)[8], read_steps(ROWS)[5]
    assert name_of(hold, "en") == "hold (2 h, 24 °C, buffered saline)"
    assert say("product.finding_short_impaired", "zh") in name_of(thaw, "zh")


def test_the_page_and_its_tables_are_written(result, tmp_path):
    made = process_cards(result, "en")
    written = write_process(result, made, ProcessAnswer.of(result), tmp_path, "en", name="p.toml", command="hepatica")
    assert {p.name for p in written} == {"report.html", "steps.csv", "laws.csv", "process.json"}
    assert "Gramlich" in (tmp_path / "report.html").read_text(encoding="utf-8")
