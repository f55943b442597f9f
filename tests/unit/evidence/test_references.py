"""The bibliography: a reader for what we write, and entries that can be trusted."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from hepatica.errors import InputError
from hepatica.evidence import Reference, reference, references
from hepatica.evidence.references import parse

KEYS = sorted(references())
DOI = re.compile(r"10\.\d{4,9}/\S*[^\s.,;]")


@pytest.mark.parametrize("key", KEYS)
def test_entry_is_in_order(key: str) -> None:
    work = references()[key]
    assert work.key == key
    assert re.fullmatch(r"[A-Z][A-Za-z]*((19|20)\d{2}[a-z]?)?", key)
    assert work.title or re.search(r"title|journal not seen|not confirmed", work.note), (
        "a work without a title says so in its note"
    )
    assert work.journal or work.authors
    assert work.doi == "" or DOI.fullmatch(work.doi)
    assert work.pmid == "" or work.pmid.isdigit()
    assert work.pmcid == "" or re.fullmatch(r"PMC\d+", work.pmcid)
    assert work.year is None or work.year == int(key.rstrip("ab")[-4:])
    assert work.full().startswith(work.authors[0].split(",")[0] if work.authors else (work.title or work.journal))
    assert work.short()
    assert not re.search(r"[\\{}]", repr(work.authors) + work.title + work.journal)


def test_entry_without_author_or_year_says_that_it_is_not_confirmed() -> None:
    text = files("hepatica.evidence").joinpath("refs.bib").read_text(encoding="utf-8")
    bare = {key for key, work in parse(text).items() if not (work.authors and work.year)}
    assert bare == {"BMCGastro2022", "JilinThesis2020", "PBAThesis2016", "SWMU2020", "Thiele2014", "WJCC2024", "Yu2010"}
    assert not any(reference(key).confirmed for key in bare)


def test_no_address_stands_in_the_files() -> None:
    for path in files("hepatica.evidence").iterdir():
        if path.name.endswith(".bib"):
            assert not re.search(r"https?:|www\.|doi\.org|/" "work/", path.read_text(encoding="utf-8"))


def test_one_work_has_one_key() -> None:
    dois = [work.doi.lower() for work in references().values() if work.doi]
    assert sorted(set(dois)) == sorted(dois)


@pytest.mark.parametrize(
    ("key", "short"),
    [
        ("Lin2017", "Lin et al. 2017"),
        ("Sherman2024", "Sherman and Goessling 2024"),
        ("Vilstrup1980", "Vilstrup 1980"),
        ("NRC1999", "National Research Council 1999"),
        ("Ma2026", "Ma et al. 2026"),
        ("SWMU2020", "Journal of Clinical Hepatology 2020"),
        ("PBAThesis2016", "thesis, China"),
    ],
)
def test_short(key: str, short: str) -> None:
    assert reference(key).short() == short


def test_full_names_at_most_six_authors() -> None:
    assert reference("Vilstrup1980").full() == (
        "Vilstrup H. Synthesis of urea after stimulation with amino acids: relation to liver function. "
        "Gut 1980;21:990-995. doi:10.1136/gut.21.11.990."
    )
    assert reference("Lin2017").full().startswith("Lin BL, Chen JF, Qiu WH, et al. Allogeneic")
    assert "Ermentrout GB. A reduced" in reference("Reynolds2006").full()
    assert "compatible with human blood? Stem Cells" in reference("Moll2012").full()


def test_reads_quotes_numbers_accents_and_one_line_entries() -> None:
    text = r"@article{A2001, author = {K{\"o}ller, S{\o}ren and {The B and C Group}},"
    text += 'title="On {ALT}", year=2001,pages={1--2}}'
    assert parse(text) == {
        "A2001": Reference("A2001", ("Köller, Søren", "The B and C Group"), "On ALT", "", 2001, pages="1-2")
    }


def test_equal_duplicates_pass_and_differing_ones_do_not() -> None:
    one = "@misc{A2001, title = {One}, year = 2001}"
    assert list(parse(one + "\n" + one)) == ["A2001"]
    with pytest.raises(InputError, match=r"refs\.bib A2001: got 'Two'; keep one entry"):
        parse(one + "@misc{A2001, title = {Two}, year = 2001}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@misc{A2001, title = {One", r"refs\.bib, line 1: got .*; write @type"),
        ("@misc{A2001, title = {One} year = {2001}}", "A2001.title.*comma"),
        ("@misc{A2001, title = {One}, year = {soon}}", "write four digits"),
        ("@misc{A2001, title = , year = 2001}", "A2001.title: got ''; write field = "),
        ("@misc{A2001, title = {One}, !}", "write @type"),
        ("@misc{A2001, title = {One}, title = {Two}}", "write @type"),
        ("@misc{B2001, title = {One}}\n\n@misc{A2001, title = {One}, !}", "line 3"),
    ],
)
def test_broken_text_is_refused_in_one_sentence(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse(text)
    assert "\n" not in str(caught.value)


def test_unknown_key_is_refused_with_a_hint() -> None:
    with pytest.raises(InputError, match=r"^reference: got 'Lin2018'; did you mean .*Lin2017"):
        reference("Lin2018")
    with pytest.raises(InputError, match=r"add an entry to refs\.bib"):
        reference("zzzzzzzzzz")


def test_the_answer_is_a_copy() -> None:
    references().clear()
    assert "Lin2017" in references()
