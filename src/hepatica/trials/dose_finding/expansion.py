"""Dose expansion: more patients at the level that an escalation selects, with toxicity and response monitored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc

from hepatica.errors import InputError
from hepatica.trials.dose_finding.design import Design, advance
from hepatica.trials.dose_finding.state import NONE, STOPS, WITH_RESPONSE, Ints, Reason, State, Step, at_level

EXPANSION = 1000  # stage: below it, the escalation's own; above, less it is the number of patients expanded so far


@dataclass(frozen=True, kw_only=True)
class Expansion(Design):
    """Escalation by a design, then an expansion cohort at its level, which moves down if it proves too toxic.

    After a move the count of the expansion begins again, as far as the patients of the trial reach.

    Parameters
    ----------
    levels, max_patients, cohort, start : int
        As of `Design`; taken from the escalation by `expand`.
    escalation : Design
        Design of the escalation.
    size : int
        Patients of the expansion.
    limit : float
        Highest acceptable probability of toxicity, on all patients of the level.
    cutoff : float
        Posterior probability of exceeding it above which the level is closed; the prior is uniform.
    least_response : float or None
        Lowest acceptable probability of response: the trial ends as futile when response is below it with more than
        `response_cutoff`. Asks for a design with response.
    response_cutoff : float
        That probability.
    """

    escalation: Design
    size: int
    limit: float
    cutoff: float = 0.9
    least_response: float | None = None
    response_cutoff: float = 0.9

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises
        ------
        InputError
            If one is impossible.
        """
        super().__post_init__()
        if self.size < 1:
            raise InputError("size", self.size, "at least one patient")
        for name in ("limit", "cutoff", "response_cutoff"):
            if not 0 < getattr(self, name) < 1:
                raise InputError(name, getattr(self, name), "a probability between 0 and 1")
        if self.least_response is not None and self.escalation.categories != WITH_RESPONSE:
            raise InputError("least_response", self.least_response, "None, for a design that observes toxicity alone")
        object.__setattr__(self, "categories", self.escalation.categories)

    def cohort_size(self, state: State) -> Ints:
        """Patients of the next cohort: of the escalation, or what is left of the expansion."""
        left = self.max_patients - state.counts.sum(axis=(1, 2))
        rest = np.minimum(self.size - (state.stage - EXPANSION), left)
        expanding = np.minimum(self.cohort, np.maximum(rest, 0))
        return np.where(state.stage < EXPANSION, self.escalation.cohort_size(state), expanding)

    def step(self, state: State, last: Ints) -> Step:
        """Decision of the escalation, or of the monitoring; see `Design.step`."""
        out = Step(*(np.empty(len(state.level), np.int64) for _ in Step._fields))
        escalating = state.stage < EXPANSION
        for rows, decide in ((escalating, self._escalate), (~escalating, self._monitor)):
            if rows.any():
                for column, part in zip(out, decide(state.take(rows), last[rows]), strict=True):
                    column[rows] = part
        return out

    def _escalate(self, state: State, last: Ints) -> Step:
        inner, why = advance(self.escalation, state, last)
        chosen = self.escalation.select(inner)
        enter = STOPS[why] & (chosen >= 0)
        return Step(
            np.where(enter, chosen, inner.level),
            np.where(enter, int(Reason.EXPAND), why),
            inner.ceiling,
            np.where(enter, EXPANSION, inner.stage),
        )

    def _monitor(self, state: State, last: Ints) -> Step:
        n, x = at_level(state.treated, state.level), at_level(state.toxic, state.level)
        toxic = 1 - betainc(1.0 + x, 1.0 + n - x, self.limit) > self.cutoff
        done = state.stage + last.sum(axis=1)
        ceiling = np.where(toxic, np.minimum(state.ceiling, state.level - 1), state.ceiling)
        lower = np.where(ceiling < 0, NONE, self.escalation.select(state._replace(ceiling=np.maximum(ceiling, 0))))
        lower = np.where(toxic, np.minimum(lower, ceiling), state.level)
        reason = np.where(done - EXPANSION >= self.size, int(Reason.STOP_FOUND), int(Reason.EXPAND))
        if self.least_response is not None:
            y = at_level(state.responding, state.level)
            futile = betainc(1.0 + y, 1.0 + n - y, self.least_response) > self.response_cutoff
            reason = np.where(futile, int(Reason.STOP_NO_LEVEL), reason)
        reason = np.where(toxic, np.where(lower < 0, int(Reason.STOP_TOXIC), int(Reason.ELIMINATE)), reason)
        gone = (reason == int(Reason.STOP_TOXIC)) | (reason == int(Reason.STOP_NO_LEVEL))
        return Step(
            np.where(lower < 0, state.level, lower),
            reason,
            np.where(gone, NONE, ceiling),
            np.where(toxic, EXPANSION, done),
        )

    def select(self, state: State) -> Ints:
        """Level of the expansion, or the escalation's selection where the trial ended before it."""
        chosen = self.escalation.select(state._replace(ceiling=np.maximum(state.ceiling, 0)))
        chosen = np.where(state.stage < EXPANSION, chosen, state.level)
        return np.asarray(np.where(state.ceiling < 0, NONE, chosen), np.int64)


def expand(
    escalation: Design,
    size: int,
    limit: float,
    *,
    cutoff: float = 0.9,
    least_response: float | None = None,
    response_cutoff: float = 0.9,
) -> Expansion:
    """Expansion after an escalation, which keeps the latter's levels, cohorts and start.

    Parameters
    ----------
    escalation : Design
        Design of the escalation.
    size, limit, cutoff, least_response, response_cutoff
        As of `Expansion`.

    Raises
    ------
    InputError
        If a number is impossible.

    Examples
    --------
    >>> from hepatica.trials.dose_finding.boin import boin
    >>> expand(boin(0.3, levels=3, max_patients=18), size=12, limit=0.3).max_patients
    30
    """
    return Expansion(
        levels=escalation.levels,
        max_patients=escalation.max_patients + size,
        cohort=escalation.cohort,
        start=escalation.start,
        escalation=escalation,
        size=size,
        limit=limit,
        cutoff=cutoff,
        least_response=least_response,
        response_cutoff=response_cutoff,
    )
