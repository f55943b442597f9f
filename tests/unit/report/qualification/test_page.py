"""The dossier as files: page, Markdown and JSON, all or none."""

import json

import pytest

from hepatica.errors import InputError
from hepatica.evidence import references
from hepatica.report.qualification import page
from hepatica.report.qualification.cards import CITED
from hepatica.report.qualification.cards import qualification_cards as cards_of
from hepatica.report.qualification.page import write_qualification
from hepatica.words import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_cards_and_files(q, lang, tmp_path):
    cards = cards_of(q, lang, command="hepatica qualify --x")
    assert not [
        c.text
        for c in cards
        if c.key in ("summary", "closing", "context_", "assessment", "appendix") and c.table is None
    ]
    keys = [c.key for c in cards]
    assert len(set(keys)) == len(keys) and keys[:2] == ["answer", "factors"] and keys[-1] == "again"
    assert {"context", "m15", "evidence", "parameters", "code", "calculation", "sampling", "validation", "worst", "people",
            "applicability", "assumptions", "predictions", "totals", "works"} <= set(keys)  # fmt: skip
    assert not [c for c in cards if any("Error" in t for t in c.text)]
    files = write_qualification(q, tmp_path / "new", lang, command="hepatica qualify --x")
    page, text, told = (f.read_text(encoding="utf-8") for f in files)
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == sorted(f.name for f in files)
    assert (
        "http" not in page.replace("http://www.w3.org", "")
        and "<script" not in page
        and "A small &lt;question&gt;" in page
    )
    assert page.count("<svg") >= 2 and "hepatica qualify --x" in page
    for word in ("ICH M15", "ASME V&V 40" if lang == "en" else "ASME V&amp;V 40"):
        assert word in (text if "&V" in word else page)
    found = json.loads(told)
    assert found["purpose"] == "for research use" and found["factors"][0]["adequate"] == "no"
    assert (
        len(found["validation"]["records"]) == len(q.validated.validation.records)
        and found["run"]["model_hash"] == q.system.model.hash
    )
    assert all(references()[k].full() in text for k in CITED)


def test_nothing_is_written_when_it_cannot_all_be_made(q, tmp_path, monkeypatch):
    def fail(_):
        raise ZeroDivisionError

    monkeypatch.setattr(page, "as_record", fail)
    with pytest.raises(ZeroDivisionError):
        write_qualification(q, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    (tmp_path / "file").write_text("")
    monkeypatch.undo()
    with pytest.raises(InputError, match="can be written"):
        write_qualification(q, tmp_path / "file")
