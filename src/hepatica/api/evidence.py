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
    from hepatica.evidence.indirect import IndirectPublication


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


class IndirectRow(Strict):
    """One publication of indirect evidence, of animals or of people with another disease.

    Attributes
    ----------
    key, cite, citation : str
    year : int or None
    species : list of str
        Empty where not printed.
    disease, topic, product, read_in : str
    liver : bool
        The injured organ is the liver.
    arms, observations : int
    n : int or None
        Animals or people in the arms that print their number, a lower bound unless `n_complete`.
    several_doses : bool
    lowest, highest : float or None
        Doses printed, in `dose_unit`.
    routes : list of str
    """

    key: str
    cite: str
    citation: str
    year: int | None
    species: list[str]
    disease: str
    topic: str
    liver: bool
    product: str
    arms: int
    n: int | None
    n_complete: bool
    observations: int
    several_doses: bool
    lowest: float | None
    highest: float | None
    dose_unit: str
    routes: list[str]
    read_in: str


class EvidenceAnswer(Answer):
    """Publications that match, and publications of indirect evidence that do."""

    publications: list[PublicationRow]
    indirect: list[IndirectRow] = []

    @classmethod
    def of(cls, publications: Sequence[Publication], indirect: Sequence[IndirectPublication] = ()) -> EvidenceAnswer:
        """List of publications, and of publications of indirect evidence."""
        from hepatica.evidence.indirect_tables import summary_indirect
        from hepatica.evidence.tabulate import summary

        return cls(
            publications=[PublicationRow(**row) for row in summary(publications)],
            indirect=[IndirectRow(**row) for row in summary_indirect(indirect)],
        )


class PublicationAnswer(Answer):
    """One publication in full: the keys of its file, its reference, and what each observation lacks."""

    publication: dict[str, Any]

    @classmethod
    def of(cls, publication: Publication) -> PublicationAnswer:
        """One publication."""
        from hepatica.evidence.tabulate import published_record

        return cls(publication=published_record(publication))


class IndirectAnswer(Answer):
    """One publication of indirect evidence in full: the keys of its file, and its reference."""

    publication: dict[str, Any]

    @classmethod
    def of(cls, publication: IndirectPublication) -> IndirectAnswer:
        """One publication."""
        from hepatica.evidence.indirect_tables import indirect_record

        return cls(publication=indirect_record(publication))


class EvidenceRequest(Request):
    """Filters of the published evidence; one that is empty or null asks nothing.

    Attributes
    ----------
    key : str
        One publication, or one of indirect evidence.
    species : str
        One of `hepatica.evidence.indirect.SPECIES`; publications are of people.
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
    species: str = ""

    def compute(self) -> tuple[Publication, ...]:
        """Publications that match; none where an animal, or one of indirect evidence, is asked for."""
        from hepatica.evidence.indirect import keys
        from hepatica.evidence.tabulate import select

        if self.species not in ("", "human") or self.key in keys():
            return ()
        return select(key=self.key, disease=self.disease, role=self.role, variable=self.variable, cells=self.cells)

    def compute_indirect(self) -> tuple[IndirectPublication, ...]:
        """Studies of indirect evidence that match; a role asks for publications alone, which have one."""
        from hepatica.evidence.indirect import keys
        from hepatica.evidence.indirect_tables import select_indirect

        if self.role or (self.key and self.key not in keys()):
            return ()
        return select_indirect(
            key=self.key, species=self.species, disease=self.disease, variable=self.variable, cells=self.cells
        )

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
            asked |= {"--species": self.species}
            text = " ".join(f"{option} {value}" for option, value in asked.items() if value)
            text += "" if self.cells is None else " --cells" if self.cells else " --no-cells"
            raise InputError("evidence", text.strip(), "no publication matches; ask with fewer filters")
        return publications

    def run(self) -> EvidenceAnswer:
        """List the publications and the publications of indirect evidence that match."""
        return EvidenceAnswer.of(self.compute(), self.compute_indirect())


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
        Null where the file is no publication; `role` too for one of indirect evidence.
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
        p = c.publication or c.indirect
        return cls(
            file=c.file,
            in_order=not c.faults,
            key=c.key,
            role=None if c.publication is None else c.publication.role,
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
    "indirect": IndirectAnswer,
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
