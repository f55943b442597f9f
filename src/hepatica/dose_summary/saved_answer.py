"""Saved answers: a dose study's answer as one file, from which its report is drawn again without running."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hepatica import __version__
from hepatica.dose_study import Answer
from hepatica.dose_summary.archive import Given, read_archive, write_archive
from hepatica.dosing.harms import HARMS, Harm
from hepatica.engine import System
from hepatica.errors import InputError
from hepatica.files import write_csv
from hepatica.model.own_values import with_values
from hepatica.model.structure import Model
from hepatica.patients import Cohort
from hepatica.regimen_search import SearchAnswer
from hepatica.study import Study
from hepatica.study_system import system_with

NAME = "answer.hepatica"
COHORT = ("population", "seed", "patient", "draw", "known", "pinned", "spread")  # fields of a cohort but its model
AGAIN = "run `hepatica dose` again, or install the version that wrote it"


@dataclass(frozen=True)
class SavedAnswer:
    """Answer of a dose study with what its report needs besides.

    Attributes
    ----------
    answer : Answer
    searched : SearchAnswer or None
        Search whose leaders were compared.
    command : str
        Study that was run.
    """

    answer: Answer
    searched: SearchAnswer | None
    command: str


def save_answer(path: Path, saved: SavedAnswer) -> Path:
    """Write an answer whole: study, patients, decision, courses, and the hash of the model that gave it.

    Parameters
    ----------
    path : Path
        The file.
    saved : SavedAnswer
        Answer of `hepatica dose`.

    Raises
    ------
    InputError
        If the file cannot be written; nothing is left half written.
    """
    answer = saved.answer
    stamp = {"version": __version__, "model": answer.system.model.hash, "study": answer.study}
    return write_archive(path, [stamp, saved], _forms(answer.system))


def save_answer_into(folder: Path, saved: SavedAnswer) -> list[Path]:
    """Write an answer and, of a search, its evaluations as CSV, beside a report.

    Parameters
    ----------
    folder : Path
        Of the report.
    saved : SavedAnswer
        As `save_answer`.
    """
    written = [save_answer(folder / NAME, saved)]
    if saved.searched is not None:
        written.append(write_csv(folder / "search.csv", saved.searched.frame()))
    return written


def load_answer(path: Path | str, *, modules: Sequence[Path] = ()) -> SavedAnswer:
    """Read a saved answer.

    Parameters
    ----------
    path : Path or str
        File of `save_answer`, or the folder that `hepatica dose` wrote.
    modules : sequence of Path
        Own modules with which it was computed.

    Raises
    ------
    InputError
        If there is none, it is damaged, or another version of the program or of the model gave it.
    """
    path = Path(path)
    file = path / NAME if path.is_dir() else path
    if not file.is_file():
        raise InputError("answer", str(path), f"a folder that `hepatica dose` wrote, or its {NAME}")
    stamp = read_archive(file, {}, lambda document: _check_version(document, path), part=0)
    system = system_with(modules)
    study: Study = stamp["study"]
    if study.parameter:
        system = system.with_parameters(with_values(system.model, study.parameter))
    if system.model.hash != stamp["model"]:
        allowed = f"an answer of this model ({system.model.hash}); {AGAIN}"
        raise InputError("answer", f"{path}, of the model {stamp['model']}", allowed)
    saved: SavedAnswer = read_archive(file, _forms(system), lambda _: None, part=1)
    return saved


def _check_version(document: Any, path: Path) -> None:
    written = dict(document["$list"][0]["$map"])["version"]
    if written != __version__:
        raise InputError("answer", f"{path}, of version {written}", f"an answer of version {__version__}; {AGAIN}")


def _forms(system: System) -> Given:
    """Forms of what is made anew: the model, its system and cohorts, and harms with their functions."""

    def cohort(fields: dict[str, Any]) -> Cohort:
        return Cohort(system.model, **fields)

    def harm(fields: dict[str, Any]) -> Harm:
        return replace(next(h for h in HARMS if h.name == fields["name"]), loss=fields["loss"], limit=fields["limit"])

    return {
        System: (lambda _: None, lambda _: system),
        Model: (lambda _: None, lambda _: system.model),
        Cohort: (lambda c: {name: getattr(c, name) for name in COHORT}, cohort),
        Harm: (lambda h: {"name": h.name, "loss": h.loss, "limit": h.limit}, harm),
    }
