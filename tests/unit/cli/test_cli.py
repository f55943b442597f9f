"""The command line as a whole: what it loads, how it fails, and that any terminal can show it."""

import importlib
import json
import os
import subprocess
import sys

import pytest

from hepatica import cli
from hepatica.cli import COMMANDS

LISTED = """
import contextlib, io, sys
sys.argv = ["hepatica", *{arguments!r}]
from hepatica import cli
with contextlib.redirect_stdout(io.StringIO()):
    assert cli.main() == 0
print(*sorted(m for m in sys.modules if sys.modules[m] is not None))
"""
HELPFUL = {"typer", "shellingham", "pydantic", "pydantic_core", "annotated_types", "typing_extensions"} | {
    "typing_inspection", "annotated_doc", "click",
}  # fmt: skip
SHARED = {
    "hepatica",
    "hepatica.cli",
    "hepatica.cli.console",
    "hepatica.cli.console.shell",
    "hepatica.cli.console.terminal",
} | {"hepatica.errors"}
SUBCOMMANDS = [("evidence", name) for name in ("list", "export", "plot", "check", "schema")]


def loaded(*arguments):
    """Modules that a cold process has loaded after a command: of Hepatica, and the packages of others."""
    code = LISTED.format(arguments=list(arguments))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    modules = set(done.stdout.split())
    ours = {m for m in modules if m.split(".")[0] == "hepatica"}
    packages = {m.split(".")[0] for m in modules - ours} - set(sys.stdlib_module_names)
    return ours, {p for p in packages if not p.startswith(("_", "sitecustomize"))}


@pytest.mark.parametrize("command", [(), *((c,) for c in COMMANDS), *SUBCOMMANDS], ids=" ".join)
def test_help_loads_the_command_and_nothing_heavy(command):
    ours, packages = loaded(*command, "--help")
    commands = {f"hepatica.cli.{c}" for c in COMMANDS} if not command else {f"hepatica.cli.{command[0]}"}
    assert ours <= SHARED | commands, "import inside the function that needs it"
    assert packages <= HELPFUL, "import inside the function that needs it"


def test_a_score_loads_arrays_and_its_own_folder():
    arguments = ["score", "meld3", "bilirubin=4.2 mg/dL", "creatinine=160 umol/L", "inr=1.2", "sodium=140 mmol/L"]
    ours, packages = loaded(*arguments, "albumin=35 g/L", "female=yes")
    allowed = ("outcomes", "variables", "words", "units", "laboratory_units", "cli.score", "api")
    assert {m for m in ours - SHARED if not m.removeprefix("hepatica.").startswith(allowed)} == set()
    assert packages - HELPFUL <= {"numpy"}


def test_help_lists_every_command_in_full_and_in_ascii(hepatica):
    code, out, _ = hepatica("--help")
    assert code == 0 and out.isascii() and hepatica()[1] == out
    rows = out.split("Commands:\n")[1].splitlines()
    assert tuple(row.split()[0] for row in rows) == COMMANDS and all(row.endswith(".") for row in rows)
    assert "..." not in "".join(rows), "the first sentence of a command is too long for a line"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_stands_in_the_file_of_its_name(command, hepatica):
    module = importlib.import_module(f"hepatica.cli.{command}")
    assert callable(getattr(module, command))
    code, out, _ = hepatica(command, "--help")
    assert code == 0 and out.isascii() and f"Usage: hepatica {command}" in out


def test_help_names_the_choices_that_the_package_has(hepatica):
    from hepatica.evidence.tabulate import SUFFIXES
    from hepatica.individual.forecast import KINDS
    from hepatica.study import HYPOTHESES

    for command, choices in (
        (("evidence", "export"), SUFFIXES),
        (("validate",), KINDS),
        (("simulate",), HYPOTHESES),
        (("calibrate",), HYPOTHESES),
    ):
        out = " ".join(hepatica(*command, "--help")[1].split())
        assert all(choice in out for choice in choices), (command, choices)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "nonsense"),
        (["dose"], "study"),
        (["dose", "--nonsense"], "--nonsense"),
        (["simulate", "x.toml", "--workers", "0"], "--workers"),
        (["ensemble", "x.toml", "--patients", "many"], "--patients"),
        (["evidence", "plot", "x.svg"], "--variable"),
        (["dose", "[bold]x[/red].toml"], "[bold]x[/red].toml"),
    ],
)
def test_wrong_usage_is_one_sentence(hepatica, arguments, says):
    code, out, err = hepatica(*arguments)
    assert code == 2 and out == "" and says in err and len(err.strip().splitlines()) == 1 and "Traceback" not in err


