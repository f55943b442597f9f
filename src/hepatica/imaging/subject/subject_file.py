"""Subject file: cells given to one person, scans, organs and what may be given next (TOML)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from hepatica.errors import InputError
from hepatica.imaging.biodistribution.fit import prior_probabilities
from hepatica.imaging.biodistribution.infusion import Infusion
from hepatica.imaging.biodistribution.surroundings import Surroundings, of_population, stated
from hepatica.imaging.quantification.cells import LabelledCells
from hepatica.imaging.subject.entries import MAX_ROWS, CellsEntry, LabelEntry, NextEntry, PlanarEntry
from hepatica.imaging.subject.iron import IRON
from hepatica.imaging.subject.scan_settings import MAX_SCANS, Entry, Finite, ScanEntry, ScanSettings
from hepatica.study_fields import MAX_SEED, Integer, Line, ProductTable

MAX_BYTES = 1_000_000


class Subject(Entry):
    """Subject, as its file states it.

    Attributes
    ----------
    title : str
        A code; no name of a person.
    population : str
        Whose injury and shunt the subject's liver has, and whose course is followed for the next dose.
    seed : int
    cells : CellsEntry
    product : ProductTable
        Of the cells that were given.
    surroundings : dict of str to float
        Stated instead of those of the population, in internal units.
    hypotheses : dict of str to float
        Prior probabilities; equal unless given.
    scan, planar, label
        What was seen.
    watch : ScanSettings, optional
        How series of a watched folder are measured.
    next : NextEntry, optional
    """

    title: Annotated[Line, Field(min_length=1, max_length=200)]
    population: str = "stable_decompensated_cirrhosis"
    seed: Annotated[Integer, Field(ge=0, le=MAX_SEED)] = 1
    cells: CellsEntry
    product: ProductTable = ProductTable()
    surroundings: dict[str, Finite] = {}
    hypotheses: dict[str, Finite] = {}
    scan: Annotated[tuple[ScanEntry, ...], Field(max_length=MAX_SCANS)] = ()
    planar: PlanarEntry | None = None
    label: Annotated[tuple[LabelEntry, ...], Field(max_length=MAX_ROWS)] = ()
    watch: ScanSettings | None = None
    next: NextEntry | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        self.infusion()
        prior_probabilities(self.hypotheses)
        carries_iron = self.cells.tracer == IRON
        for settings in (*self.scan, *(() if self.watch is None else (self.watch,))):
            if (settings.kind == "iron") != carries_iron:
                raise ValueError(f"kind: 'iron' for cells with {IRON}, 'pet' or 'spect' for others")
        if carries_iron and self.planar is not None:
            raise ValueError(f"planar: of a radioactive tracer, not of {IRON}")
        return self

    def infusion(self) -> Infusion:
        """Infusion of the labelled cells."""
        c = self.cells
        labelled = LabelledCells(
            tracer=c.tracer, number=c.number, viability=c.viability, route=c.route, efflux=c.efflux
        )
        return Infusion(labelled, self.product.product(), c.duration_hours / 24.0)

    def liver(self) -> Surroundings:
        """Surroundings of the cells: stated, or of the population."""
        return stated(self.surroundings) if self.surroundings else of_population(self.population)


def check_subject(data: Mapping[str, Any]) -> Subject:
    """Subject from untyped data.

    Parameters
    ----------
    data : mapping
        As the file holds it.

    Raises
    ------
    InputError
        If a key is unknown, missing, of the wrong type, or values contradict each other.

    Examples
    --------
    >>> check_subject({"title": "07", "cells": {"number": 1.5e8, "tracer": "Zr89"}}).infusion().labelled.route
    'peripheral_vein'
    """
    try:
        return Subject.model_validate(dict(data))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"]) or "subject"
        got = "the file" if isinstance(first["input"], dict) else first["input"]
        said = first["msg"].removeprefix("Value error, ")
        raise InputError(where, got, said[:1].lower() + said[1:]) from error


def read_subject(path: Path) -> Subject:
    """Subject from its TOML file.

    Parameters
    ----------
    path : Path
        At most 1 MB, UTF-8.

    Raises
    ------
    InputError
        If the file cannot be read, is too large, is no TOML, or `check_subject` refuses it.

    Examples
    --------
    >>> read_subject(Path("nowhere.toml"))
    Traceback (most recent call last):
    hepatica.errors.InputError: subject: got 'nowhere.toml'; a TOML file that can be read (No such file or directory)
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError("subject", str(path), f"a TOML file that can be read ({why})") from error
    if len(raw) > MAX_BYTES:
        raise InputError("subject", f"more than {MAX_BYTES:,} bytes", "a file of one subject")
    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError("subject", str(path), f"TOML in UTF-8 ({error})") from error
    return check_subject(data)
