"""Request and answer of the forecast of one person."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field

from hepatica.api.base import Answer, Number, Request, Row, Strict, rows

if TYPE_CHECKING:
    from hepatica.engine import System
    from hepatica.individual.person import Person
    from hepatica.individual.prediction.result import PersonForecast, PersonSettings
    from hepatica.individual.prediction.risk import Risk
    from hepatica.progress import Progress


class RegimenAnswer(Strict):
    """Gain of one regimen over standard care, quality-adjusted life days.

    Attributes
    ----------
    regimen : str
    expected, low, high : float
        Expected gain, and its 90 % interval over what is not known of the model.
    person_low, person_high : float
        90 % interval of this person's own gain.
    probability_of_benefit : float
    by_hypothesis : dict of str to float
        Expected gain if cells act.
    """

    regimen: str
    expected: Number
    low: Number
    high: Number
    person_low: Number
    person_high: Number
    probability_of_benefit: Number
    by_hypothesis: dict[str, Number]


class PersonForecastAnswer(Answer):
    """Forecast of one person.

    Attributes
    ----------
    kind : str
        Kind of liver failure that served as the prior.
    last_day, horizon : float
    effective_sample_size : float
    by_regression : bool
        True where too few virtual people matched for weights alone.
    distance_share : float
        Share of virtual people nearer to the others than this person is.
    unlike_any : bool
    widening : float
        Factor on the SDs of the labs' forecast.
    calibrated : bool
        True where risks are recalibrated on people of this kind.
    labs, risk, risk_with_cells, scores, next_measurements : list of mapping
        Of a risk, ``low`` and ``high`` are the 90 % interval of the expected risk over what is not known of the model,
        ``person_low`` and ``person_high`` that of the own risk of people with such labs, and ``mild`` and ``severe``
        the shares of them whose own risk is below 20 and above 80 %.
    regimens : list of RegimenAnswer
    best, usual : str
        Regimen of the highest expected gain, for this person and for the kind.
    lead, lead_low, lead_high : float
        Expected gain of the one over the other, with a 90 % interval.
    worth_it : bool
    cells_given : str or None
    seconds : dict of str to float
    provenance : dict
    learnt_from : dict
        Source, people and events of what people taught; empty without.
    """

    kind: str
    last_day: Number
    horizon: Number
    effective_sample_size: Number
    by_regression: bool
    distance_share: Number
    unlike_any: bool
    widening: Number
    calibrated: bool
    labs: list[Row]
    risk: list[Row]
    risk_with_cells: list[Row]
    scores: list[Row]
    next_measurements: list[Row]
    regimens: list[RegimenAnswer]
    best: str
    usual: str
    lead: Number
    lead_low: Number
    lead_high: Number
    worth_it: bool
    cells_given: str | None
    seconds: dict[str, Number]
    provenance: dict[str, str | int | float | None]
    learnt_from: dict[str, str | int | None]

    @classmethod
    def of(cls, result: PersonForecast) -> Self:
        """Answer of a forecast."""
        p, c, labels = result.posterior, result.choice, [r.label for r in result.regimens]
        source = result.learnt.provenance
        return cls(
            kind=result.kind.value,
            last_day=result.observations.last_day,
            horizon=result.settings.horizon,
            effective_sample_size=p.effective,
            by_regression=p.is_regression,
            distance_share=p.distance.share,
            unlike_any=p.distance.is_unlike,
            widening=p.distance.widening,
            calibrated=result.learnt.is_calibrated,
            labs=rows(result.labs),
            risk=_risk_rows(result.risk),
            risk_with_cells=_risk_rows(result.risk_with),
            scores=rows(result.scores),
            next_measurements=rows(result.measurements),
            regimens=_gains(result, labels),
            best=labels[c.best],
            usual=labels[c.usual],
            lead=c.lead,
            lead_low=c.lead_low,
            lead_high=c.lead_high,
            worth_it=c.is_worth_it,
            cells_given=None if result.given is None else result.given.label,
            seconds=result.seconds,
            provenance=result.provenance,
            learnt_from={k: source.get(k) for k in ("source", "people", "events", "model_hash")} if source else {},
        )


def _gains(result: PersonForecast, labels: list[str]) -> list[RegimenAnswer]:
    hypotheses = result.provenance["hypotheses"].split(", ")
    return [
        RegimenAnswer(
            regimen=labels[g.regimen],
            expected=g.expected,
            low=g.low,
            high=g.high,
            person_low=g.person_low,
            person_high=g.person_high,
            probability_of_benefit=g.benefit,
            by_hypothesis=dict(zip(hypotheses, g.by_hypothesis, strict=True)),
        )
        for g in result.choice.gains
    ]


def _risk_rows(risk: Risk) -> list[Row]:
    names = ("death", "transplant", "low", "high", "person_low", "person_high", "mild", "severe", "raw")
    columns = {"day": risk.days} | {name: getattr(risk, name) for name in names}
    return rows([{key: float(values[i]) for key, values in columns.items()} for i in range(len(risk.days))])


class PersonForecastRequest(Request):
    """Forecast of one person from a file.

    Attributes
    ----------
    file : Path
        ``patient.toml``, a CSV file, or the JSON of a FHIR R4B Bundle.
    mapping : Path or dict, optional
        Of a CSV file's columns.
    admission : date, optional
        Day 0 of a FHIR Bundle.
    horizon : float
        Last day, to five years.
    library : int
        Virtual people.
    kind : str, optional
        acute, acute_on_chronic, cirrhosis or any; by the record unless given.
    refine : bool
        Particles after the weights.
    posterior : str
        learnt, prior, or a file of draws.
    seed : int
    """

    file: Path
    mapping: Path | dict[str, Any] | None = None
    admission: dt.date | None = None
    horizon: float = 90.0
    library: int | None = None
    kind: str | None = None
    refine: bool = False
    posterior: str = "learnt"
    seed: int = Field(default=1, ge=0)

    def settings(self) -> PersonSettings:
        """Settings of the forecast, checked.

        Raises
        ------
        InputError
            If one is out of range.
        """
        from hepatica.errors import InputError
        from hepatica.individual.library.proposals import Kind
        from hepatica.individual.library.store import SIZE
        from hepatica.individual.prediction.result import PersonSettings

        if self.kind is not None and self.kind not in [k.value for k in Kind]:
            raise InputError("kind", self.kind, f"one of {', '.join(k.value for k in Kind)}")
        return PersonSettings(
            horizon=self.horizon,
            library=SIZE if self.library is None else self.library,
            kind=None if self.kind is None else Kind(self.kind),
            refine=self.refine,
            posterior=self.posterior,
            seed=self.seed,
        )

    def compute(
        self,
        person: Person | None = None,
        *,
        system: System | None = None,
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> PersonForecast:
        """Forecast of the record, which is read unless it is given."""
        from hepatica.individual import read_person
        from hepatica.individual.prediction.person_forecast import forecast_person

        settings = self.settings()
        record = person or read_person(self.file, self.mapping, admission=self.admission)
        return forecast_person(record, settings, system=system, workers=workers, progress=progress)

    def run(self) -> PersonForecastAnswer:
        """Read and forecast.

        Raises
        ------
        InputError
            If the file or a setting is wrong.
        """
        return PersonForecastAnswer.of(self.compute())


REQUESTS, ANSWERS = {"forecast": PersonForecastRequest}, {"forecast": PersonForecastAnswer}
