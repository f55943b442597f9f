"""Forecast of one person: the library, the posterior, and all that follows from it. For research use."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from hepatica import __version__
from hepatica.engine import System, shipped_system
from hepatica.errors import InputError
from hepatica.individual.learning.learnt import Learnt, learnt_of
from hepatica.individual.library.candidates import MAX_HORIZON, REGIMENS
from hepatica.individual.library.proposals import Kind, kind_of
from hepatica.individual.library.simulate import Design
from hepatica.individual.library.store import MAX_SIZE, SIZE, Library
from hepatica.individual.person import Person
from hepatica.individual.posterior.importance import MIN_EFFECTIVE
from hepatica.individual.posterior.observations import Observations, observe
from hepatica.individual.posterior.particles import Refined, refine
from hepatica.individual.posterior.posterior import Posterior, make_posterior
from hepatica.individual.prediction.bands import lab_bands
from hepatica.individual.prediction.gain import Choice, choose, expected_by_regimen, gains_of
from hepatica.individual.prediction.measurement import value_of_measurements
from hepatica.individual.prediction.redosing import NEW_DAY, at_visit, combine_choices, given_cells
from hepatica.individual.prediction.risk import Risk, conditional_incidence, person_risk, risk_days, score_table
from hepatica.patients import Draws
from hepatica.progress import Progress, ignore_progress
from hepatica.study import draws_of
from hepatica.therapy import Regimen

Floats = NDArray[np.float64]
MIN_HORIZON = 2.0


@dataclass(frozen=True, kw_only=True)
class PersonSettings:
    """Settings of a forecast.

    Attributes
    ----------
    horizon : float
        Day to which is forecast, from 2 to five years.
    library : int
        Virtual people.
    kind : Kind or None
        Kind of liver failure; by the record unless given.
    refine : bool
        Particles after the weights: slower, nearer to the person.
    grow : bool
        True doubles the library once where too few of it match.
    posterior : str
        Parameter draws: learnt, prior, or a file.
    regimens : tuple of Regimen
        To compare; the first gives no cells.
    seed : int

    Raises
    ------
    InputError
        If one is out of range.
    """

    horizon: float = 90.0
    library: int = SIZE
    kind: Kind | None = None
    refine: bool = False
    grow: bool = False
    posterior: str = "learnt"
    regimens: tuple[Regimen, ...] = REGIMENS
    seed: int = 1

    def __post_init__(self) -> None:
        """Check the ranges."""
        if not MIN_HORIZON <= self.horizon <= MAX_HORIZON:
            raise InputError("horizon", self.horizon, f"a day from {MIN_HORIZON:g} to {MAX_HORIZON:g}")
        if not 1 <= self.library <= MAX_SIZE:
            raise InputError("library", self.library, f"a number of virtual people from 1 to {MAX_SIZE}")
        if not self.regimens or self.regimens[0].gives_cells or not all(r.gives_cells for r in self.regimens[1:]):
            raise InputError("regimens", len(self.regimens), "standard care first, then regimens that give cells")


@dataclass(frozen=True, kw_only=True)
class PersonForecast:
    """Forecast of one person.

    Attributes
    ----------
    settings : PersonSettings
    kind : Kind
    observations : Observations
        All that is used, cells given before apart.
    posterior : Posterior
        By the weights of labs.
    learnt : Learnt
        What people of the kind taught.
    labs : DataFrame
        Forecast bands (`hepatica.individual.prediction.bands.lab_bands`).
    risk : Risk
        Under standard care, or with the cells given so far.
    risk_with : Risk
        Under the best regimen that gives cells.
    scores : DataFrame
        Published scores beside.
    choice : Choice
        Gains by regimen and the best.
    measurements : DataFrame
        Value of the next measurements.
    shown : int
        Regimen with cells whose course is shown.
    given : Regimen or None
        Cells given before the last lab.
    refined : Refined or None
    seconds : dict of str to float
        Time of each step.
    provenance : dict
        Model, draws, library, seed and version.
    """

    settings: PersonSettings
    kind: Kind
    observations: Observations
    posterior: Posterior
    learnt: Learnt
    labs: pd.DataFrame
    risk: Risk
    risk_with: Risk
    scores: pd.DataFrame
    choice: Choice
    measurements: pd.DataFrame
    shown: int
    given: Regimen | None = None
    refined: Refined | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def regimens(self) -> tuple[Regimen, ...]:
        """Regimens that are compared, standard care first."""
        return self.settings.regimens

    @property
    def is_same_model(self) -> bool:
        """True where people taught with the very model that forecasts."""
        return bool(self.learnt.provenance.get("model_hash") == self.provenance["model_hash"])

    def to_xarray(self) -> xr.Dataset:
        """Posterior as a Dataset over candidates (`Posterior.to_xarray`)."""
        return self.posterior.to_xarray().assign_attrs(self.provenance)


def forecast_person(
    person: Person,
    settings: PersonSettings = PersonSettings(),  # noqa: B008 - frozen
    *,
    system: System | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> PersonForecast:
    """Forecast one person from the labs so far, with and without cells.

    Parameters
    ----------
    person : Person
        Record of a reader.
    settings : PersonSettings
        Size, horizon and seed.
    system : System, optional
        The shipped model unless given.
    workers : int, optional
        Threads; the answer does not depend on it.
    progress : Progress, optional
        Stages are "library" and "refine".

    Returns
    -------
    PersonForecast

    Raises
    ------
    InputError
        If no lab can be used, or a setting is out of range.

    Examples
    --------
    >>> from hepatica.individual.person import Measurement
    >>> one = Person(age=44.0, measurements=(Measurement(day=0.0, name="inr", value=2.0),))
    >>> found = forecast_person(one, PersonSettings(library=200, horizon=28.0, kind=Kind.ACUTE))
    >>> found.kind, 0 < float(found.risk.either[-1]) < 1
    (<Kind.ACUTE: 'acute'>, True)
    """
    run = _Run(person, settings, system or shipped_system(), workers, progress or ignore_progress)
    return run.forecast()


class _Run:
    """One forecast under way."""

    def __init__(
        self, person: Person, settings: PersonSettings, system: System, workers: int | None, report: Progress
    ) -> None:
        self.person, self.settings, self.system, self.report = person, settings, system, report
        self.observations = observe(person)
        if self.observations.last_day >= settings.horizon:
            allowed = f"a day after the last lab, which is of day {self.observations.last_day:g}"
            raise InputError("horizon", settings.horizon, allowed)
        self.kind = settings.kind or kind_of(person)
        self.learnt = learnt_of(self.kind)
        self.known: Draws | None = draws_of(settings.posterior)
        design = Design(regimens=settings.regimens, background=self.observations.background)
        self.library = Library(
            system=system, kind=self.kind, known=self.known, design=design, seed=settings.seed, workers=workers
        )
        self.seconds: dict[str, float] = {}

    def forecast(self) -> PersonForecast:
        """All of the answer."""
        s, given = self.settings, given_cells(self.person, self.observations.last_day)
        before = self.observations if given is None else self.observations.until(given.start)
        posterior, outcome, refined = self.timed("posterior", lambda: self.posteriors(before))
        choice, shown_from = self.timed("choice", lambda: self.choice(posterior, given))
        ranked = max(choice.gains, key=lambda g: g.expected)
        courses = self.courses(shown_from, ranked.regimen)
        labs = self.timed("labs", lambda: lab_bands(shown_from, self.learnt, s.horizon, courses))
        days = risk_days(self.observations, s.horizon)
        base = outcome if shown_from is posterior else shown_from
        course = base.candidates.course(ranked.regimen, base.candidates.hypotheses[0])
        risk, risk_with = self.timed(
            "risk", lambda: tuple(person_risk(base, self.learnt, days, c) for c in (0, course))
        )
        measurements = self.timed("measurement", lambda: self.measurements(shown_from))
        return PersonForecast(
            settings=s,
            kind=self.kind,
            observations=self.observations,
            posterior=shown_from,
            learnt=self.learnt,
            labs=labs,
            risk=risk,
            risk_with=risk_with,
            scores=score_table(self.observations, self.learnt, self.pressure()),
            choice=choice,
            measurements=measurements,
            shown=ranked.regimen,
            given=given,
            refined=refined,
            seconds=self.seconds,
            provenance=self.provenance(posterior),
        )

    def timed(self, step: str, work: Any) -> Any:
        """Result of some work, its time kept."""
        began = time.perf_counter()
        found = work()
        self.seconds[step] = time.perf_counter() - began
        return found

    def posteriors(self, observations: Observations) -> tuple[Posterior, Posterior, Refined | None]:
        """Posterior by the weights of labs and by those of the outcome, and the particles where they are asked for."""
        s, size = self.settings, self.settings.library
        candidates = self.timed("library", lambda: self.library.candidates(size, self.report))
        make = {"seed": s.seed}
        labs = make_posterior(candidates, observations, self.learnt.errors, self.learnt.kernels, **make)
        if s.grow and labs.effective < MIN_EFFECTIVE and 2 * size <= MAX_SIZE:
            candidates = self.library.candidates(2 * size, self.report)
            labs = make_posterior(candidates, observations, self.learnt.errors, self.learnt.kernels, **make)
        refined = None
        if s.refine:
            refined = refine(self.library, labs, self.learnt.errors, self.learnt.kernels, progress=self.report)
            return refined.posterior, refined.posterior, refined
        outcome = make_posterior(
            candidates, observations, self.learnt.outcome_errors, self.learnt.outcome_kernels, **make
        )
        return labs, outcome, refined

    def choice(self, posterior: Posterior, given: Regimen | None) -> tuple[Choice, Posterior]:
        """Choice among regimens, and the posterior whose courses it compares."""
        s = self.settings
        if self.observations.last_day <= NEW_DAY and given is None:
            return choose(posterior, s.horizon, seed=s.seed), posterior
        full = replace(posterior, observations=self.observations)
        visits = at_visit(self.library, full, s.regimens, self.learnt, given) if not s.refine else (full,)
        choices = [choose(v, s.horizon, seed=s.seed) for v in visits]
        return combine_choices(choices), visits[0]

    def courses(self, posterior: Posterior, regimen: int) -> dict[str, int]:
        """Courses to show: without further cells, and the best regimen with cells under each hypothesis."""
        c = posterior.candidates
        return {"": 0} | {h: c.course(regimen, h) for h in c.hypotheses}

    def measurements(self, posterior: Posterior) -> pd.DataFrame:
        """Value of the next measurements for the risk without further cells and for the choice."""
        horizon, c = self.settings.horizon, posterior.candidates
        died, grafted = conditional_incidence(posterior, np.array([horizon]), 0)
        risk = posterior.probability(np.minimum(died + grafted, 1.0))[:, 0]
        act = expected_by_regimen(gains_of(c, horizon), c.null_effect)
        own = posterior.sample(act.T)
        gains = np.column_stack([np.zeros(len(own)), own])
        return value_of_measurements(posterior, risk, gains, horizon=horizon)

    def pressure(self) -> float:
        """Last mean arterial pressure; NaN where not measured."""
        values = [m.value for m in self.person.measurements if m.name == "arterial_pressure" and m.day >= 0]
        return values[-1] if values else math.nan

    def provenance(self, posterior: Posterior) -> dict[str, Any]:
        """Settings and versions that the forecast can be repeated with."""
        return {
            "model_hash": self.system.model.hash,
            "library": self.library.key,
            "candidates": posterior.candidates.n,
            "seed": self.settings.seed,
            "kind": self.kind.value,
            "background": ", ".join(self.observations.background),
            "hypotheses": ", ".join(self.library.design.hypotheses),
            "hepatica_version": __version__,
        }


def regimen_labels(regimens: Sequence[Regimen]) -> tuple[str, ...]:
    """Short names of regimens, the same in every output."""
    return tuple(r.label for r in regimens)
