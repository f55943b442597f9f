"""The works cited: each rule on its own, and that all that ship keep them."""

from dataclasses import replace

import pytest

from hepatica.evidence.bibliography import BibliographyRule, check_bibliography, package_text
from hepatica.evidence.references import Reference, references

GOOD = Reference("Doe2001", ("Doe, J",), "A true title", "Journal", 2001, doi="10.1000/x")


def rules(work, text="cite = 'Doe2001, table 1'"):
    return [f.rule for f in check_bibliography({work.key: work}, text)]


def test_what_ships_is_in_order_and_looked_at_whole():
    assert check_bibliography() == []
    text = package_text()
    assert "Lin2017" in text and len(check_bibliography(text="")) == len(references())


@pytest.mark.parametrize(
    ("work", "broken"),
    [
        (GOOD, []),
        (replace(GOOD, note="bibliographic details not confirmed; the title is ours"), [BibliographyRule.OWN_TITLE]),
        (replace(GOOD, note="our own title"), [BibliographyRule.OWN_TITLE]),
        (replace(GOOD, note="patterns of ours were not seen"), []),
        (replace(GOOD, title=""), [BibliographyRule.SILENT_WITHOUT_TITLE]),
        (replace(GOOD, title="", note="no title seen"), []),
        (replace(GOOD, title="", doi="", note="no title seen"), [BibliographyRule.UNFINDABLE]),
        (replace(GOOD, title="", doi="", note="no title seen; details not confirmed"), []),
    ],
)
def test_each_rule_sees_its_fault_and_no_other(work, broken):
    assert rules(work) == broken


def test_an_entry_that_nothing_cites_is_found():
    assert rules(GOOD, "cite = 'Doe2001a'") == [BibliographyRule.UNCITED]