def test_a_fault_is_one_sentence_unless_its_details_are_asked_for(hepatica, monkeypatch):
    def fail(*_):
        raise RuntimeError("[bold]odd[/red]")

    monkeypatch.setattr("hepatica.patients.populations", fail)
    code, out, err = hepatica("populations")
    assert code == 1 and out == "" and "RuntimeError: [bold]odd[/red]" in err and len(err.strip().splitlines()) == 1
    monkeypatch.setenv("HEPATICA_DEBUG", "1")
    with pytest.raises(RuntimeError):
        cli.main()


def test_version_is_printed(hepatica):
    from hepatica import __version__

    assert hepatica("--version")[:2] == (0, f"{__version__}\n")


PRINTED = [
    ["populations"],
    ["populations", "--lang", "zh"],
    ["evidence", "--lang", "zh"],
    ["evidence", "--key", "lin2017"],
    ["model", "--module", "hepatocytes"],
    ["model", "--check", "--lang", "zh"],
    ["score"],
    ["doctor", "--lang", "zh"],
    ["init", "--lang", "zh", "--force"],
    ["schema"],
    ["dose", "nowhere-药.toml"],
]


ENCODINGS = {"io": {"PYTHONIOENCODING": "ascii"}, "c": {"LC_ALL": "C", "PYTHONUTF8": "0"}}
FORKED = """
import importlib, os, sys
from hepatica import __main__
for name in {loads!r}:
    importlib.import_module(name)  # once: what is imported takes longer than most commands
for k, arguments in enumerate({commands!a}):
    child = os.fork()
    if not child:
        for stream in (1, 2):
            os.dup2(os.open(f"{{k}}.{{stream}}", os.O_CREAT | os.O_WRONLY), stream)
        sys.argv = ["hepatica", *(os.fsdecode(word.encode()) for word in arguments)]  # as a shell gives them
        try:
            __main__.main()
        except SystemExit as stop:
            sys.stdout.flush()
            os._exit(stop.code or 0)
        os._exit(99)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
LOADED = ["hepatica.api", "hepatica.cli.doctor", "hepatica.dose_study", "hepatica.evidence.tabulate", "pandas", "pint"]


@pytest.fixture(scope="module", params=ENCODINGS)
def printed(request, tmp_path_factory):
    """Exit code, output and errors of each command in a process of its own, forked where the modules are loaded."""
    folder = tmp_path_factory.mktemp(request.param)
    done = subprocess.run(
        [sys.executable, "-c", FORKED.format(loads=LOADED, commands=PRINTED)],
        capture_output=True,
        cwd=folder,
        env=os.environ | {"PYTHONCOERCECLOCALE": "0"} | ENCODINGS[request.param],
        timeout=300,
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    codes = [int(code) for code in done.stdout.split()]
    assert len(codes) == len(PRINTED)
    return [(code, *((folder / f"{k}.{stream}").read_bytes() for stream in (1, 2))) for k, code in enumerate(codes)]


@pytest.mark.slow
@pytest.mark.parametrize("arguments", PRINTED, ids=" ".join)
def test_a_terminal_in_ascii_shows_what_it_can(printed, arguments):
    code, out, err = printed[PRINTED.index(arguments)]
    assert code == (2 if arguments[0] == "dose" else 0), err
    assert b"Traceback" not in err and b"Unicode" not in err
    assert out.isascii() and out + err


def test_json_loses_nothing_in_ascii(process):
    plain, ascii_ = (process("populations", "--json", "--lang", "zh", PYTHONIOENCODING=e) for e in ("utf-8", "ascii"))
    assert ascii_.stdout.isascii() and json.loads(ascii_.stdout) == json.loads(plain.stdout.decode("utf-8"))


def test_a_closed_pipe_is_no_fault():
    code = f"{sys.executable} -m hepatica evidence list --json | head -c 2; echo status ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True)
    assert done.stdout.endswith("status 0\n") and done.stderr == ""
