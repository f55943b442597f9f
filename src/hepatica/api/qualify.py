"""Request and answer of a qualification: the evidence for the model's credibility for one question of interest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from hepatica.api.base import Answer, Request
from hepatica.errors import InputError
from hepatica.study import Study

if TYPE_CHECKING:
    from hepatica.engine import System
    from hepatica.evidence import Publication
    from hepatica.progress import Progress
    from hepatica.qualify.dossier import Qualification

Part = dict[str, Any]


class QualifyAnswer(Answer):
    """Credibility dossier (ICH M15, ASME V&V 40).

    Attributes
    ----------
    study, risk : part
        Question of interest, and its model risk.
    factors : list of parts
        Credibility factors with their judgement, the worst first.
    evidence : part
        Publications, and parameters by grade.
    code, calculation, sampling : list of parts
        Code verification, numerical error, sampling error.
    validation : part
        Predictions of publications and their scores.
    people : part or None
        Forecasts of real patients.
    applicability, influence, decision, settings, run : part
    files : list of str
    """

    study: Part
    risk: Part
    factors: list[Part]
    evidence: Part
    code: list[Part]
    calculation: list[Part]
    sampling: list[Part]
    validation: Part
    people: Part | None
    applicability: Part
    influence: Part
    decision: Part
    settings: Part
    run: Part
    files: list[str] = []

    @classmethod
    def of(cls, q: Qualification, files: Sequence[Path] = ()) -> QualifyAnswer:
        """Answer of a computed dossier."""
        from hepatica.qualify.dossier import as_record

        return cls(**as_record(q), files=[str(path) for path in files])


class QualifyRequest(Request):
    """Qualification of the model for a study.

    Attributes
    ----------
    study : Study
    people : Path or None
        Real people's labs, day by day, to forecast.
    blind : list of Path
        Publications that the model has not seen.
    influence : Path or None
        Folder of a finished sensitivity analysis.
    left_out : Path or None
        Folder of posteriors without each publication.
    patients : int
        Virtual patients of each population for each draw, of the predictions.
    draws : int
    """

    study: Study
    people: Path | None = None
    blind: list[Path] = []
    influence: Path | None = None
    left_out: Path | None = None
    patients: int = Field(default=20, ge=4)
    draws: int = Field(default=100, ge=20)

    def compute(
        self, *, system: System | None = None, workers: int | None = None, progress: Progress | None = None
    ) -> Qualification:
        """Credibility dossier.

        Raises
        ------
        InputError
            If a file cannot be used, or a blind publication has the key of another one.
        """
        from hepatica.api.sources import read_leave_one_out, read_publication
        from hepatica.evidence import load_all
        from hepatica.qualify.dossier import qualify
        from hepatica.qualify.validation import ValidationEvidence
        from hepatica.study_system import system_of
        from hepatica.validation.simulated import PredictionSettings

        blind = tuple(read_publication(path) for path in self.blind)
        _check_keys(blind)
        publications = tuple(p for p in load_all().values() if p.role == "calibration")
        left_out = {} if self.left_out is None else read_leave_one_out(self.left_out, publications)
        if self.people is not None and not self.people.is_file():
            raise InputError("--people", str(self.people), "a CSV file that exists")
        return qualify(
            self.study,
            system_of(self.study, system),
            evidence=ValidationEvidence(predicted=publications, blind=blind, left_out=left_out),
            people=self.people,
            screen=self.influence,
            prediction=PredictionSettings(people=self.patients, draws=self.draws, workers=workers),
            progress=progress,
        )

    def run(
        self, *, system: System | None = None, workers: int | None = None, progress: Progress | None = None
    ) -> QualifyAnswer:
        """Assess the credibility of the model for the study."""
        return QualifyAnswer.of(self.compute(system=system, workers=workers, progress=progress))


def _check_keys(publications: Sequence[Publication]) -> None:
    """Refuse a publication of the user's whose key another one has."""
    from hepatica.evidence import load_all

    keys = set(load_all())
    for p in publications:
        if p.key in keys:
            raise InputError("--files", p.key, "a key that no other publication has; change `key` in the file")
        keys.add(p.key)


REQUESTS: dict[str, Any] = {"qualify": QualifyRequest}
ANSWERS: dict[str, Any] = {"qualify": QualifyAnswer}
