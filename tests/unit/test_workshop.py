"""The workshop around the package: locks, version, what CI calls, and nothing of one machine in the tree."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import hepatica

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-zig.lock")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# in parts, so that this file does not hold what it looks for
FOLDERS = [f"/{name}/" for name in ("work", "tmp", "root")]
HOSTS = ["files.python" + "hosted", "pypi." + "org/simple", "registry." + "npmjs", "deb." + "debian.org"]
LEFT_OF_A_PATH = r"(?<![A-Za-z0-9_.~*}>)\]-])"


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def required(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return normal(found.group())


def read_lock(name: str) -> dict[str, str]:
    """Whole line, hashes included, of each requirement of a lock file."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    rows = {required(line): line for line in lines}
    assert len(rows) == len(lines), f"{name}: one version for all Pythons and systems"
    return rows


def version(line: str) -> str:
    return line.split("==")[1].split()[0]


def tracked() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return sorted(
            p
            for folder in ("src", "tests", "docs", "studies")
            for p in (ROOT / folder).rglob("*")
            if p.is_file() and "__pycache__" not in p.parts
        )
    done = subprocess.run(
        [git, "-c", f"safe.directory={ROOT}", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("name", LOCKS)
def test_lock_is_exact_hashed_and_names_no_index(name: str) -> None:
    for package, line in read_lock(name).items():
        assert re.match(r"[A-Za-z0-9._-]+==[0-9]\S* ", line), f"{name}: {package} is not pinned"
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", line), f"{name}: {package} has no hash"
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|@ |^\s*-[efi] ", text, re.MULTILINE)


def test_locks_hold_what_pyproject_asks_for() -> None:
    project, extras = PYPROJECT["project"], PYPROJECT["project"]["optional-dependencies"]
    runtime, test, zig = (read_lock(name) for name in LOCKS)
    build = PYPROJECT["build-system"]["requires"]
    assert PYPROJECT["dependency-groups"]["build"] == build
    assert {required(r) for r in project["dependencies"] + build} <= set(runtime)
    assert {required(r) for r in extras["test"]} <= set(test)
    assert {required(r) for r in extras["zig"]} == set(zig)


def test_test_lock_holds_the_runtime_lock() -> None:
    test = read_lock("requirements-test.lock")
    for package, line in read_lock("requirements.lock").items():
        assert version(test[package]) == version(line)


def test_ci_only_calls_make_test() -> None:
    script = ROOT / ".ci" / "run"
    said = [line for line in script.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert said[0] == "set -euo pipefail"
    assert said[1].startswith("cd ")
    assert said[2:] == ["exec make test"]
    assert script.stat().st_mode & 0o111


def test_pre_commit_runs_the_tools_of_make_lint_from_the_environment() -> None:
    """Only commands that the locks install, no repository to download, and the same ones as `make lint`."""
    config = ROOT / ".pre-commit-config.yaml"
    programs = Path(sys.executable).parent
    done = subprocess.run([programs / "pre-commit", "validate-config", config], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()
    (repository,) = yaml.safe_load(config.read_text(encoding="utf-8"))["repos"]
    assert repository["repo"] == "local" and {hook["language"] for hook in repository["hooks"]} == {"system"}
    commands = [hook["entry"].split() for hook in repository["hooks"]]
    assert all(c[0].startswith(".venv/bin/") and (programs / Path(c[0]).name).exists() for c in commands)
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert recipe
    linted = re.findall(r"\$\(BIN\)/(\S+(?: [a-z]+)?)", recipe.group(1))
    assert [" ".join([Path(c[0]).name, *c[1:2]]) for c in commands] == linted


def test_scopes_of_parallel_workers_are_there(request: pytest.FixtureRequest) -> None:
    """A file that was moved would lose its place at the head of the queue without a word."""
    plugins = request.config.pluginmanager.get_plugins()
    (conftest,) = [plugin for plugin in plugins if hasattr(plugin, "LONGEST_FIRST")]
    together = {place: name for name, places in conftest.TOGETHER.items() for place in places}
    assert {*conftest.TOGETHER} <= {*conftest.LONGEST_FIRST} and len({*conftest.LONGEST_FIRST}) == len(
        conftest.LONGEST_FIRST
    )
    alone = {*conftest.LONGEST_FIRST} - {*conftest.TOGETHER}
    assert {scope for scope in alone | {*together} if not (ROOT / scope).exists()} == set()
    for place, name in together.items():
        assert (ROOT / place).is_dir() == place.endswith("/")
        file = f"{place}x/test_y.py" if place.endswith("/") else place
        assert conftest.scope_of(f"{file}::test_z") == name
    assert {conftest.scope_of(scope) for scope in alone} == alone  # none stands in another
    assert conftest.scope_of("tests/unit/test_x.py::test_y[a/b]") == "tests/unit/test_x.py"


def test_version_has_one_source() -> None:
    assert "version" not in PYPROJECT["project"]
    assert PYPROJECT["project"]["dynamic"] == ["version"]
    assert PYPROJECT["tool"]["hatch"]["version"]["path"] == "src/hepatica/__init__.py"
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    assert cited and cited.group(1) == hepatica.__version__
    assert f"## [{hepatica.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_tree_holds_nothing_of_one_machine() -> None:
    path = re.compile(f"{LEFT_OF_A_PATH}(?:{'|'.join(FOLDERS)})")
    found = []
    for file in tracked():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if path.search(line) or any(host in line.lower() for host in HOSTS):
                found.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    assert not found


@pytest.mark.parametrize(
    "text, is_machine",
    [
        ("open('" + FOLDERS[0] + "main')", True),
        (FOLDERS[1] + "x", True),
        ("a" + FOLDERS[2] + "b", False),
        ("../frame" + FOLDERS[0] + "x", False),
    ],
)
def test_machine_paths_are_recognised(text: str, is_machine: bool) -> None:
    assert bool(re.search(f"{LEFT_OF_A_PATH}(?:{'|'.join(FOLDERS)})", text)) is is_machine


def test_contributing_shows_the_layers_of_the_contract() -> None:
    layers = PYPROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    shown = "\n".join(f"    {layer}" for layer in layers if layer != "(__main__)")
    assert f"\n\n{shown}\n\n" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_layers_hold() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    assert command.exists(), "install requirements-test.lock"
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_everything_imported_is_in_the_runtime_lock():
    """A package that only the tests' lock holds would be missing after `make demo`; what an extra brings is asked for where it is used."""
    locked = {
        name.lower().replace("_", "-")
        for name in re.findall(r"(?m)^([A-Za-z0-9_.-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"))
    }
    found = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                found.add(node.module.split(".")[0])
    outside = (
        {name.lower().replace("_", "-") for name in found} - set(sys.stdlib_module_names) - {"hepatica", "--future--"}
    )
    outside = {name for name in outside if name.replace("-", "_") not in sys.stdlib_module_names}
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    asked = {
        re.split(r"[<>=.]", row)[0].removeprefix("python-")
        for name, rows in extras.items()
        if name != "test"
        for row in rows
    }
    assert outside - asked <= locked, sorted(outside - asked - locked)
    for path in (ROOT / "src").rglob("*.py"):  # never at the top of a module that everyone imports
        top = {
            alias.name.split(".")[0]
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        assert not top & asked, path
