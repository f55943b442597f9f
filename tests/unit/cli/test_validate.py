"""`hepatica validate`: a page of cards, and options that do not go together refused."""

from hepatica.card import Card
from hepatica.cli import validate
from hepatica.words import say


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
