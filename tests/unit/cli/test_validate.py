"""`hepatica validate`: cards, page and JSON of predictions, people in both languages, bad input in one sentence."""

import json

from hepatica.api.validate import ValidateAnswer
from hepatica.card import Card
from hepatica.cli import validate
from hepatica.words import say

SMALL = ["--posterior", "prior", "--patients", 4, "--draws", 20, "--seed", 3]


def test_the_page_has_each_record_and_its_figure(hepatica, unseen, tmp_path):
    code, out, err = hepatica("validate", unseen, *SMALL, "--json")
    assert code == 0, err
    answer = ValidateAnswer.model_validate(json.loads(out))
    page = tmp_path / "page.md"
    code, out, err = hepatica("validate", unseen, *SMALL, "--out", page, "--lang", "zh")
    assert code == 0 and "page.md" in out, err
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# 预测与发表结果对照") and "仅供研究使用" in text
    rows = [line for line in text.splitlines() if line.startswith("|") and "unseen" in line]
    assert len(rows) >= len(answer.records) > 0
    pictures = sorted((tmp_path / "img").glob("*.svg"))
    assert pictures and all(f"img/{p.name}" in text for p in pictures)


class Forecast:
    """Stands in for an evaluation: what the command asks of it."""

    def text(self, lang):
        return f"in {lang}"


def test_people_are_reported_in_the_language_that_was_asked_for(hepatica, monkeypatch, tmp_path):
    monkeypatch.setattr("hepatica.individual.forecast.validate_people", lambda *_, **__: Forecast())
    for lang in ("en", "zh"):
        code, out, err = hepatica("validate", "--people", tmp_path / "a.csv", "--lang", lang)
        assert code == 0 and out.strip() == f"in {lang}", err


def test_bad_input_is_one_sentence(hepatica, unseen, tmp_path):
    for arguments, says in (
        ([tmp_path / "none.toml"], "can be read"),
        ([unseen, "--people", tmp_path / "a.csv"], "no publication beside --people"),
        ([unseen, "--left-out", tmp_path], "--leave-out"),
        ([unseen, "--posterior", tmp_path / "none.parquet"], "none.parquet"),
        (["--people", tmp_path / "none.csv"], "none.csv"),
        ([unseen, "--lang", "fr"], "en, zh"),
    ):
        code, out, err = hepatica("validate", *arguments)
        assert code == 2 and says in " ".join(err.split()) and "Traceback" not in err and not out, (arguments, err)


def test_a_publication_beside_people_is_refused(hepatica, tmp_path):
    people = tmp_path / "people.csv"
    people.write_text("id,day,inr\n1,0,2\n", encoding="utf-8")
    code, out, err = hepatica("validate", "trial.toml", "--people", people)
    assert code == 2 and out == "" and "trial.toml" in err and "--people" in err


def test_a_publication_that_is_not_there_is_refused(hepatica, tmp_path):
    code, _, err = hepatica("validate", tmp_path / "none.toml")
    assert code == 2 and "none.toml" in err and "Traceback" not in err


def test_the_page_has_every_card_and_the_intended_use(tmp_path):
    cards = [Card("a", "First", ("One sentence.",)), Card("b", "Second", note="A note.")]
    validate._write(tmp_path / "page.md", cards, "en")
    text = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {say('validate.title', 'en')}\n") and say("common.research_use", "en") in text
    assert text.index("First") < text.index("One sentence.") < text.index("Second") < text.index("A note.")
    assert not (tmp_path / "img").exists()
