"""Forecast of one person: the library, the posterior, and all that follows from it. For research use."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica import __version__
from hepatica.engine import System, shipped_system
from hepatica.errors import InputError
from hepatica.individual.learning.learnt import learnt_of
from hepatica.individual.library.proposals import kind_of
from hepatica.individual.library.simulate import Design
from hepatica.individual.library.store import MAX_SIZE, Library
from hepatica.individual.person import Person
from hepatica.individual.posterior.importance import MIN_EFFECTIVE
from hepatica.individual.posterior.observations import Observations, observe
from hepatica.individual.posterior.particles import Refined, refine
from hepatica.individual.posterior.posterior import Posterior, make_posterior
from hepatica.individual.posterior.score_neighbours import by_scores
from hepatica.individual.prediction.bands import lab_bands
from hepatica.individual.prediction.expectation import draw_share
from hepatica.individual.prediction.gain import Choice, choose, expected_by_regimen, gain_share, gains_of
from hepatica.individual.prediction.measurement import value_of_measurements
from hepatica.individual.prediction.redosing import (
    NEW_DAY,
    Visit,
    at_visit,
    combine_choices,
    given_cells,
    visit_designs,
    weigh_later,
)
from hepatica.individual.prediction.result import PersonForecast, PersonSettings
from hepatica.individual.prediction.risk import (
    Risk,
    conditional_incidence,
    either_incidence,
    mix_risks,
    person_risk,
    risk_days,
    score_table,
)
from hepatica.patients import Draws
from hepatica.progress import Progress, ignore_progress
from hepatica.study import draws_of
from hepatica.therapy import Regimen

Floats = NDArray[np.float64]


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
    >>> from hepatica.individual.library.proposals import Kind
    >>> from hepatica.individual.person import Measurement
    >>> one = Person(age=44.0, measurements=(Measurement(day=0.0, name="inr", value=2.0),))
    >>> result = forecast_person(one, PersonSettings(library=200, horizon=28.0, kind=Kind.ACUTE))
    >>> result.kind, 0 < float(result.risk.either[-1]) < 1
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
        self.source: Posterior

    def forecast(self) -> PersonForecast:
        """All of the answer."""
        s, given = self.settings, given_cells(self.person, self.observations.last_day)
        before = self.observations if given is None else self.observations.until(given.start)
        is_visit = given is not None or self.observations.last_day > NEW_DAY
        day, design = self.observations.last_day, self.library.design
        designs = visit_designs(design, s.regimens, day, s.horizon, given) if is_visit else (design,)
        posterior, outcome, refined = self.timed("posterior", lambda: self.posteriors(before, designs))
        if is_visit:
            visits = self.timed("visit", lambda: self.visits(posterior, refined, given))
        else:
            visits = (Visit(posterior, outcome),)
        choice = self.timed("choice", lambda: self.choice(visits, is_visit))
        shown_from, outcome = visits[0]
        ranked = max(choice.gains, key=lambda g: g.expected)
        courses = self.courses(shown_from, ranked.regimen)
        labs = self.timed("labs", lambda: lab_bands(shown_from, self.learnt, s.horizon, courses))
        days = risk_days(self.observations, s.horizon)
        risk, risk_with = self.timed("risk", lambda: self.risks(outcome, days, ranked.regimen))
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
            neighbours=0 if refined is not None else len(outcome.members),
            seconds=self.seconds,
            provenance=self.provenance(posterior),
        )

    def timed(self, step: str, work: Any) -> Any:
        """Result of some work, its time kept."""
        began = time.perf_counter()
        result = work()
        self.seconds[step] = time.perf_counter() - began
        return result

    def posteriors(
        self, observations: Observations, designs: Sequence[Design]
    ) -> tuple[Posterior, Posterior, Refined | None]:
        """Posterior by the weights of labs and by those of the outcome, and the particles where they are asked for."""
        s, size = self.settings, self.settings.library
        candidates = self.timed("library", lambda: self.library.candidates(size, self.report))
        labs = make_posterior(candidates, observations, self.learnt.errors, self.learnt.kernels, seed=s.seed)
        if s.grow and labs.effective < MIN_EFFECTIVE and 2 * size <= MAX_SIZE:
            candidates = self.library.candidates(2 * size, self.report)
            labs = make_posterior(candidates, observations, self.learnt.errors, self.learnt.kernels, seed=s.seed)
        self.source = labs
        if s.refine:
            refined = refine(
                self.library, labs, self.learnt.errors, self.learnt.kernels, designs=designs, progress=self.report
            )
            return refined.posterior, refined.posterior, refined
        outcome = labs
        if self.learnt.is_calibrated:
            outcome = make_posterior(
                candidates, observations, self.learnt.outcome_errors, self.learnt.outcome_kernels, seed=s.seed
            )
        return labs, by_scores(outcome, s.horizon), None

    def visits(self, posterior: Posterior, refined: Refined | None, given: Regimen | None) -> tuple[Visit, ...]:
        """Posteriors whose courses start at the last lab."""
        s = self.settings
        if refined is None:
            full = replace(posterior, observations=self.observations)
            return at_visit(self.library, full, s.regimens, self.learnt, s.horizon, given)
        if given is None:
            return tuple(Visit(p, p) for p in refined.posteriors)
        weighed = [weigh_later(p, self.observations, self.learnt) for p in refined.posteriors]
        return tuple(Visit(p, p) for p in weighed)

    def choice(self, visits: tuple[Visit, ...], is_visit: bool) -> Choice:
        """Choice among regimens."""
        s = self.settings
        share = gain_share(self.source, s.horizon)
        if not is_visit:
            labs = visits[0].labs
            chosen_by = labs if s.refine else by_scores(labs, s.horizon)
            return choose(chosen_by, s.horizon, share=share, seed=s.seed)
        shares = [share] if len(visits) == 1 else [row[None] for row in share]  # after cells, one of each hypothesis
        choices = [
            choose(v.outcome, s.horizon, share=each, seed=s.seed) for v, each in zip(visits, shares, strict=True)
        ]
        return combine_choices(choices)

    def courses(self, posterior: Posterior, regimen: int) -> dict[str, int]:
        """Courses to show: without further cells, and the best regimen with cells under each hypothesis."""
        c = posterior.candidates
        return {"": 0} | {h: c.course(regimen, h) for h in c.hypotheses}

    def risks(self, posterior: Posterior, days: Floats, regimen: int) -> tuple[Risk, Risk]:
        """Risk without further cells, and with a regimen over hypotheses and the chance of no effect."""
        c = posterior.candidates
        own = replace(self.source, observations=posterior.observations)
        share = draw_share(own, either_incidence(own, days, 0), self.settings.horizon)
        care = person_risk(posterior, self.learnt, days, share=share)
        parts = [person_risk(posterior, self.learnt, days, c.course(regimen, h), share=share) for h in c.hypotheses]
        return care, mix_risks(care, parts, c.null_effect)

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
