"""Terminology: codes of the thesaurus, identifiers that are never used twice."""

from hepatica.exchange.cdisc.terminology import CODES, Maker


def test_codes_are_of_the_thesaurus():
    assert all(code[0] == "C" and code[1].isdigit() and decode for code, decode in CODES.values())


def test_identifiers_are_numbered_within_their_class():
    m = Maker()
    rows = [m.make("StudyArm", name="a"), m.code("open"), m.make("StudyArm", name="b"), m.alias("year")]
    assert [r["id"] for r in rows] == ["StudyArm_1", "Code_1", "StudyArm_2", "AliasCode_1"]
    assert rows[3]["standardCode"]["id"] == "Code_2" and rows[1]["instanceType"] == "Code"
