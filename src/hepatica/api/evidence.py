"""Requests and answers about published evidence: the list, one publication, tables, figures and checks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hepatica.api.base import Answer, Request, Strict
from hepatica.errors import InputError
from hepatica.evidence.bibliography import BibliographyRule

if TYPE_CHECKING:
    from hepatica.evidence import Publication
    from hepatica.evidence.faults import Checked, Fault


class PublicationRow(Strict):
    """One publication of the list.

    Attributes
    ----------
    key, cite, citation : str
        Key of the publication and of the bibliography; name and year.
    year : int or None
    disease, role, risk_of_bias, population : str
    arms : int
    cells : bool
        Cells were given in some arm.
    people : int or None
        In the arms that print their number, a lower bound unless `people_complete`.
    observations, usable : int
        Of them usable in a likelihood.
    """

    key: str
    cite: str
    citation: str
    year: int | None
    disease: str
    role: str
    arms: int
    cells: bool
    people: int | None
    people_complete: bool
    observations: int
    usable: int
    risk_of_bias: str
    population: str


class EvidenceAnswer(Answer):
    """Publications that match."""

    publications: list[PublicationRow]

    @classmethod
    def of(cls, publications: Sequence[Publication]) -> EvidenceAnswer:
        """List of publications."""
        from hepatica.evidence.tabulate import summary

        return cls(publications=[PublicationRow(**row) for row in summary(publications)])


class PublicationAnswer(Answer):
    """One publication in full: the keys of its file, its reference, and what each observation lacks."""

    publication: dict[str, Any]

    @classmethod
    def of(cls, publication: Publication) -> PublicationAnswer:
        """One publication."""
        from hepatica.evidence.tabulate import published_record

        return cls(publication=published_record(publication))


class EvidenceRequest(Request):
    """Filters of the published evidence; one that is empty or null asks nothing.

    Attributes
    ----------
    key : str
        One publication.
    disease : str
        Part of the disease, in any case.
    role : {"", "calibration", "supporting", "check"}
    variable : str
        A variable that some arm has an observation of.
    cells : bool or None
        Some arm has cells, or none has.

    Examples
    --------
    >>> EvidenceRequest(key="lin2017").run().publications[0].citation
    'Lin et al. 2017'
    """

    key: str = ""
    disease: str = ""
    role: str = ""
    variable: str = ""
    cells: bool | None = None

    def compute(self) -> tuple[Publication, ...]:
        """Publications that match."""
        from hepatica.evidence.tabulate import select

        return select(key=self.key, disease=self.disease, role=self.role, variable=self.variable, cells=self.cells)

    def compute_some(self) -> tuple[Publication, ...]:
        """Publications that match, at least one.

        Raises
        ------
        InputError
            If none matches.
        """
        publications = self.compute()
        if not publications:
            asked = {"--disease": self.disease, "--role": self.role, "--variable": self.variable, "--key": self.key}
            text = " ".join(f"{option} {value}" for option, value in asked.items() if value)
            text += "" if self.cells is None else " --cells" if self.cells else " --no-cells"
            raise InputError("evidence", text.strip(), "no publication matches; ask with fewer filters")
        return publications

    def run(self) -> EvidenceAnswer:
        """List the publications that match."""
        return EvidenceAnswer.of(self.compute())


class TableAnswer(Answer):
    """File of observations."""

    file: str
    observations: int
    publications: int


class PlotAnswer(Answer):
    """File of a figure."""

    file: str
    arms: int
    publications: int


class FaultRow(Strict):
    """One fault of a file: its place, what was got, what to do."""

    file: str
    place: str
    got: str
    do: str

    @classmethod
    def of(cls, fault: Fault) -> FaultRow:
        """Fault of a checked file."""
        return cls(**vars(fault))


class CheckedFile(Strict):
    """One checked file.

    Attributes
    ----------
    file : str
    in_order : bool
    key, role : str or None
    arms, observations : int or None
        Null where the file is no publication.
    kept_out : dict of reason to int
        Observations that cannot enter a likelihood.
    errors, warnings : list of FaultRow
    """

    file: str
    in_order: bool
    key: str | None
    role: str | None
    arms: int | None
    observations: int | None
    kept_out: dict[str, int]
    errors: list[FaultRow]
    warnings: list[FaultRow]

    @classmethod
    def of(cls, c: Checked) -> CheckedFile:
        """Result of one file."""
        p = c.publication
        return cls(
            file=c.file,
            in_order=not c.faults,
            key=None if p is None else p.key,
            role=None if p is None else p.role,
            arms=None if p is None else len(p.arms),
            observations=None if p is None else len(p.observations),
            kept_out={} if p is None else dict(c.kept_out),
            errors=list(map(FaultRow.of, c.faults)),
            warnings=list(map(FaultRow.of, c.warnings)),
        )


class CheckAnswer(Answer):
    """Publication files of the user's with all that is wrong with them."""

    files: list[CheckedFile]
    twice: list[FaultRow]
    in_order: bool

    @classmethod
    def of(cls, checked: Sequence[Checked], twice: Sequence[Fault]) -> CheckAnswer:
        """Result of all files; `twice` are keys that two of them have."""
        return cls(
            files=list(map(CheckedFile.of, checked)),
            twice=list(map(FaultRow.of, twice)),
            in_order=not twice and not any(c.faults for c in checked),
        )


class CheckRequest(Request):
    """Check of publication files."""

    files: list[Path]

    def compute(self) -> tuple[list[Checked], list[Fault]]:
        """Faults of each file, and keys that two of them have."""
        from hepatica.evidence.check import check_file, same_key
        from hepatica.patients import populations

        checked = [check_file(path, populations()) for path in self.files]
        return checked, list(same_key(checked))

    def run(self) -> CheckAnswer:
        """Check the files."""
        return CheckAnswer.of(*self.compute())


REQUESTS: dict[str, Any] = {"evidence": EvidenceRequest, "check": CheckRequest}
ANSWERS: dict[str, Any] = {
    "evidence": EvidenceAnswer,
    "publication": PublicationAnswer,
    "table": TableAnswer,
    "plot": PlotAnswer,
    "check": CheckAnswer,
}


class BibliographyFaultRow(Strict):
    """Entry of the bibliography that breaks a rule.

    Attributes
    ----------
    key : str
        Citation key.
    rule : BibliographyRule
    """

    key: str
    rule: BibliographyRule


class BibliographyAnswer(Answer):
    """Works cited that break a rule, of all that ship."""

    works: int
    faults: list[BibliographyFaultRow]
    in_order: bool


class BibliographyRequest(Request):
    """Check of the works cited."""

    def run(self) -> BibliographyAnswer:
        """Check every entry of the bibliography that ships."""
        from hepatica.evidence.bibliography import check_bibliography
        from hepatica.evidence.references import references

        faults = [BibliographyFaultRow(key=f.key, rule=f.rule) for f in check_bibliography()]
        return BibliographyAnswer(works=len(references()), faults=faults, in_order=not faults)
