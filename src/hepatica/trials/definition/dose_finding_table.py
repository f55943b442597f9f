"""[dose_finding] of a trial file: design of the escalation, toxicity, response and delivered dose."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import Field, model_validator

from hepatica.errors import InputError
from hepatica.json_schema import one_of
from hepatica.study_fields import Days, Integer, Line, Number, Table
from hepatica.trials.definition.design_tables import ArmTable, Batches
from hepatica.trials.definition.endpoint import Endpoint, Kind
from hepatica.trials.definition.latent import LATENT
from hepatica.trials.dose_finding.table_design import DecisionTable, make_table

TOXICITIES = ("thrombosis", "procedure", "infection", "reaction", "bleeding", "death")
Probability = Annotated[Number, Field(gt=0, lt=1)]


class DesignName(StrEnum):
    """Design of dose finding."""

    BOIN = "boin"
    THREE_PLUS_THREE = "3+3"
    MTPI2 = "mtpi2"
    KEYBOARD = "keyboard"
    I3PLUS3 = "i3+3"
    TABLE = "table"
    CRM = "crm"
    CRM_LIKELIHOOD = "crm_likelihood"
    EWOC = "ewoc"
    TITE_BOIN = "tite_boin"
    TITE_CRM = "tite_crm"
    BOIN12 = "boin12"
    UBOIN = "uboin"


WITH_PENDING = (DesignName.TITE_BOIN, DesignName.TITE_CRM)
"""Designs that decide while outcomes are pending."""
BY_RESPONSE = (DesignName.BOIN12, DesignName.UBOIN)
"""Designs that take response beside toxicity."""


class CountedAt(StrEnum):
    """Level or dose to which a patient counts whose lot fell short: feasible-dose finding."""

    ASSIGNED = "assigned"
    EVALUABLE = "evaluable"
    REACHED = "reached"
    NEAREST = "nearest"
    DOSE = "dose"


class DoseFinding(Table):
    """[dose_finding]: design over the arms with cells, in ascending order of dose."""

    design: DesignName = DesignName.BOIN
    target: Probability = 0.3
    cohort: Annotated[Integer, Field(ge=1, le=20)] = 3
    window: Days = Field(default="28 d", validate_default=True)
    toxicity: tuple[Annotated[str, Field(json_schema_extra=one_of(TOXICITIES))], ...] = (
        "thrombosis",
        "procedure",
        "infection",
    )
    stop_at: Annotated[Integer, Field(ge=1)] | None = Field(
        default=None, description="patients at a level that end the trial"
    )
    safe: Probability | None = Field(default=None, description="boin: highest toxicity that is clearly too low")
    toxic: Probability | None = Field(default=None, description="boin: lowest toxicity that is clearly too high")
    extra_safe: bool = Field(default=False, description="boin: stop earlier at the lowest level")
    below: Annotated[Number, Field(ge=0, lt=1)] = Field(default=0.05, description="mtpi2, keyboard, i3+3")
    above: Annotated[Number, Field(ge=0, lt=1)] = Field(default=0.05, description="mtpi2, keyboard, i3+3")
    decisions: dict[str, Line] = Field(
        default_factory=dict, description="table: by number treated, the letters E, S, D or DU for 0, 1, ... toxic"
    )
    skeleton: tuple[Probability, ...] = Field(default=(), description="crm, tite_crm: calibrated unless given")
    prior_sd: Annotated[Number, Field(gt=0, le=10)] | None = Field(default=None, description="crm, tite_crm")
    overdose: Probability = Field(default=0.25, description="ewoc: probability of overdose that is accepted")
    most_pending: Annotated[Number, Field(ge=0, le=1)] = Field(default=0.5, description="tite_boin")
    response: Line = Field(default="", description="boin12, uboin: a condition over labs and 'alive'")
    response_day: Days | None = Field(default=None, description="of the response; the end of the window unless given")
    least_response: Probability = Field(default=0.2, description="boin12, uboin: lowest acceptable chance of response")
    utility_neither: Annotated[Number, Field(ge=0, le=100)] = 40.0
    utility_both: Annotated[Number, Field(ge=0, le=100)] = 60.0
    counted_at: CountedAt = Field(
        default=CountedAt.ASSIGNED, description="where lots fall short: assigned, evaluable, reached, nearest or dose"
    )
    enough: Annotated[Number, Field(gt=0, le=1)] = Field(default=0.8, description="share delivered that is evaluable")

    @model_validator(mode="after")
    def _known(self) -> DoseFinding:
        for name in self.toxicity:
            if name not in TOXICITIES:
                raise InputError("dose_finding.toxicity", name, f"one of {', '.join(TOXICITIES)}")
        if not self.toxicity:
            raise InputError("dose_finding.toxicity", [], f"at least one of {', '.join(TOXICITIES)}")
        if (self.design is DesignName.TABLE) != bool(self.decisions):
            raise InputError("dose_finding.decisions", dict(self.decisions), "decisions, for design 'table' alone")
        if (self.design in BY_RESPONSE) != bool(self.response):
            raise InputError("dose_finding.response", self.response, "a condition, for boin12 and uboin alone")
        if self.decisions:
            self.table()
        return self

    def table(self) -> DecisionTable:
        """User's decision table.

        Raises
        ------
        InputError
            If a row lacks a letter, or has an unknown one.
        """
        rows = []
        for treated, letters in self.decisions.items():
            if not treated.isdecimal():
                raise InputError("dose_finding.decisions", treated, 'a number treated, such as "3" = "E S D DU"')
            rows += [(int(treated), toxic, letter) for toxic, letter in enumerate(letters.upper().split())]
        return make_table(rows)

    def responding(self) -> Endpoint | None:
        """Response of a patient as an endpoint; None without one."""
        if not self.response:
            return None
        day = self.window if self.response_day is None else self.response_day
        return Endpoint(
            name="response", kind=Kind.PROPORTION, when=self.response, day=f"{day:g} d", higher_is_better=True
        )

    def labs(self) -> set[str]:
        """Latent labs of the response."""
        endpoint = self.responding()
        return endpoint.labs() if endpoint else set()


class _Escalation(Protocol):
    """Fields of a trial that its design of dose finding has to suit."""

    @property
    def patients(self) -> int: ...
    @property
    def follow_up(self) -> float: ...
    @property
    def arm(self) -> tuple[ArmTable, ...]: ...
    @property
    def batches(self) -> Batches: ...


def check_dose_finding(rule: DoseFinding, trial: _Escalation) -> None:
    """Agreement of an escalation with the rest of its trial.

    Parameters
    ----------
    rule : DoseFinding
        Of the trial.
    trial : Trial
        Its patients, levels, follow-up and lots.

    Raises
    ------
    InputError
        If they do not fit.
    """
    if trial.patients % rule.cohort:
        raise InputError("patients", trial.patients, f"a multiple of the cohort, {rule.cohort}")
    if rule.window > trial.follow_up:
        raise InputError("dose_finding.window", rule.window, "at most the follow-up")
    if rule.skeleton and len(rule.skeleton) != len(trial.arm):
        raise InputError("dose_finding.skeleton", list(rule.skeleton), f"one for each of {len(trial.arm)} levels")
    endpoint = rule.responding()
    if endpoint is not None:
        for lab in endpoint.labs():
            if lab not in LATENT:
                raise InputError("dose_finding.response", lab, f"one of {', '.join(LATENT)}, or alive")
        if not 0 < endpoint.visit(trial.follow_up) <= trial.follow_up:
            raise InputError("dose_finding.response_day", rule.response_day, "a day after 0, up to follow-up")
    if rule.counted_at is not CountedAt.ASSIGNED:
        _check_delivered(rule, trial)


def _check_delivered(rule: DoseFinding, trial: _Escalation) -> None:
    """Part for decisions on the dose delivered."""
    where, name = "dose_finding.counted_at", rule.counted_at.value
    if not trial.batches.shares or min(trial.batches.shares) <= 0:
        raise InputError(where, name, "[batches] with shares above 0 beside it")
    if len(trial.arm) < 2:
        raise InputError(where, name, "two levels at least")
    if rule.design in (*WITH_PENDING, *BY_RESPONSE, DesignName.EWOC):
        raise InputError(where, name, f"'assigned' beside {rule.design.value}")
    if (rule.counted_at is CountedAt.DOSE) != (rule.design is DesignName.CRM):
        raise InputError(where, name, "'dose' with crm; evaluable, reached or nearest with designs by counts")
