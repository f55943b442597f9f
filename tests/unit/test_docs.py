"""What the documents say is true: the README's example runs, the model's pages are those of the model."""

import re
from importlib.resources import files
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from hepatica.answering import answer
from hepatica.model.assemble import assemble
from hepatica.model.describe import index, page
from hepatica.model.modules import MODULES
from hepatica.study import load_study

ROOT = Path(__file__).parents[2]


def test_readme_example_runs_and_is_about_ten_lines(monkeypatch, capsys):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", text, re.S).group(1)
    assert len([line for line in code.splitlines() if line.strip()]) <= 12
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {})
    assert "recommended:" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "docs/index.md", "docs/how-to.md", "CONTRIBUTING.md"])
def test_links_lead_somewhere(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
        if not re.match(r"[a-z]+:", target):
            assert (ROOT / name).parent.joinpath(target).exists(), target


def test_model_pages_are_those_of_the_model():
    model = assemble(MODULES)
    pages = {"index.md": index(model)} | {f"{m}.md": page(model, m) for m in model.modules}
    assert {p.name for p in (ROOT / "docs/model").glob("*.md")} == set(pages)
    for name, text in pages.items():
        assert (ROOT / "docs/model" / name).read_text(encoding="utf-8") == text, "run `hepatica model --write docs/model`"


def test_init_writes_the_study_of_the_demo():
    template = (files("hepatica") / "study.template.toml").read_text(encoding="utf-8")
    assert template == (ROOT / "studies/hbv-aclf.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("study", sorted(p.name for p in (ROOT / "studies").glob("*.toml")))
def test_every_study_answers(study):
    small = ["patients=40", "draws=40", "horizon='60 d'", "dose=['1e6 cells/kg']", "infusions=[4]"]
    found = answer(load_study(ROOT / "studies" / study, small))
    assert found.failed == 0 and len(found.decision.arms) >= 2


def test_notebook_runs():
    notebook = nbformat.read(ROOT / "docs/notebooks/find-the-dose.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    assert any(cell.get("outputs") for cell in notebook.cells)
