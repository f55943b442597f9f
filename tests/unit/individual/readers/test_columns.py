"""Parts of a mapping: what words and patterns mean, and what is refused."""

import pytest
from pydantic import ValidationError

from hepatica.individual.readers.columns import LabColumn, MissingWords, SampleName, WordColumn


def test_words():
    column = WordColumn(column="x", words={"died": ["1", "*"], "alive": ["0"]})
    assert [column.named(cell, False) for cell in ("1", "0", "2024-05-01")] == [["died"], ["alive"], ["died"]]
    assert column.named("", True) == []
    assert WordColumn(column="x", words={"died": ["1"]}).named("2", False) is None


def test_missing_words():
    words = MissingWords(["", "NK", "h?em*", "*repeat*"])
    assert all(cell in words for cell in ("", "nk", "Haemolysed", "please REPEAT sample"))
    assert not any(cell in words for cell in ("5", "nkx", "a haem"))
    stars = MissingWords(["*", "**"])  # a laboratory's mark, not a pattern that would leave nothing
    assert "*" in stars and "**" in stars and "5" not in stars


def test_names_of_samples():
    assert SampleName(column="s", pattern="(?P<a>.+)-(?P<b>.+)").groups == ("a", "b")
    for pattern in ("no group", "(", "(?P<a>" + "x" * 300 + ")"):
        with pytest.raises(ValidationError):
            SampleName(column="s", pattern=pattern)
    assert LabColumn(column="a", also=["b"]).names == ("a", "b")
