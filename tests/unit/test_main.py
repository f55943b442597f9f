"""The entry point: Ctrl-C ends it with status 130 and silence, from its first line to its last."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Ctrl-C comes when a module is looked for the first time, so that the test depends on no clock.
AT_IMPORT = """
import os, runpy, sys
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), 2)
sys.modules.pop({name!r}, None)
sys.meta_path.insert(0, Interrupt())
sys.argv = ["hepatica", *{arguments!r}]
runpy.run_module("hepatica", run_name="__main__", alter_sys=True)
"""
AT_WORK = """
import os, sys, time
import hepatica.dose_study
from hepatica.__main__ import main
def interrupt(*_, **__):
    os.kill(os.getpid(), 2)
    time.sleep(60)
hepatica.dose_study.answer = interrupt
sys.argv = ["hepatica", "dose", {study!r}, "--out", "report"]
main()
"""


def run(code, folder):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=folder, timeout=120)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("name", ["signal", "hepatica.cli", "typer", "hepatica.cli.score", "numpy", "numpy.linalg"])
def test_an_interrupt_while_loading_is_silent(name, tmp_path):
    code = AT_IMPORT.format(name=name, arguments=["score", "albi", "bilirubin=3 mg/dL", "albumin=28 g/L"])
    assert run(code, tmp_path) == (130, b"", b"")


def test_an_interrupt_at_work_is_silent_and_leaves_no_file(tmp_path):
    assert run(AT_WORK.format(study=str(ROOT / "studies/hbv-aclf.toml")), tmp_path) == (130, b"", b"")
    left = [p.name for p in tmp_path.rglob("*")]
    assert not [name for name in left if not name.startswith(".") and name != "report"], left


def test_the_exit_status_is_that_of_the_command(tmp_path):
    code = "import sys; from hepatica.__main__ import main; sys.argv = ['hepatica', 'score', 'nope']; main()"
    status, out, err = run(code, tmp_path)
    assert (status, out) == (2, b"") and b"nope" in err
