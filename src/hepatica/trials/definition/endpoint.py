"""Endpoints of a trial: survival, time to another event, labs and images, proportions, days, composites with death."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from hepatica.errors import InputError
from hepatica.json_schema import one_of
from hepatica.study_fields import Days, Line, Number, Table
from hepatica.trials.definition.estimand import Estimand, Event, Intercurrent, Strategy
from hepatica.trials.definition.expressions import Expression, parse_expression
from hepatica.trials.definition.latent import LATENT


class Kind(StrEnum):
    """Kind of an endpoint."""

    SURVIVAL = "survival"
    TRANSPLANT_FREE = "transplant_free_survival"
    INFECTION = "infection"
    BLEEDING = "bleeding"
    THROMBOSIS = "thrombosis"
    TUMOUR = "tumour"
    REACTION = "reaction"
    LAB = "lab"
    PROPORTION = "proportion"
    DAYS = "quality_adjusted_days"
    HIERARCHICAL = "hierarchical"


class Method(StrEnum):
    """Analysis of an endpoint."""

    LOG_RANK = "log_rank"
    RESTRICTED_MEAN = "restricted_mean"
    MAX_COMBO = "max_combo"
    PROPORTIONS = "proportions"
    ANCOVA = "ancova"
    RANK_SUM = "rank_sum"
    WIN_RATIO = "win_ratio"


TIME_TO_EVENT = (
    Kind.SURVIVAL,
    Kind.TRANSPLANT_FREE,
    Kind.INFECTION,
    Kind.BLEEDING,
    Kind.THROMBOSIS,
    Kind.TUMOUR,
    Kind.REACTION,
)
TIME_METHODS = (Method.LOG_RANK, Method.RESTRICTED_MEAN, Method.MAX_COMBO)
METHODS: dict[Kind, tuple[Method, ...]] = {
    **dict.fromkeys(TIME_TO_EVENT, TIME_METHODS),
    Kind.LAB: (Method.ANCOVA, Method.RANK_SUM),
    Kind.PROPORTION: (Method.PROPORTIONS,),
    Kind.DAYS: (Method.RANK_SUM, Method.ANCOVA),
    Kind.HIERARCHICAL: (Method.WIN_RATIO,),
}
"""Analyses that suit each kind, the usual one first."""


class Endpoint(Table):
    """[[endpoint]]: what is measured, when, and how it is compared.

    Examples
    --------
    >>> Endpoint(name="death", kind="survival").analysis.value
    'log_rank'
    """

    name: Line = Field(min_length=1, max_length=60, description="name of the endpoint, each once")
    kind: Kind
    primary: bool = False
    lab: str = Field(
        default="",
        description="of kind lab and hierarchical: a latent lab or image",
        json_schema_extra=one_of(("", *LATENT)),
    )
    day: Days | None = Field(default=None, description="visit; the end of follow-up unless given")
    when: str = Field(default="", description="of kind proportion: a condition, such as 'alive and bilirubin < 5'")
    higher_is_better: bool = False
    method: Method | None = None
    margin: Number = Field(default=0.0, ge=0, description="hierarchical: difference of the lab that decides a pair")
    intercurrent: tuple[Intercurrent, ...] = Field(
        default=(), description="where they differ from the estimand's, or from what is usual for a secondary endpoint"
    )

    @model_validator(mode="after")
    def _complete(self) -> Endpoint:
        if self.method is not None and self.method not in METHODS[self.kind]:
            choices = ", ".join(m.value for m in METHODS[self.kind])
            raise InputError(f"endpoint '{self.name}'.method", self.method.value, f"one of {choices}")
        if self.kind is Kind.LAB and not self.lab:
            raise InputError(f"endpoint '{self.name}'.lab", self.lab, "the lab that is compared")
        if (self.kind is Kind.PROPORTION) != bool(self.when):
            raise InputError(f"endpoint '{self.name}'.when", self.when, "a condition, for kind 'proportion' alone")
        if self.when:
            self.condition()
        if self.lab and self.kind not in (Kind.LAB, Kind.HIERARCHICAL):
            raise InputError(
                f"endpoint '{self.name}'.lab", self.lab, "no lab; only kinds lab and hierarchical have one"
            )
        return self

    @property
    def analysis(self) -> Method:
        """Method given, else the usual one of the kind."""
        return self.method or METHODS[self.kind][0]

    def condition(self) -> Expression:
        """Condition of a proportion."""
        return parse_expression(self.when, f"endpoint '{self.name}'.when")

    def labs(self) -> set[str]:
        """Latent labs that it reads."""
        names = set(self.condition().names) - {ALIVE} if self.when else set()
        return names | ({self.lab} if self.lab else set()) | ({UTILITY} if self.kind is Kind.DAYS else set())

    def strategy(self, event: Event, estimand: Estimand) -> Strategy:
        """Strategy for an intercurrent event: its own, else the estimand's of the primary endpoint, else the usual one.

        Parameters
        ----------
        event : Event
            Any.
        estimand : Estimand
            Of the trial.
        """
        own = {row.event: row.strategy for row in self.intercurrent}
        stated = {row.event: row.strategy for row in estimand.intercurrent} if self.primary else {}
        usual = Strategy.TREATMENT_POLICY
        if event is Event.DEATH:
            is_composite = self.kind in COMPOSITE_WITH_DEATH or self.analysis is Method.RANK_SUM
            usual = Strategy.COMPOSITE if is_composite else Strategy.WHILE_ALIVE
        elif event is Event.TRANSPLANT and self.kind is Kind.LAB:
            usual = Strategy.HYPOTHETICAL
        return own.get(event, stated.get(event, usual))

    def visit(self, follow_up: float) -> float:
        """Day at which it is read.

        Parameters
        ----------
        follow_up : float
            Of each patient, day.
        """
        return follow_up if self.day is None else float(self.day)


COMPOSITE_WITH_DEATH = (Kind.SURVIVAL, Kind.TRANSPLANT_FREE, Kind.PROPORTION, Kind.DAYS, Kind.HIERARCHICAL)
ALIVE = "alive"  # in a condition: 1 for a patient alive at the visit, 0 for one who has died
UTILITY = "utility"  # the latent health-state utility of a day
