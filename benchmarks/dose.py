"""Processor time of `hepatica dose`, part by part, and of the start of every command; beside an older checkout.

    python benchmarks/dose.py [--study studies/hbv-aclf.toml] [--rounds 3] [--against CHECKOUT] [--json] [--write docs]

All times are processor seconds (user and system, all threads). Totals are those of whole processes, caches warm, the
least of the rounds, old and new alternating. Parts are measured inside one more process each, which does everything one
after the other: the time goes to the innermost part under way, so that they add up to that process. For research use.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Any

from sections import put_section

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = (
    "init", "dose", "simulate", "ensemble", "sensitivity", "calibrate", "validate", "qualify", "model", "score",
    "populations", "evidence", "doctor",
)  # fmt: skip
SCORE = ("score", "meld", "bilirubin=4.2 mg/dL", "creatinine=1.9 mg/dL", "inr=1.2")
SECTION = "dose"


class Part(Enum):
    """Part of a run of `hepatica dose`, by its name in the table."""

    START = "imports and assembly"
    ADMISSION = "admission"
    SEARCH = "search"
    PRIORS = "the same question with the priors"
    CONFIRMATION = "confirmation"
    COURSES = "daily courses and kinetics"
    TAIL = "five years"
    TOLERANCE = "error of the tolerance"
    FIGURES = "cards and figures"
    WRITING = "writing tables and courses"


INNER = {(Part.SEARCH, part) for part in Part} | {(Part.FIGURES, Part.WRITING)}
"""Pairs of a part and one inside it that is counted apart; all other nested calls belong to the outer part."""
HOOKS: dict[Part, tuple[str, ...]] = {
    Part.SEARCH: ("hepatica.dose_study.answer", "hepatica.answering.answer"),
    Part.ADMISSION: ("hepatica.dose_study.admit_patients", "hepatica.answering.admitted"),
    Part.PRIORS: ("hepatica.dose_study._Run.decide_by_priors", "hepatica.answering._before"),
    Part.CONFIRMATION: ("hepatica.dose_study._Run.confirm", "hepatica.answering._confirm"),
    Part.TAIL: ("hepatica.dose_study._Run.long_term", "hepatica.answering._tails"),
    Part.TOLERANCE: ("hepatica.dose_study.tolerance_error", "hepatica.answering.tolerance_error"),
    Part.FIGURES: ("hepatica.report.cards", "hepatica.report.write_report"),
    Part.WRITING: ("pandas.DataFrame.to_csv", "pandas.DataFrame.to_parquet", "xarray.Dataset.to_netcdf"),
}
"""Functions whose time is a part, in this checkout and in older ones."""
SIMULATE = ("hepatica.dose_study.simulate", "hepatica.answering.simulate")
"""Simulations: those with other outputs than a decision needs are drawn."""


class Clock:
    """Processor time by part; the innermost one that is counted apart is running."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(Part, 0.0)
        self.running, self.last = Part.START, 0.0  # what the interpreter took to start counts

    def switch(self, part: Part) -> Part:
        """Charge the time since the last switch, run another part, and return the one before."""
        now, before = time.process_time(), self.running
        self.spent[before] += now - self.last
        self.running, self.last = part, now
        return before

    @contextmanager
    def part(self, part: Part) -> Iterator[None]:
        """Run a part, unless one is under way that holds it."""
        counted = self.running is Part.START or (self.running, part) in INNER
        before = self.switch(part if counted else self.running)
        try:
            yield
        finally:
            self.switch(before)


class Serial:
    """Executor that does everything at once, in the calling thread, so that no two parts run together."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __enter__(self) -> Serial:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to wait for."""

    def submit(self, work: Callable[..., Any], *args: Any) -> Future[Any]:
        """Result of a call, done."""
        done: Future[Any] = Future()
        done.set_result(work(*args))
        return done


def resolved(path: str) -> tuple[Any, str] | None:
    """Owner and name of a dotted path, None where this checkout does not have it."""
    import importlib

    names = path.split(".")
    for k in range(len(names) - 1, 0, -1):
        try:
            owner: Any = importlib.import_module(".".join(names[:k]))
        except ImportError:
            continue
        for name in names[k:-1]:
            owner = getattr(owner, name, None)
        return (owner, names[-1]) if owner is not None and hasattr(owner, names[-1]) else None
    return None


def hook(clock: Clock, path: str, part_of: Callable[[dict[str, Any]], Part | None]) -> bool:
    """Charge a function's time to a part, which its keyword arguments may decide; False if there is none."""
    place = resolved(path)
    if place is None:
        return False
    function = getattr(*place)

    @functools.wraps(function)
    def charged(*args: Any, **kwargs: Any) -> Any:
        part = part_of(kwargs)
        if part is None:
            return function(*args, **kwargs)
        with clock.part(part):
            return function(*args, **kwargs)

    setattr(*place, charged)
    return True


def part_of_simulation(path: str) -> Callable[[dict[str, Any]], Part | None]:
    """Part of a simulation by its outputs: those of a decision belong to the part that is under way."""
    place = resolved(path)
    deciding = None if place is None else place[0].OUTPUTS
    return lambda kwargs: None if kwargs.get("outputs") == deciding else Part.COURSES


