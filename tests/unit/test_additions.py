"""CONTRIBUTING's table of additions is true: one of each is added to a copy of the package by what its row says.

Nothing else is written, and what was added shows where it should.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_FILES = 25  # that the additions touch together; 57 before the seams


with (ROOT / "tests" / "additions.toml").open("rb") as _file:
    ADDITIONS = tomllib.load(_file)


def files_of(addition):
    """Files below ``src/hepatica`` that are written or changed."""
    return {
        *addition.get("new", ()),
        *addition.get("after", ()),
        *(edit["file"] for edit in addition.get("before", ())),
    }


def write(addition, package):
    """Do what an addition says in a copy of the package, and nothing else."""
    for name, text in addition.get("new", {}).items():
        assert not (package / name).exists(), f"{name} is there already"
        (package / name).write_text(text, encoding="utf-8")
    for edit in addition.get("before", ()):
        code, line = (package / edit["file"]).read_text(encoding="utf-8"), edit["line"]
        assert code.count(line) == 1, f"{edit['file']} has '{line}' {code.count(line)} times"
        indent = line[: len(line) - len(line.lstrip())]
        text = textwrap.indent(edit["text"], indent) + line
        (package / edit["file"]).write_text(code.replace(line, text), encoding="utf-8")
    for name, text in addition.get("after", {}).items():
        with (package / name).open("a", encoding="utf-8") as file:
            file.write("\n" + text)


PROGRAM = '''
import contextlib, io, json, sys, traceback
from pathlib import Path
import numpy as np
from hepatica import cli
from hepatica.admission import admit
from hepatica.dose_study import answer as answer_study
from hepatica.engine import Events, Problem, System
from hepatica.evidence import load as load_publication
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.model.parameters import Entry
from hepatica.model.spread import Spread
from hepatica.patients import load_population
from hepatica.report.dose.baseline import baseline
from hepatica.report.page import render
from hepatica.study import check_study
from hepatica.therapy.product import SOURCES
from hepatica.variables import variable

SMALL = {"title": "Small", "patients": 4, "draws": 4, "horizon": "20 d",
         "grid": {"dose": ["1e6 cells/kg"], "infusions": [1, 2], "route": ["peripheral_vein"]}}
system = System(assemble(MODULES))
patients = admit(system, load_population("hbv_aclf"), 4, seed=1, draws=4)
answer = answer_study(check_study(SMALL), system=system)
baseline_card = baseline(answer, "en")


def page(lang):
    return render(answer, lang)


def hepatica(*arguments):
    """Output of the command."""
    sys.argv = ["hepatica", *arguments]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = cli.main()
    assert status == 0, (status, out.getvalue())
    return out.getvalue()


failed = {}
for name, code in json.loads(sys.argv[1]).items():
    try:
        exec(code, globals().copy())
    except Exception:
        failed[name] = traceback.format_exc(limit=4) + code
print("FAILED " + json.dumps(failed))
'''


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """Traceback of each addition that does not show, in a copy that has them all."""
    package = tmp_path_factory.mktemp("copy") / "hepatica"
    shutil.copytree(ROOT / "src" / "hepatica", package)  # compiled files too: those of files that change count no more
    for addition in ADDITIONS.values():
        write(addition, package)
    checks = {name: addition["shows"] for name, addition in ADDITIONS.items()}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(checks)],
        cwd=package.parent,
        env=os.environ | {"PYTHONPATH": str(package.parent), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1].removeprefix("FAILED "))


@pytest.mark.slow
@pytest.mark.parametrize("name", ADDITIONS)
def test_an_addition_shows_where_it_should(name, failed):
    assert name not in failed, failed[name]


def foretold() -> dict[str, list[str]]:
    """Files that each row of CONTRIBUTING's table names; x stands for any name."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text[text.index("## What an addition touches") :].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:1] == "|"]
    return {what: re.findall(r"`([\w/.*]+/[\w.*]+)`", " ".join(rest)) for what, *rest in rows[2:]}


@pytest.mark.parametrize("name", ADDITIONS)
def test_every_file_that_an_addition_touches_is_foretold(name):
    (patterns,) = [files for what, files in foretold().items() if ADDITIONS[name]["row"] == what]
    patterns = [re.sub(r"\bx\b", "*", p) for p in patterns]
    assert not {f for f in files_of(ADDITIONS[name]) if not any(fnmatch(f, p) for p in patterns)}, patterns


def test_the_additions_touch_few_files():
    assert sum(len(files_of(addition)) for addition in ADDITIONS.values()) <= MOST_FILES
