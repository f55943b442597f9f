"""Requests and answers of validation: predictions of publications, and forecasts of real patients."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from hepatica.api.base import Answer, Number, Request, Row, Strict, rows
from hepatica.api.validate.records import PredictionRecord
from hepatica.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hepatica.engine import System
    from hepatica.individual.evaluation import Evaluation
    from hepatica.progress import Progress
    from hepatica.validation.records import Validation


class ValidateAnswer(Answer):
    """Predictions of publications, with their scores.

    Attributes
    ----------
    records : list of PredictionRecord
    totals : list of rows
        One per publication and one for all, each counting once: coverage, scores, and those of the plain predictors.
    not_predicted : dict of str to str
        What could not be predicted, and why.
    matching : dict of str to float
        Effective share of an arm's virtual patients once they match its means at day 0.
    pareto_k : dict of publication to float
    in_sample : list of str
        Publications that were learnt from.
    effective : dict of str to float
        Effective number of an arm's virtual patients, over all draws.
    assumed : dict of str to list of str
        What was assumed of each arm, for its publication does not say.
    """

    records: list[PredictionRecord]
    totals: list[Row]
    not_predicted: dict[str, str]
    matching: dict[str, Number]
    pareto_k: dict[str, Number]
    in_sample: list[str]
    effective: dict[str, Number] = {}
    assumed: dict[str, list[str]] = {}

    @classmethod
    def of(cls, v: Validation) -> ValidateAnswer:
        """Answer of predicted publications."""
        return cls(
            records=[PredictionRecord.of(r) for r in v.records],
            totals=rows(v.totals()),
            not_predicted=v.not_predicted,
            matching=v.matching,
            pareto_k=v.pareto_k,
            in_sample=list(v.in_sample),
            effective=v.effective,
            assumed={arm: list(what) for arm, what in v.assumed.items()},
        )


class NotPredicted(Strict):
    """Predictions left out, of how many people, and why."""

    what: str
    people: int
    why: str


class ForecastAnswer(Answer):
    """Forecasts of real patients, with their scores; no data of people are in it.

    Attributes
    ----------
    file, training_file : str
    people, events : int
        Forecast; died or transplanted.
    labs, outcomes, inflammation : list of rows
    tempered : dict of basis to float
        Share of people whose importance weights were tempered.
    discrepancy : dict of basis to dict of lab to float
        Model discrepancy; null leaves a lab out.
    not_predicted : list of NotPredicted
    notes : list of str
    settings : row
    """

    file: str
    training_file: str
    people: int
    events: int
    labs: list[Row]
    outcomes: list[Row]
    inflammation: list[Row]
    tempered: dict[str, Number]
    discrepancy: dict[str, dict[str, Number]]
    not_predicted: list[NotPredicted]
    notes: list[str]
    settings: dict[str, Any]

    @classmethod
    def of(cls, v: Evaluation) -> ForecastAnswer:
        """Answer of forecast people."""
        return cls.model_validate(v.to_dict())


class ValidateRequest(Request):
    """Prediction of publications, or forecast of the people of a file.

    Attributes
    ----------
    files : list of Path
        Publications that the model has not seen; those that it learnt from if empty.
    posterior : str
        ``learnt``, ``prior`` or a file of `hepatica calibrate`.
    people, train : Path or None
        Real people's labs, day by day: to forecast, and to learn from.
    mapping : Path or dict, optional
        Of the columns of both files of people; a fixed layout unless given.
    kinds : str
        Virtual patients for people: ``acute``, ``chronic`` or ``both``.
    left_out : Path or None
        Folder of posteriors without each publication.
    patients : int
        Virtual patients of each population for each draw.
    draws, seed : int
    """

    files: list[Path] = []
    posterior: str = "learnt"
    people: Path | None = None
    train: Path | None = None
    mapping: Path | dict[str, Any] | None = None
    kinds: str = "acute"
    left_out: Path | None = None
    patients: int = Field(default=40, ge=4)
    draws: int = Field(default=200, ge=20)
    seed: int = Field(default=1, ge=0)

    def forecast(self, *, system: System | None = None, workers: int | None = None) -> Evaluation:
        """Forecasts of the people of the file, from a pool of virtual patients.

        Raises
        ------
        InputError
            If no file of people is given, or publications are given too.
        """
        from hepatica.engine import shipped_system
        from hepatica.individual.forecast import ForecastSettings, validate_people
        from hepatica.study import draws_of

        if self.people is None:
            raise InputError("people", None, "a file of real people's labs, day by day")
        if self.files:
            raise InputError("PATH", str(self.files[0]), "no publication beside --people")
        settings = ForecastSettings(seed=self.seed, kinds=self.kinds)
        known = draws_of(self.posterior)
        return validate_people(
            self.people,
            system or shipped_system(),
            train=self.train,
            known=known,
            settings=settings,
            workers=workers,
            mapping=self.mapping,
        )

    def compute(
        self,
        *,
        system: System | None = None,
        workers: int | None = None,
        progress: Progress | None = None,
        keep: Callable[[str, Validation], object] | None = None,
    ) -> Validation:
        """Predictions of the publications, under every hypothesis; what is wrong with one file ends none of the others.

        Parameters
        ----------
        system : System, optional
            The shipped model unless given.
        workers : int, optional
            Threads; all processors unless given.
        progress : Progress, optional
            Receiver of stages and counts.
        keep : callable, optional
            Called with the key and the predictions of each publication as soon as they are made.

        Raises
        ------
        InputError
            If no file is a publication.
        """
        from hepatica.api.sources import read_leave_one_out, read_publications
        from hepatica.engine import shipped_system
        from hepatica.evidence import load_all
        from hepatica.progress import ignore_progress
        from hepatica.study import HYPOTHESES, draws_of
        from hepatica.validation.predict import validate_each
        from hepatica.validation.records import Validation
        from hepatica.validation.simulated import PredictionSettings

        evidence = tuple(load_all().values())
        publications, unread = read_publications(self.files)
        publications = publications or [p for p in evidence if p.role == "calibration"]
        parts = [Validation((), unread)] if unread else []
        for key, part in validate_each(
            system or shipped_system(),
            publications,
            evidence,
            draws_of(self.posterior),
            hypotheses=tuple(HYPOTHESES),
            settings=PredictionSettings(people=self.patients, draws=self.draws, seed=self.seed, workers=workers),
            left_out=None if self.left_out is None else read_leave_one_out(self.left_out, publications),
            progress=progress or ignore_progress,
        ):
            parts.append(part)
            if keep is not None:
                keep(key, part)
        return Validation.joined(parts)

    def run(
        self, *, system: System | None = None, workers: int | None = None, progress: Progress | None = None
    ) -> ValidateAnswer | ForecastAnswer:
        """Predict and score: the people of a file if one is given, otherwise publications."""
        if self.people is not None:
            return ForecastAnswer.of(self.forecast(system=system, workers=workers))
        return ValidateAnswer.of(self.compute(system=system, workers=workers, progress=progress))


REQUESTS: dict[str, Any] = {"validate": ValidateRequest}
ANSWERS: dict[str, Any] = {"validate": ValidateAnswer, "forecast": ForecastAnswer}