def measure_parts(study: str, folder: str) -> dict[str, float]:
    """Processor seconds of each part of one run in this process."""
    clock = Clock()
    for module in ("hepatica.report", "hepatica.dose_study", "hepatica.answering"):
        resolved(f"{module}.x")
    for part, paths in HOOKS.items():
        hooked = [hook(clock, path, lambda _, part=part: part) for path in paths]
        if not any(hooked):
            raise LookupError(f"this checkout has no function of '{part.value}': see HOOKS")
    for path in SIMULATE:
        hook(clock, path, part_of_simulation(path))
    if place := resolved("hepatica.dose_study.ThreadPoolExecutor"):
        setattr(*place, Serial)
    sys.argv = ["hepatica", "dose", study, "--out", folder]
    from hepatica.cli import main

    with open(os.devnull, "w") as nowhere:
        shown, sys.stdout = sys.stdout, nowhere
        try:
            main()
        except SystemExit as stop:
            assert not stop.code, stop.code
        finally:
            sys.stdout = shown
    clock.switch(Part.START)
    return {part.value: seconds for part, seconds in clock.spent.items()}


class Checkout:
    """A copy of the sources that is timed.

    Parameters
    ----------
    root : Path
        Its folder.
    label : str
        Its name in the table.
    """

    def __init__(self, root: Path, label: str) -> None:
        self.root, self.label = root.resolve(), label
        self.least: dict[str, float] = {}
        self.parts: dict[str, float] = {}

    @property
    def environment(self) -> dict[str, str]:
        """Environment in which Python imports this copy."""
        return os.environ | {"PYTHONPATH": str(self.root / "src")}

    @property
    def commit(self) -> str:
        """Short hash of its commit, empty where git has none."""
        done = subprocess.run(
            ["git", "-C", str(self.root), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def run(self, name: str, arguments: Iterable[str]) -> None:
        """Processor seconds of a whole process; the least of all calls is kept."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "hepatica", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, cwd=ROOT, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise RuntimeError(f"{self.label}: hepatica {name}: {done.stderr[-500:]}")
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.least[name] = min(spent, self.least.get(name, spent))

    def measure(self, study: Path, folder: Path) -> None:
        """Parts of one run."""
        command = [sys.executable, __file__, "--child", str(study), str(folder)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, cwd=ROOT, check=False)
        if done.returncode:
            raise RuntimeError(f"{self.label}: parts of dose: {done.stderr[-1000:]}")
        self.parts = json.loads(done.stdout.splitlines()[-1])


def compared(checkouts: list[Checkout], study: Path, rounds: int) -> dict[str, Any]:
    """Least times of every command and the parts of `dose`, checkouts alternating."""
    with tempfile.TemporaryDirectory() as folder:
        for k, one in enumerate(checkouts):  # fills the caches; not counted
            one.run("dose", ["dose", str(study), "--out", f"{folder}/warm{k}"])
            one.least.clear()
        for r in range(rounds):
            for k, one in enumerate(checkouts):
                one.run("dose", ["dose", str(study), "--out", f"{folder}/{r}-{k}"])
                one.run("--help", ["--help"])
                one.run("score", SCORE)
                for name in COMMANDS:
                    one.run(f"{name} --help", [name, "--help"])
        for k, one in enumerate(checkouts):
            one.measure(study, Path(folder) / f"parts{k}")
    return {
        "study": study.name,
        "rounds": rounds,
        "checkouts": [{"label": c.label, "commit": c.commit, "least": c.least, "parts": c.parts} for c in checkouts],
        "purpose": "for research use",
    }


def section(answer: dict[str, Any]) -> str:
    """Tables of the parts and of the starts, a column a checkout."""
    checkouts = answer["checkouts"]
    head = " | ".join(c["label"] + (f" ({c['commit']})" if c["commit"] else "") for c in checkouts)
    rule = "---|" * len(checkouts)

    def row(name: str, values: Iterable[float], digits: int) -> str:
        return f"| {name} | {' | '.join(f'{x:.{digits}f}' for x in values)} |"

    starts = [f"{name} --help" for name in COMMANDS]
    slowest = max(starts, key=lambda name: checkouts[-1]["least"][name])
    return "\n".join(
        [
            "## Processor time of `hepatica dose`, part by part",
            "",
            "Written by `python benchmarks/dose.py --write docs`; run it to repeat. Processor seconds of all threads,",
            f"`{answer['study']}`, caches warm. The whole is the least of {answer['rounds']} processes, alternating;",
            "parts are of one more process, which does them one after the other: they need not add up to the whole.",
            "",
            f"| part | {head} |",
            f"|---|{rule}",
            *(row(p.value, (c["parts"][p.value] for c in checkouts), 2) for p in Part),
            row("all parts", (sum(c["parts"].values()) for c in checkouts), 2),
            row("**the whole process**", (c["least"]["dose"] for c in checkouts), 2),
            "",
            f"| start of a command | {head} |",
            f"|---|{rule}",
            row("`--help`", (c["least"]["--help"] for c in checkouts), 3),
            row("`COMMAND --help`, mean", (sum(c["least"][s] for s in starts) / len(starts) for c in checkouts), 3),
            row(f"`{slowest}`, the slowest", (c["least"][slowest] for c in checkouts), 3),
            row("`score meld ...`", (c["least"]["score"] for c in checkouts), 3),
        ]
    )


def main() -> None:
    """Run and print."""
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(measure_parts(*sys.argv[2:4])))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--study", type=Path, default=ROOT / "studies" / "hbv-aclf.toml")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--against", type=Path, help="folder of an older checkout")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path, help="folder of the docs")
    options = parser.parse_args()
    new = Checkout(ROOT, "after" if options.against else "now")
    checkouts = [Checkout(options.against, "before"), new] if options.against else [new]
    answer = compared(checkouts, options.study.resolve(), options.rounds)
    text = section(answer)
    if options.write:
        page = options.write / "benchmarks.md"
        page.write_text(put_section(page.read_text(encoding="utf-8"), SECTION, text), encoding="utf-8")
    print(json.dumps(answer) if options.json else text)


if __name__ == "__main__":
    main()
