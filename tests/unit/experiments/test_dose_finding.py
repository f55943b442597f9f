"""Output of `experiments/dose_finding.py`: rules on the same lots, and a page that says what was found."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("dose_finding", ROOT / "experiments/dose_finding.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_shortfall_all_rules_by_counts_are_one_and_with_it_the_naive_one_is_worst(script):
    found = script.compare(300)
    names = list(script.rules())
    whole = found["none: every lot holds the dose"]
    assert len({whole[name].correct for name in names[:4]}) == len({whole[name].correct for name in names[4:]}) == 1
    short = found[script.FIGURE]
    assert short[script.NAIVE].overdose > max(short[n].overdose for n in names[1:4])
    assert short[names[4]].overdose > short[names[5]].overdose
    section = script.shortfall_section(found)
    assert all(section.count(f"| {name} |") == len(script.LOTS) for name in names)


def test_the_page_is_of_this_script(script):
    page = (ROOT / "docs/dose-finding.md").read_text(encoding="utf-8")
    assert all(f"### Shortfall: {name}" in page for name in script.LOTS)
    assert all(f"| {name} |" in page for name in script.rules())


def test_without_r_the_page_can_be_made(script, monkeypatch):
    monkeypatch.setattr(script.shutil, "which", lambda name: None)
    assert script.time_in_r() == {}
    text = (ROOT / "experiments/dose_finding.R").read_text(encoding="utf-8")
    assert 'report("boin", 2000' in text and 'report("crm", 100' in text
    assert "| BOIN, 5 levels, 60 patients: 100,000 trials |" in (ROOT / "docs/dose-finding.md").read_text(
        encoding="utf-8"
    )
