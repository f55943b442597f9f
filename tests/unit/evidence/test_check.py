"""A user's file: all that is wrong with it at once, with its place."""

from pathlib import Path

import pytest

from hepatica.evidence.check import MAX_BYTES, check, check_file, same_key
from hepatica.evidence.publications import keys, load

GOOD = (Path(__file__).parents[2] / "publication.toml").read_text(encoding="utf-8")


def faults(text):
    found = check(text, "a.toml")
    assert (found.publication is None) == bool(found.faults)
    return [str(f) for f in found.faults]


def test_a_file_in_order_says_what_cannot_enter_a_likelihood():
    found = check(GOOD, "a.toml", ["hbv_aclf"])
    assert found.faults == () and found.warnings == () and found.kept_out == {"no quartiles are printed": 1}


@pytest.mark.parametrize("key", keys()[:5])
def test_shipped_files_are_in_order(key):
    from importlib.resources import files

    text = files("hepatica.evidence").joinpath("publications", f"{key}.toml").read_text(encoding="utf-8")
    found = check(text, key)
    assert found.publication == load(key) and [
        w.place.split(", ")[-1] for w in found.warnings if "this key" in w.do
    ] == ["key"]


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_the_file():
    text = (
        GOOD.replace('title = "t"', 'titel = "t"')
        .replace('role = "calibration"', 'role = "fit"')
        .replace("value = 20", "value = 120\nlow = 130")
        .replace('variable = "inr"', 'variable = "tbil"')
        .replace("time = 0", "time = -1")
    )
    said = faults(text)
    for place, does in [
        ("a.toml, title: ", "add it"),
        ("a.toml, line 3, titel: got 'titel'", "did you mean title?"),
        ("line 7, role: got 'fit'", "'calibration'"),
        ("observation 1, line 20, value: got 120.0", "0 to 100 percent"),
        ("observation 1, line 21, low", "low and high together"),
        ("observation 2, line 25, variable: got 'tbil'", "is not one of age"),
        ("observation 2, line 27, time: got -1", "greater than or equal to 0"),
    ]:
        assert any(place in f and does in f for f in said), (place, said)
    assert len(said) == 7 and all("\n" not in f for f in said)


def test_rows_are_compared_though_others_are_wrong():
    text = GOOD.replace("n = 10\n[[obs", 'n = 10\n[[arm]]\nid = "all"\nlabel = 3\n[[obs', 1).replace(
        'arm = "all"', 'arm = "none"', 1
    )
    text += (
        'valeu = 3\n[[observation]]\narm = "all"\nvariable = "inr"\nunit = "1"\ntime = 0\nkind = "median"\nvalue = 2\n'
    )
    said = faults(text)
    for part in (
        "two arms have the same id",
        "no arm 'none'",
        "stands twice",
        "did you mean value?",
        "label: got 3; write text in quotes",
    ):
        assert sum(part in f for f in said) == 1, (part, said)


DISORDER = {
    ('country = "c"', 'risk_of_bias = "high"\ncountry = "c"'): "needs its reason in bias",
    ("[[arm]]", "[arm]"): "[[arm]]",
    ("[[arm]]", "arm = 3\n[[alternative]]"): "double brackets",
    ('title = "t"', "title = 3"): "write text in quotes",
    ('title = "t"', 'title = "t'): "write valid TOML",
    ("value = 20", 'value = "many"'): "valid number",
    ("value = 20", "value = nan"): "finite",
    ('key = "mine"', 'key = "mine"\nkey = "b"'): "valid TOML",
    ("n = 10\n[[obs", "n = 10\ndose_low = 1e5\n[[obs"): "dose_low, dose_high and dose_unit together",
    (
        "[[observation]]",
        '[[alternative]]\nid = "x"\narm = "all"\nnote = "n"\ndose_low = 1e5\n[[observation]]',
    ): "dose_high and dose_unit together",
}


@pytest.mark.parametrize(("old", "new"), DISORDER)
def test_disorder_is_named(old, new):
    says = DISORDER[old, new]
    said = faults(GOOD.replace(old, new, 1))
    assert any(says in f for f in said), said
    assert all(f.startswith("a.toml") for f in said)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a = 1",
        "[[arm]]",
        "observation = [[[1]]]",
        "[[observation]]\narm = {a = 1}",
        "alternative = 3",
        "a = " + "[" * 5000,
        "arm = []\nobservation = []",
        "[[arm]]\nid = [1]\nlabel = {}\n[[observation]]\narm = [1]",
    ],
)
def test_anything_at_all_is_answered(text):
    assert faults(text)


