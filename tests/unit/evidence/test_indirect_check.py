"""A user's publication of indirect evidence: all that is wrong with it at once, with its place."""

from importlib.resources import files

import pytest

from hepatica.evidence.check import check, same_key
from hepatica.evidence.indirect import FOLDER, keys, load
from hepatica.evidence.indirect_check import is_indirect


def text_of(key):
    return files("hepatica.evidence").joinpath(FOLDER, f"{key}.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("key", keys()[:5])
def test_shipped_files_are_in_order_but_for_their_key(key):
    found = check(text_of(key), key)
    assert found.indirect == load(key) and found.publication is None and found.key == key and not found.faults
    assert any("a shipped publication has this key" in w.do for w in found.warnings)


def test_all_that_is_wrong_is_said_at_once_with_its_line():
    text = (
        text_of("human_ra_cx611")
        .replace('topic = "efficacy"', 'topic = "cure"')
        .replace("dose_per_kg = 1e6", "dose_per_kg = -1")
        .replace("value = 45.0", "value = 145.0")
        .replace("read_in", "read")
    )
    said = [str(f) for f in check(text, "a.toml").faults]
    for place, does in [
        ("a.toml, read_in", "add it"),
        ("read: got 'read'", "did you mean read_in?"),
        ("line 5, topic: got 'cure'", "'efficacy'"),
        ("arm 2, line 20, dose_per_kg: got -1", "greater than 0"),
        ("observation 1, line 50, value: got 145.0", "0 to 100 percent"),
    ]:
        assert any(place in f and does in f for f in said), (place, said)
    assert len(said) == 5


def test_doubts_and_keys_that_stand_twice():
    text = text_of("mouse_ccl4_admsc_alf").replace('cite = "Deng2014"', 'cite = "Deng2015"')
    found = check(text, "a.toml")
    assert {w.do for w in found.warnings} >= {
        "no shipped reference",
        "arm 'msc' has cells without a dose: add what is known",
    }
    assert [str(f) for f in same_key([found, found])] == [
        "a.toml, key: got 'mouse_ccl4_admsc_alf'; a.toml has this key too: give each its own"
    ]
    assert not is_indirect({"key": "x"})
