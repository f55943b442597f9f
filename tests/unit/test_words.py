"""Every sentence exists in both languages, with the same blanks to fill in."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

import hepatica
from hepatica.errors import HepaticaError, InputError
from hepatica.words import LANGUAGES, catalogue, say

SOURCES = sorted(Path(hepatica.__file__).parent.rglob("*.py"))


def blanks(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_say_it_with_the_same_blanks():
    """One test for all: some 1,800 tests of a dictionary's row each cost more than what they look at."""
    wrong = [
        key
        for key, row in sorted(catalogue().items())
        if set(row) != set(LANGUAGES)
        or not all(text.strip() for text in row.values())
        or blanks(row["en"]) != blanks(row["zh"])
    ]
    assert not wrong


def test_chinese_is_chinese():
    same = {"report.made_by"}
    for key, row in catalogue().items():
        en, zh = (re.sub(r"\{.*?\}", "", row[lang]) for lang in LANGUAGES)
        assert key in same or re.search(r"[\u4e00-\u9fff]", zh) or not re.search(r"[a-z]{3}", en), key


def said():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say" and node.args:
                yield path.name, node


def choices(node):
    """The keys that a call may name; of an f-string its fixed beginning."""
    if isinstance(node, ast.IfExp):
        yield from (*choices(node.body), *choices(node.orelse))
    elif isinstance(node, ast.JoinedStr):
        yield node.values[0].value, False
    else:
        assert isinstance(node, ast.Constant), ast.dump(node)
        yield node.value, True


def is_in_the_catalogue(node):
    """True where every key that a call may name exists, and its blanks are those that the call fills in."""
    given = {k.arg for k in node.keywords if k.arg}
    spread = any(k.arg is None for k in node.keywords)
    for key, exact in choices(node.args[0]):
        if not exact:
            if not any(known.startswith(key) for known in catalogue()):
                return False
            continue
        named = blanks(catalogue()[key]["en"]) if key in catalogue() else None
        if named is None or not (named == given or (spread and given <= named)):
            return False
    return True


def test_what_is_said_is_in_the_catalogue():
    calls = list(said())
    assert len(calls) > 1000
    assert not [f"{path}:{node.lineno}" for path, node in calls if not is_in_the_catalogue(node)]


@pytest.mark.parametrize(
    ("call", "holds"),
    [
        ("say('common.research_use', lang)", True),
        ("say('common.nothing', lang)", False),
        ("say('common.research_use', lang, more=1)", False),
        ("say('image.arrived', lang, name=1, day=2, seconds=3)", True),
        ("say('image.arrived', lang, name=1)", False),
        ("say('image.arrived', lang, name=1, **rest)", True),
        ("say(f'image.answer_{x}', lang)", True),
        ("say(f'image.nothing_{x}', lang)", False),
    ],
)
def test_a_call_that_is_wrong_would_be_found(call, holds):
    assert is_in_the_catalogue(ast.parse(call, mode="eval").body) is holds


def test_every_sentence_is_said():
    text = "\n".join(p.read_text(encoding="utf-8") for p in SOURCES)
    starts = tuple(re.findall(r'say\(f"([a-z_.]+)\{', text)) + tuple(re.findall(r"say\(f'([a-z_.]+)\{", text))
    for key in catalogue():
        assert f'"{key}"' in text or key.startswith(starts), f"{key} is never said"


def test_unknown_language_and_key_are_refused():
    with pytest.raises(InputError, match="en, zh"):
        say("common.research_use", "fr")
    with pytest.raises(HepaticaError, match="no sentence"):
        say("common.nothing")
    assert say("decision.edge_dose", "zh") == "剂量"