def test_what_is_probably_not_meant_is_a_warning():
    text = (
        GOOD.replace("hbv_aclf", "hbv_alcf")
        .replace("n = 10\n[[obs", 'n = 9\nproduct = "MSC"\nroute = "portal vein"\n[[obs', 1)
        .replace("Lin2017", "Lin2071")
    )
    said = [str(w) for w in check(text, "a.toml", ["hbv_aclf"]).warnings]
    assert len(said) == 4
    for part in (
        "line 9, population: got 'hbv_alcf'",
        "cells without dose, infusions",
        "got 10; arm 'all' has 9 people",
        "did you mean Lin",
    ):
        assert any(part in w for w in said), (part, said)


def test_files_that_cannot_be_read_are_faults(tmp_path):
    (tmp_path / "binary.toml").write_bytes(b"key = '\xff'")
    (tmp_path / "marked.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    for name, says in [("nope.toml", "no such file"), (".", "a folder"), ("binary.toml", "save the file as UTF-8")]:
        found = check_file(tmp_path / name)
        assert found.publication is None and len(found.faults) == 1 and says in str(found.faults[0])
    assert check_file(tmp_path / "marked.toml").publication is not None  # as some editors save it


def test_two_files_of_one_key_are_told():
    assert same_key([check(GOOD, "a.toml")]) == ()
    assert "a.toml has this key too" in str(same_key([check(GOOD, "a.toml"), check("", "x"), check(GOOD, "b.toml")])[0])


@pytest.mark.parametrize("key", ["../../x", "a/b", "A", "a b", "", "a\\n", "x" * 65, "é"])
def test_a_key_is_a_file_name_of_small_letters(key):
    said = faults(GOOD.replace('key = "mine"', f'key = "{key}"'))
    assert len(said) == 1 and said[0].endswith("write small letters, digits and underscores, 64 at most")
    assert "line 2, key: got " in said[0]


def test_the_longest_key_is_allowed():
    assert faults(GOOD.replace('"mine"', f'"{"a_9" * 21}z"')) == []


@pytest.mark.parametrize("wrong", ["{ a = 1 }", "[1]", "[{ a = 1 }]", "3", "true", "1979-05-27"])
def test_an_id_that_is_no_text_is_a_fault(wrong):
    said = faults(GOOD.replace('id = "all"', f"id = {wrong}"))
    assert any("arm 1, line 11, id" in s and s.endswith("write text in quotes") for s in said)


@pytest.mark.parametrize("key", ["n = 10", "time = 28", "value = 20"])
@pytest.mark.parametrize("digits", ["9223372036854775808", "1" + "0" * 30, "0x" + "f" * 6000])
def test_an_integer_beyond_c_is_a_fault(key, digits):
    said = faults(GOOD.replace(key, f"{key.split()[0]} = {digits}"))
    assert said and all("an integer beyond 2^63" in s and s.endswith("write the number as printed") for s in said)


def test_the_largest_integer_of_c_is_no_fault():
    assert faults(GOOD.replace("n = 10", f"n = {2**63 - 1}")) == []


def test_a_number_of_thousands_of_digits_is_a_fault():
    assert faults(GOOD.replace("n = 10", "n = " + "9" * 5000)) == [
        "a.toml: got a number of thousands of digits; write the number as printed"
    ]


@pytest.mark.parametrize(
    "text", ["x = " + "[" * 3000, "x = " + "[" * 3000 + "]" * 3000, "x = " + "{a=" * 3000, "a." * 3000 + "b = 1"]
)
def test_nesting_without_end_is_a_fault(text):
    assert "tables in tables without end" in faults(text)[0]


def test_a_file_has_a_limit_of_size(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(GOOD + "#" * (MAX_BYTES - len(GOOD)))
    assert check_file(path).faults == ()
    path.write_text(GOOD + "#" * (MAX_BYTES - len(GOOD) + 1))
    assert str(check_file(path).faults[0]) == f"{path}: got more than 4 MiB; give a file of one publication"
