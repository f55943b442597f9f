"""Truth of the documents: the README's example runs, the model's pages are those of the model."""

import importlib
import json
import re
import shlex
import tempfile
from importlib.resources import files
from pathlib import Path

import nbformat
import pytest
import typer
from nbclient import NotebookClient
from traitlets.config import Config

from hepatica import cli
from hepatica.behaviour.simulate import simulate_behaviour
from hepatica.behaviour.views import MODULE_VIEWS
from hepatica.cli import COMMANDS
from hepatica.dose_study import answer
from hepatica.model.modules import MODULES
from hepatica.report.model.pages import pages, write_pages
from hepatica.study import load_study

ROOT = Path(__file__).parents[2]


def test_readme_example_runs_and_is_about_ten_lines(monkeypatch, capsys):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, re.S).group(1)
    assert len([line for line in code.splitlines() if line.strip()]) <= 12
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {})
    assert "verdict:" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "docs/index.md", "docs/how-to.md", "CONTRIBUTING.md"])
def test_links_lead_somewhere(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
        if not re.match(r"[a-z]+:", target):
            assert (ROOT / name).parent.joinpath(target).exists(), target


def test_every_page_is_reached_from_the_first():
    docs = ROOT / "docs"
    text = (docs / "index.md").read_text(encoding="utf-8")
    assert {p.name for p in docs.glob("*.md")} - {"index.md"} == set(re.findall(r"\(([\w-]+\.md)\)", text))


def test_model_pages_are_those_of_the_model(model):
    found = pages(model)
    assert {p.name for p in (ROOT / "docs/model").glob("*.md")} == set(found)
    for name, text in found.items():
        assert (ROOT / "docs/model" / name).read_text(encoding="utf-8") == text, (
            "run `hepatica model --write docs/model`"
        )


def test_each_module_has_a_figure_and_its_files(model):
    assert set(model.modules) <= set(MODULE_VIEWS), "give the module a line in behaviour/views.py: MODULE_VIEWS"
    assert {p.name for p in (ROOT / "docs/model/img").iterdir()} == {
        f"{m}.{kind}" for m in model.modules for kind in ("svg", "json")
    }


@pytest.mark.parametrize("module", [m.__name__ for m in MODULES])
def test_figures_show_what_the_model_does(system, module):
    outputs = MODULE_VIEWS[module].outputs
    assert 1 <= len(outputs) <= 4 and set(outputs) <= set(system.outputs)
    own = {
        n
        for group in (system.model.states, system.model.quantities)
        for n, item in group.items()
        if item.module == module
    }
    assert own & set(outputs)
    kept = json.loads((ROOT / f"docs/model/img/{module}.json").read_text(encoding="utf-8"))
    found = simulate_behaviour(system, module).rounded()
    assert kept["at"] == found["at"] and set(kept["outputs"]) == set(outputs)
    for name, runs in kept["outputs"].items():
        for label, values in runs.items():
            size = max(abs(v) for v in values) or 1.0
            assert found["outputs"][name][label] == pytest.approx(values, rel=0.01, abs=2e-3 * size), (
                "run `hepatica model --write docs/model`"
            )


def test_writing_the_pages_is_repeatable(system, tmp_path, monkeypatch):
    monkeypatch.setattr("hepatica.report.model.pages.MODULE_VIEWS", {"enzymes": MODULE_VIEWS["enzymes"]})
    one, two = (write_pages(system, tmp_path / name) for name in ("a", "b"))
    assert [p.name for p in one] == [p.name for p in two] and [p.read_bytes() for p in one] == [
        p.read_bytes() for p in two
    ]
    assert b"<dc:date>" not in one[-1].read_bytes() and one[-1].name == "enzymes.svg"


def test_init_writes_the_study_of_the_demo():
    template = (files("hepatica") / "study.template.toml").read_text(encoding="utf-8")
    assert template == (ROOT / "studies/hbv-aclf.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("study", sorted(p.name for p in (ROOT / "studies").glob("*.toml")))
def test_every_study_answers(study):
    small = ["patients=40", "draws=40", "horizon='60 d'", "dose=['1e6 cells/kg']", "infusions=[4]"]
    found = answer(load_study(ROOT / "studies" / study, small))
    assert found.failed_solves == 0 and len(found.decision.arms) >= 2


def test_notebook_runs(monkeypatch):
    """Over sockets of files: a port that is free when it is chosen may be taken when the kernel opens it."""
    notebook = nbformat.read(ROOT / "docs/notebooks/find-the-dose.ipynb", as_version=4)
    with tempfile.TemporaryDirectory() as short:  # the name of a socket holds a hundred characters
        monkeypatch.setenv("JUPYTER_RUNTIME_DIR", short)
        NotebookClient(
            notebook,
            timeout=600,
            startup_timeout=300,
            kernel_name="python3",
            resources={"metadata": {"path": str(ROOT)}},
            config=Config({"KernelManager": {"transport": "ipc"}}),
        ).execute()
    assert any(cell.get("outputs") for cell in notebook.cells)


PAGES = ["README.md", "README.zh-CN.md", *(f"docs/{p.name}" for p in sorted((ROOT / "docs").glob("*.md")))]
CHEAP = ("init", "score", "populations", "schema", "evidence", "doctor")


def documented():
    """Command lines of the documents and of the commands' own help, each once, as a user would type them."""
    lines = {}
    for name in PAGES:
        text = (ROOT / name).read_text(encoding="utf-8")
        for found in re.findall(r"^ {4}(hepatica .*)$", text, re.M) + re.findall(r"`(hepatica [a-z]+ [^`\n]*)`", text):
            line = shlex.split(re.split(r" > | \.\.\.", found)[0], comments=True)
            if "$" not in found:
                lines.setdefault(tuple(line[1:]), name)
    for command in COMMANDS:
        text = importlib.import_module(f"hepatica.cli.{command}").__file__
        for found in re.findall(r"Example: `(hepatica [^`]*)`", Path(text).read_text(encoding="utf-8")):
            lines.setdefault(tuple(shlex.split(found.split(" > ")[0])[1:]), f"hepatica {command} --help")
    return [pytest.param(line, id=f"{name}: {' '.join(line)}") for line, name in lines.items()]


def accept(group, arguments, parent=None):
    """Parse arguments as the command line would, without running anything."""
    context = group.make_context("hepatica", list(arguments), parent=parent)
    rest = [*context._protected_args, *context.args] if hasattr(group, "get_command") else []
    if rest:
        command = group.get_command(context, rest[0])
        assert command is not None, rest[0]
        accept(command, rest[1:], context)


@pytest.mark.parametrize("line", documented())
def test_every_documented_command_line_is_accepted(line):
    arguments = [a for a in line if a not in ("--help", "--version")]
    if re.fullmatch(r"--(posterior|people)", line[-1]):  # a sentence that names the option alone
        arguments.append("value")
    accept(typer.main.get_command(cli._root), arguments)


@pytest.mark.parametrize("line", [p for p in documented() if p.values[0][0] in CHEAP and "check" not in p.values[0]])
def test_cheap_documented_command_lines_run(line, hepatica, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = hepatica(*line)
    assert code == 0 and out and err == ""


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_file_that_a_readme_reads_is_there_or_made_before(name):
    made = set()
    for line in re.findall(r"^ {4}(hepatica .*)$", (ROOT / name).read_text(encoding="utf-8"), re.M):
        command, _, written = re.sub(r" +# .*", "", line).partition(" > ")
        arguments = [a for a in shlex.split(command)[1:] if re.fullmatch(r"[\w./-]+\.(toml|csv|json)", a)]
        if "init" in command:
            made |= set(arguments) or {"trial.toml"}
        assert all(a in made or (ROOT / a).is_file() for a in arguments), line
        made |= {written.strip()}
    assert {"my-study.toml", "trial.toml"} <= made


def test_the_tables_of_commands_name_every_command():
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert set(re.findall(r"hepatica ([a-z]+)", text)) >= set(COMMANDS), name


def test_both_readmes_have_the_same_commands_links_headings_and_code():
    def parts(name):
        text = (ROOT / name).read_text(encoding="utf-8")
        commands = [line.split("#")[0].split()[:3] for line in re.findall(r"^ {4}((?:hepatica|make) .*)$", text, re.M)]
        links = set(re.findall(r"\]\(([^)]+)\)", text)) - {"README.md", "README.zh-CN.md"}
        code = re.sub(r'print\("[^"]*"', "print(", re.search(r"```python\n(.*?)```", text, re.S).group(1))
        points = len(re.findall(r"^- \*\*|^- ", text, re.M))
        return commands, links, len(re.findall("^## ", text, re.M)), points, code

    assert parts("README.md") == parts("README.zh-CN.md")
