"""Names of routes, sources and treatments: both languages, and words of publications that mean one entry alone."""

import pytest

from hepatica.therapy import ROUTES, SOURCES, TREATMENTS
from hepatica.therapy.named import Named, naming, read_rows

TABLES = {"routes.toml": ROUTES, "treatments.toml": TREATMENTS, "sources.toml": SOURCES}


@pytest.mark.parametrize("file", TABLES)
def test_every_row_is_an_entry_under_its_name(file):
    rows, entries = read_rows(file), TABLES[file]
    assert set(entries) == set(rows) - {"handling"}
    for name, entry in entries.items():
        assert isinstance(entry, Named) and entry.name == name
        assert entry.label == {"en": rows[name]["en"], "zh": rows[name]["zh"]}
        assert entry.aliases == tuple(rows[name].get("aliases", ()))


@pytest.mark.parametrize("entries", TABLES.values(), ids=TABLES)
def test_a_word_means_one_entry(entries):
    words = [alias for entry in entries.values() for alias in entry.aliases]
    assert len(words) == len(set(words)) and words == [w.lower() for w in words]


def test_a_row_without_aliases_has_none():
    assert naming("x", {"en": "ex", "zh": "艾", "more": 1}) == {
        "name": "x",
        "label": {"en": "ex", "zh": "艾"},
        "aliases": (),
    }
