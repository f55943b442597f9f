"""The pages of one small answer, drawn once in each language: seconds each, and several files look at them."""

from typing import NamedTuple

import pytest

from hepatica.card import Card
from hepatica.report import cards
from hepatica.report.page import render
from hepatica.words import LANGUAGES

COMMAND = "hepatica dose x.toml --set dose='1 < 2'"


class AnswerPage(NamedTuple):
    """Cards of an answer and the page on which all of them stand."""

    cards: list[Card]
    raw: str
    command: str


@pytest.fixture(scope="session")
def pages(found):
    made = {lang: cards(found, lang, command=COMMAND) for lang in LANGUAGES}
    return {k: AnswerPage(m, render(found, k, command=COMMAND, made=m), COMMAND) for k, m in made.items()}
