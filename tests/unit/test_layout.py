"""Layout of the tree: files in a folder, lines in a file, a test file for every module."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE, MIRROR = ROOT / "src" / "hepatica", ROOT / "tests" / "unit"
CODE = ("src", "tests", "benchmarks", "experiments")

MAX_FILES = 16  # Python files of one folder
UNLIMITED = {"model/modules", "cli"}  # one file per physiological module, one per command
MAX_LINES, LINES_WITHOUT_REASON = 400, 300

# Python files of more than 300 lines, and why they are one file
LONG = {
    "src/hepatica/admission.py": "one algorithm: history, rounds of candidates, and who is plausible",
    "src/hepatica/api/evidence.py": "one request and its answers: publications, indirect evidence, files checked",
    "src/hepatica/study_fields.py": "the tables of a study file one after another, each with the bounds of its numbers",
    "src/hepatica/dose_study.py": "the answer to one question, in the order in which its parts are computed",
    "src/hepatica/study.py": "one file format: a study, its product file, its changes, and each error in one sentence",
    "src/hepatica/patients/population.py": "one file format: the tables of a population and what each may hold",
    "src/hepatica/patients/draws.py": "one file format: every kind of column of draws and what it may hold",
    "src/hepatica/dosing/decision.py": "one rule of decision: its hypotheses, confidence, credible set and confirmation",
    "src/hepatica/ensemble.py": "one pass over blocks: what a block holds, how blocks are merged and taken up again",
    "tests/physics/test_cells.py": "one balance of cells, followed from the vein to every organ",
    "tests/unit/dosing/test_decision.py": "the tests of one module; made-up courses with known decisions serve them all",
    "tests/unit/model/test_liver_functions.py": "the modules of liver function together, on one bench of held inputs",
    "tests/unit/test_study.py": "one table of bad input, a row for each kind, and what is said of it",
    "benchmarks/dose.py": "a script: it measures, tabulates and writes one section of a page",
    "experiments/dose_response_page.py": "a script: one function for each table and figure of one page",
    "experiments/knife_edge.py": "a script: it simulates, summarises, draws and writes one page",
    "experiments/known_truth.py": "a script: worlds, bank of draws and decisions of one experiment",
    "experiments/natural_history_page.py": "a script: one function for each table of one page",
    "experiments/pbc.py": "a script: predictors, scores and table of one benchmark",
}

# test files of units that test no single module, and what they test
OF_NO_MODULE = {
    "./test_additions.py": "CONTRIBUTING's table of additions",
    "./test_docs.py": "README, notebook, pages of the model",
    "./test_layout.py": "the tree",
    "./test_package.py": "the package as users import it",
    "./test_words.py": "the catalogues of sentences",
    "./test_workshop.py": "locks, layers, what CI calls",
    "api/test_api.py": "all requests and answers alike",
    "cli/test_cli.py": "all commands alike",
    "cli/test_silly_inputs.py": "twenty inputs that a user might try, over command, study, model and answer",
    "engine/test_lanes.py": "lanes.h, arithmetic in C",
    "model/test_liver_functions.py": "the modules of liver function together",
    "model/test_modules.py": "every physiological module alike",
    "validation/test_made_up.py": "publications of odd shapes, from file to answer",
    "patients/test_histories.py": "histories that populations and cohorts make together",
}


def modules() -> list[Path]:
    """Python files of the package that hold code of their own, physiological modules excepted."""
    return [
        p
        for p in sorted(PACKAGE.rglob("*.py"))
        if p.name != "__init__.py" and p.relative_to(PACKAGE).parent.as_posix() != "model/modules"
    ]


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def sources(*endings: str) -> dict[str, int]:
    """Lines of the files of the tree with these endings."""
    return {
        p.relative_to(ROOT).as_posix(): lines(p)
        for folder in CODE
        for ending in endings
        for p in sorted((ROOT / folder).rglob(f"*{ending}"))
    }


@pytest.mark.parametrize("folder", sorted({p.parent.relative_to(PACKAGE).as_posix() for p in PACKAGE.rglob("*.py")}))
def test_folder_can_be_surveyed(folder: str) -> None:
    assert folder in UNLIMITED or len(list((PACKAGE / folder).glob("*.py"))) <= MAX_FILES


def test_no_source_file_is_too_long() -> None:
    long = {name: n for name, n in sources(".py", ".c", ".h", ".html", ".css", ".js").items() if n > MAX_LINES}
    assert not long


def test_long_python_files_have_a_reason() -> None:
    assert {name for name, n in sources(".py").items() if n > LINES_WITHOUT_REASON} <= set(LONG)


def test_every_module_has_a_test_file_of_its_name() -> None:
    lacking = set()
    for path in modules():
        name = path.relative_to(PACKAGE)
        if not (MIRROR / name.parent / f"test_{name.stem.strip('_')}.py").exists():
            lacking.add(name.as_posix())
    assert lacking == set()


def test_test_files_of_units_mirror_a_module_or_a_script() -> None:
    """A test file whose module was moved or renamed moves with it."""
    expected = {f"{p.relative_to(PACKAGE).parent.as_posix()}/test_{p.stem.strip('_')}.py" for p in modules()}
    expected |= {f"{folder}/test_{p.stem}.py" for folder in CODE[2:] for p in (ROOT / folder).glob("*.py")}
    tests = {f"{p.relative_to(MIRROR).parent.as_posix()}/{p.name}" for p in MIRROR.rglob("test_*.py")}
    assert tests - expected <= set(OF_NO_MODULE)


def test_docstrings_begin_with_a_term() -> None:
    """The first line names its thing by the field's term: a question as an opening is a private word."""
    opening = re.compile(r'(?m)^\s*"""(What|Who|How|Whether|Where)\b')
    questions = {
        p: m[0].strip() for p in sources(".py") if (m := opening.search((ROOT / p).read_text(encoding="utf-8")))
    }
    assert not questions
