"""Processor time by part: charged to the innermost part that counts apart, all of it once."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import dose
import pytest
from dose import COMMANDS, Checkout, Clock, Part, Serial, hook, part_of_simulation, resolved, section

ROOT = Path(__file__).parents[3]


@pytest.fixture
def ticks(monkeypatch):
    """A clock that the test sets."""
    now = SimpleNamespace(at=0.0)
    monkeypatch.setattr(dose.time, "process_time", lambda: now.at)
    return now


def test_time_goes_to_the_innermost_part_that_counts_apart(ticks):
    clock = Clock()
    ticks.at = 1.0
    with clock.part(Part.SEARCH):
        ticks.at = 3.0
        with clock.part(Part.PRIORS):
            ticks.at = 7.0
            with clock.part(Part.ADMISSION):  # of the priors' own question
                ticks.at = 15.0
        ticks.at = 16.0
        with clock.part(Part.ADMISSION):
            ticks.at = 18.0
    with clock.part(Part.FIGURES):
        ticks.at = 19.0
        with clock.part(Part.WRITING):
            ticks.at = 22.0
    ticks.at = 22.5
    clock.switch(Part.START)
    spent = {part: x for part, x in clock.spent.items() if x}
    assert spent == {
        Part.START: 1.5, Part.SEARCH: 3.0, Part.PRIORS: 12.0, Part.ADMISSION: 2.0, Part.FIGURES: 1.0, Part.WRITING: 3.0
    }  # fmt: skip
    assert sum(clock.spent.values()) == ticks.at


def test_a_part_that_fails_ends(ticks):
    clock = Clock()
    with pytest.raises(ValueError, match="broken"), clock.part(Part.SEARCH):
        ticks.at = 2.0
        raise ValueError("broken")
    assert clock.running is Part.START and clock.spent[Part.SEARCH] == 2.0


def test_functions_are_hooked_where_they_are(ticks, monkeypatch):
    module = SimpleNamespace(work=lambda seconds, outputs=(): setattr(ticks, "at", ticks.at + seconds), OUTPUTS=("a",))
    monkeypatch.setitem(sys.modules, "made_module", module)
    clock = Clock()
    assert hook(clock, "made_module.work", part_of_simulation("made_module.work"))
    module.work(2.0, outputs=("a",))
    module.work(3.0, outputs=("b",))
    clock.switch(Part.START)
    assert clock.spent[Part.COURSES] == 3.0 and clock.spent[Part.START] == 2.0
    assert not hook(clock, "made_module.nothing", lambda _: Part.SEARCH) and resolved("no.such.module") is None


def test_work_is_done_at_once_in_the_order_of_asking():
    done = []
    with Serial(1) as executor:
        first = executor.submit(done.append, 1)
        assert done == [1] and first.done() and first.cancel() is False


def test_every_command_is_timed():
    from hepatica import cli

    assert set(COMMANDS) <= set(cli.COMMANDS)
    checkout = Checkout(ROOT, "now")
    checkout.run("score", dose.SCORE)
    assert 0 < checkout.least["score"] < 60
    with pytest.raises(RuntimeError, match="now: hepatica score"):
        checkout.run("score", ["score", "nothing"])


def test_the_tables_have_a_column_a_checkout():
    least = {"dose": 9.0, "--help": 0.2, "score": 0.3} | {f"{name} --help": 0.25 for name in COMMANDS}
    one = {"label": "before", "commit": "abc1234", "least": least, "parts": {part.value: 2.0 for part in Part}}
    two = one | {"label": "after", "commit": "", "least": least | {"dose": 4.0}}
    text = section({"study": "s.toml", "rounds": 2, "checkouts": [one, two]})
    assert "| part | before (abc1234) | after |" in text and "| **the whole process** | 9.00 | 4.00 |" in text
    assert f"| all parts | {2 * len(Part)}.00 | {2 * len(Part)}.00 |" in text and all(p.value in text for p in Part)


@pytest.mark.slow
def test_the_parts_of_a_run_are_all_of_it(tmp_path):
    study = tmp_path / "small.toml"
    text = (ROOT / "studies" / "hbv-aclf.toml").read_text(encoding="utf-8")
    study.write_text(text.replace("patients = 200", "patients = 6").replace("draws = 100", "draws = 4"))
    command = [sys.executable, str(ROOT / "benchmarks" / "dose.py"), "--child", str(study), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    parts = json.loads(done.stdout.splitlines()[-1])
    assert set(parts) == {p.value for p in Part} and all(seconds > 0 for seconds in parts.values())
    assert (tmp_path / "out" / "decision.csv").exists()
