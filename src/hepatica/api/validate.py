"""Requests and answers of validation: predictions of publications, and forecasts of real patients."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from hepatica.api.base import Answer, Number, Request, Row, Strict, rows
from hepatica.errors import InputError

if TYPE_CHECKING:
    from hepatica.engine import System
    from hepatica.individual.evaluation import Evaluation
    from hepatica.progress import Progress
    from hepatica.validation.records import Record, Validation


class Prediction(Strict):
    """Scores of one hypothesis for one published number."""

    median: Number
    crps: Number
    log_score: Number


class Baseline(Strict):
    """Interval and scores of a plain predictor for one published number."""

    q05: Number
    q95: Number
    crps: Number
    log_score: Number


class OddsRatio(Strict):
    """Difference of shares as an odds ratio, half a person added to each count."""

    observed: Number
    median: Number
    q05: Number
    q95: Number


class PredictionRecord(Strict):
    """One published number, its prediction and its scores.

    Attributes
    ----------
    publication, arm, against, endpoint, unit : str
        `against` names the arm from which it is a difference; empty for an arm by itself.
    time : float
        Days.
    observed : float
    q05, q25, median, q75, q95 : float
        Quantiles of the prediction.
    crps, log_score : float
    crps_error, log_score_error : float
        Monte Carlo standard errors.
    by_hypothesis : dict of str to Prediction
    baselines : dict of str to Baseline
        Predictors ``no_effect``, ``pooled_effect`` and ``meta_regression``.
    odds_ratio : OddsRatio or None
        Of a difference of shares.
    cells : bool
        Cells were given in the arm.
    """

    publication: str
    arm: str
    against: str
    endpoint: str
    time: Number
    unit: str
    observed: Number
    q05: Number
    q25: Number
    median: Number
    q75: Number
    q95: Number
    crps: Number
    log_score: Number
    crps_error: Number
    log_score_error: Number
    by_hypothesis: dict[str, Prediction]
    baselines: dict[str, Baseline]
    odds_ratio: OddsRatio | None
    cells: bool

    @classmethod
    def of(cls, r: Record) -> PredictionRecord:
        """Record of a predicted publication."""
        names = ("q05", "q25", "median", "q75", "q95")
        return cls(
            **{name: getattr(r, name) for name in ("publication", "arm", "against", "time", "unit", "observed")},
            endpoint=r.endpoint_text,
            **dict(zip(names, r.quantiles.tolist(), strict=True)),
            crps=r.crps,
            log_score=r.log_score,
            crps_error=r.crps_error,
            log_score_error=r.log_score_error,
            by_hypothesis={
                h: Prediction(**dict(zip(Prediction.model_fields, row, strict=True)))
                for h, row in r.by_hypothesis.items()
            },
            baselines={
                name: Baseline(**dict(zip(Baseline.model_fields, row, strict=True)))
                for name, row in r.references.items()
            },
            odds_ratio=OddsRatio(**dict(zip(OddsRatio.model_fields, r.odds, strict=True))) if r.odds else None,
            cells=bool(r.cells),
        )


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
    """

    records: list[PredictionRecord]
    totals: list[Row]
    not_predicted: dict[str, str]
    matching: dict[str, Number]
    pareto_k: dict[str, Number]
    in_sample: list[str]

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
        self, *, system: System | None = None, workers: int | None = None, progress: Progress | None = None
    ) -> Validation:
        """Predictions of the publications, under every hypothesis."""
        from hepatica.api.sources import read_leave_one_out, read_publication
        from hepatica.engine import shipped_system
        from hepatica.evidence import load_all
        from hepatica.progress import ignore_progress
        from hepatica.study import HYPOTHESES, draws_of
        from hepatica.validation.predict import validate
        from hepatica.validation.simulated import PredictionSettings

        evidence = tuple(load_all().values())
        publications = [read_publication(path) for path in self.files]
        publications = publications or [p for p in evidence if p.role == "calibration"]
        return validate(
            system or shipped_system(),
            publications,
            evidence,
            draws_of(self.posterior),
            hypotheses=tuple(HYPOTHESES),
            settings=PredictionSettings(people=self.patients, draws=self.draws, seed=self.seed, workers=workers),
            left_out=None if self.left_out is None else read_leave_one_out(self.left_out, publications),
            progress=progress or ignore_progress,
        )

    def run(
        self, *, system: System | None = None, workers: int | None = None, progress: Progress | None = None
    ) -> ValidateAnswer | ForecastAnswer:
        """Predict and score: the people of a file if one is given, otherwise publications."""
        if self.people is not None:
            return ForecastAnswer.of(self.forecast(system=system, workers=workers))
        return ValidateAnswer.of(self.compute(system=system, workers=workers, progress=progress))


REQUESTS: dict[str, Any] = {"validate": ValidateRequest}
ANSWERS: dict[str, Any] = {"validate": ValidateAnswer, "forecast": ForecastAnswer}
