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


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_both_languages_say_it_with_the_same_blanks(key):
    row = catalogue()[key]
    assert set(row) == set(LANGUAGES) and all(text.strip() for text in row.values())
    assert blanks(row["en"]) == blanks(row["zh"])


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


@pytest.mark.parametrize("path, node", [pytest.param(p, n, id=f"{p}:{n.lineno}") for p, n in said()])
def test_what_is_said_is_in_the_catalogue(path, node):
    given = {k.arg for k in node.keywords if k.arg}
    spread = any(k.arg is None for k in node.keywords)
    for key, exact in choices(node.args[0]):
        if not exact:
            assert any(known.startswith(key) for known in catalogue()), key
            continue
        wanted = blanks(catalogue()[key]["en"])
        assert wanted == given or (spread and given <= wanted), key


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
