"""Estimand of a trial (ICH E9(R1)): population, treatment, variable, intercurrent events, summary measure."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from hepatica.errors import InputError
from hepatica.study_fields import Line, Table

MAX_TEXT = 500  # characters of a description


class Event(StrEnum):
    """Intercurrent event that trials of cells meet."""

    DEATH = "death"
    TRANSPLANT = "transplant"
    RESCUE = "rescue"
    SHORTFALL = "shortfall"


class Strategy(StrEnum):
    """Strategy for an intercurrent event, ICH E9(R1) section A.3.2."""

    TREATMENT_POLICY = "treatment_policy"
    HYPOTHETICAL = "hypothetical"
    COMPOSITE = "composite"
    WHILE_ALIVE = "while_alive"
    PRINCIPAL_STRATUM = "principal_stratum"


class Summary(StrEnum):
    """Population-level summary of the difference between treatments."""

    HAZARD_RATIO = "hazard_ratio"
    RESTRICTED_MEAN = "difference_in_restricted_mean"
    PROPORTION = "difference_in_proportions"
    MEAN = "difference_in_means"
    WIN_RATIO = "win_ratio"
    PROBABILITY = "probability_of_dose_limiting_toxicity"


class Intercurrent(Table):
    """[[estimand.intercurrent]]: an event and how it is handled."""

    event: Event
    strategy: Strategy


class Estimand(Table):
    """[estimand]: what the trial estimates.

    Attributes
    ----------
    population, treatment, variable : str
        Attributes of the estimand in words: who, which treatments are compared, what is measured.
    summary : str
        Population-level summary.
    intercurrent : list of tables
        Intercurrent events, each once.

    Examples
    --------
    >>> Estimand(population="adults", treatment="cells", variable="death", summary="hazard_ratio").summary.value
    'hazard_ratio'
    """

    population: Line = Field(min_length=1, max_length=MAX_TEXT)
    treatment: Line = Field(min_length=1, max_length=MAX_TEXT)
    variable: Line = Field(min_length=1, max_length=MAX_TEXT)
    summary: Summary
    intercurrent: tuple[Intercurrent, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> Estimand:
        events = [row.event for row in self.intercurrent]
        if len(set(events)) < len(events):
            raise InputError("estimand.intercurrent", [e.value for e in events], "each event once")
        for row in self.intercurrent:
            allowed = ALLOWED[row.event]
            if row.strategy not in allowed:
                choices = ", ".join(s.value for s in allowed)
                raise InputError(f"estimand.intercurrent {row.event.value}", row.strategy.value, f"one of {choices}")
        return self


ALLOWED: dict[Event, tuple[Strategy, ...]] = {
    Event.DEATH: (
        Strategy.COMPOSITE,
        Strategy.WHILE_ALIVE,
        Strategy.HYPOTHETICAL,
        Strategy.PRINCIPAL_STRATUM,
    ),
    Event.TRANSPLANT: (Strategy.TREATMENT_POLICY, Strategy.HYPOTHETICAL, Strategy.COMPOSITE),
    Event.RESCUE: (Strategy.TREATMENT_POLICY, Strategy.HYPOTHETICAL, Strategy.COMPOSITE),
    Event.SHORTFALL: (Strategy.TREATMENT_POLICY, Strategy.HYPOTHETICAL),
}
"""Strategies that the simulation carries out for each event. Death is never ignored: there is no value after it."""
