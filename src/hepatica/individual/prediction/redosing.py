"""Redosing at a visit: courses from the visit's day on, simulated for the members of the posterior."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.individual.learning.learnt import Learnt
from hepatica.individual.library.candidates import HORIZONS, Candidates, join
from hepatica.individual.library.simulate import Design, follow
from hepatica.individual.library.store import Library
from hepatica.individual.person import GivenTreatment, Person
from hepatica.individual.posterior.importance import log_likelihood
from hepatica.individual.posterior.observations import Observations
from hepatica.individual.posterior.posterior import Posterior, make_posterior
from hepatica.individual.posterior.score_neighbours import by_scores
from hepatica.individual.prediction.gain import Choice, RegimenGain, systematic
from hepatica.patients import Admitted
from hepatica.therapy import Regimen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MEMBERS = 200
NEW_DAY = 3.0
"""Day from which the library's regimens, which start at admission, no longer stand for what can still be given."""


def given_cells(person: Person, until: float) -> Regimen | None:
    """Cells that a person was given to a day, as one regimen; None without any.

    Parameters
    ----------
    person : Person
        The record.
    until : float
        Day.

    Raises
    ------
    InputError
        If the dose of cells is not stated.
    """
    given: list[GivenTreatment] = [g for g in person.treatments if g.treatment == "cells" and 0 <= g.day <= until]
    if not given:
        return None
    doses = [g.dose for g in given if g.dose is not None]
    if len(doses) < len(given):
        raise InputError("treatments: cells", None, "a dose of every infusion, such as 1e6 cells/kg")
    days = [g.day for g in given]
    interval = (days[-1] - days[0]) / (len(days) - 1) if len(days) > 1 else 7.0
    return Regimen(float(np.mean(doses)), infusions=len(days), interval=interval, start=days[0])


class Visit(NamedTuple):
    """Posterior at a visit: of labs, and of outcomes."""

    labs: Posterior
    outcome: Posterior


class Members(NamedTuple):
    """Members of a posterior under the courses of another design.

    Attributes
    ----------
    candidates : Candidates
    weight : (n,)
        With which they stand for the sample of the posterior, normalised.
    prior : (n,)
        With which the likelihood of all labs weighs them anew.
    """

    candidates: Candidates
    weight: Floats
    prior: Floats


def members_of(library: Library, posterior: Posterior, design: Design, n: int) -> Members:
    """Members of a posterior, resampled, under the courses of another design.

    Parameters
    ----------
    library : Library
        Of the posterior's candidates.
    posterior : Posterior
        Of the person.
    design : Design
        Courses to simulate.
    n : int
        Members.
    """
    c = posterior.candidates
    place, count = np.unique(systematic(posterior.sample_weight, n), return_counts=True)
    chosen = posterior.members[place]
    made = resimulate(library, c, chosen, design)
    order = np.argsort(c.draw[chosen])  # of a library, each candidate has a number of its own
    where = order[np.searchsorted(c.draw[chosen], made.draw, sorter=order)]
    weight = count[where] / count[where].sum()
    return Members(made, weight, count[where] / (n * posterior.sample_weight[place][where]))


def resimulate(library: Library, candidates: Candidates, chosen: Ints, design: Design) -> Candidates:
    """Some candidates from admission on under the courses of another design."""
    parts = []
    for component in np.unique(candidates.component[chosen]).tolist():
        mine = chosen[candidates.component[chosen] == component]
        cohort = library.cohort(component, candidates.draw[mine])
        admitted = Admitted(cohort, candidates.initial[mine], {}, len(mine))
        parts.append(
            follow(
                library.system,
                admitted,
                design,
                component=component,
                components=candidates.components,
                workers=library.workers,
            )
        )
    return join(parts)


def visit_designs(
    design: Design, regimens: Sequence[Regimen], day: float, horizon: float, given: Regimen | None = None
) -> tuple[Design, ...]:
    """Designs of a visit, whose regimens start there; after cells one a hypothesis, since the labs so far depend on it.

    Parameters
    ----------
    design : Design
        Of the library.
    regimens : sequence of Regimen
        To compare; the first gives no cells.
    day, horizon : float
        Of the visit, and to which outcomes are forecast.
    given : Regimen, optional
        Cells given before.
    """
    later = tuple(replace(r, start=day) if r.gives_cells else r for r in regimens)
    until = float(HORIZONS[min(int(np.searchsorted(HORIZONS, horizon)), len(HORIZONS) - 1)])
    hypotheses = (design.hypotheses,) if given is None else tuple((h,) for h in design.hypotheses)
    return tuple(replace(design, regimens=later, hypotheses=h, given=given, until=until) for h in hypotheses)


def weigh_later(posterior: Posterior, observations: Observations, learnt: Learnt) -> Posterior:
    """Posterior over particles that were moved by the labs so far, weighed by those of all days.

    Parameters
    ----------
    posterior : Posterior
        Over equally weighted particles.
    observations : Observations
        All labs, those by which the particles were moved included.
    learnt : Learnt
        What people of the kind taught.
    """
    before = log_likelihood(posterior.candidates, posterior.observations, learnt.errors, learnt.kernels)
    made = make_posterior(
        posterior.candidates,
        observations,
        learnt.errors,
        learnt.kernels,
        seed=posterior.seed,
        prior=np.exp(before.min() - before),
    )
    return replace(made, distance=posterior.distance)


def at_visit(
    library: Library,
    posterior: Posterior,
    regimens: Sequence[Regimen],
    learnt: Learnt,
    horizon: float,
    given: Regimen | None = None,
) -> tuple[Visit, ...]:
    """Posterior at a visit, whose courses are those of regimens that start there, after the cells given before.

    Members of the posterior of outcomes are simulated again from admission. After cells they are weighed anew by all
    labs under the course that they were on, and there is one posterior for each hypothesis, since the labs so far
    depend on it.

    Parameters
    ----------
    library : Library
        Of the candidates.
    posterior : Posterior
        By the labs so far; by those before the cells where cells were given.
    regimens : sequence of Regimen
        To compare from the last lab on; the first gives no cells.
    learnt : Learnt
        What people of the kind taught.
    horizon : float
        Day to which outcomes are forecast.
    given : Regimen, optional
        Cells given before.
    """
    near = by_scores(posterior, horizon)
    result = []
    for design in visit_designs(library.design, regimens, posterior.observations.last_day, horizon, given):
        members = members_of(library, near, design, MEMBERS)
        made = make_posterior(
            members.candidates,
            posterior.observations,
            learnt.errors,
            learnt.kernels,
            seed=posterior.seed,
            prior=members.prior,
        )
        made = replace(made, distance=posterior.distance)  # from the library, not from its members
        outcome = made
        if given is None:  # all labs have chosen the members already
            every = np.arange(members.candidates.n), members.weight
            outcome = replace(made, regression=None, _chosen=every)
        result.append(Visit(made, outcome))
    return tuple(result)


def combine_choices(choices: Sequence[Choice]) -> Choice:
    """Choice over hypotheses that count alike: gains are means, and intervals hold those of each."""
    if len(choices) == 1:
        return choices[0]
    gains = []
    for each in zip(*(c.gains for c in choices), strict=True):
        gains.append(
            RegimenGain(
                regimen=each[0].regimen,
                expected=float(np.mean([g.expected for g in each])),
                low=min(g.low for g in each),
                high=max(g.high for g in each),
                person_low=min(g.person_low for g in each),
                person_high=max(g.person_high for g in each),
                benefit=float(np.mean([g.benefit for g in each])),
                by_hypothesis=tuple(h for g in each for h in g.by_hypothesis),
            )
        )
    expected = np.array([0.0, *(g.expected for g in gains)])
    return Choice(
        gains=tuple(gains),
        best=int(expected.argmax()),
        usual=choices[0].usual,
        lead=float(np.mean([c.lead for c in choices])),
        lead_low=min(c.lead_low for c in choices),
        lead_high=max(c.lead_high for c in choices),
    )
