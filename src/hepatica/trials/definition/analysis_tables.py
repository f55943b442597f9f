"""Tables of a trial file about its analysis: looks, stopping, error, variation, readers, bank, cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import Field, model_validator

from hepatica.errors import InputError
from hepatica.json_schema import one_of
from hepatica.study_fields import MAX_SEED, Days, Integer, Line, Number, Table
from hepatica.trials.confirmatory.group_sequential.shapes import OBrienFleming, Pocock, Shape, WangTsiatis
from hepatica.trials.confirmatory.group_sequential.spending import (
    HwangShihDeCani,
    KimDeMets,
    LanDeMetsOBrienFleming,
    LanDeMetsPocock,
    Spending,
)
from hepatica.trials.definition.design_tables import Share

BOUNDARIES: dict[str, Callable[[float], Shape | Spending]] = {
    "obrien_fleming": lambda _: LanDeMetsOBrienFleming(),
    "pocock": lambda _: LanDeMetsPocock(),
    "hwang_shih_decani": HwangShihDeCani,
    "kim_demets": KimDeMets,
    "obrien_fleming_exact": lambda _: OBrienFleming(),
    "pocock_exact": lambda _: Pocock(),
    "wang_tsiatis": WangTsiatis,
}
"""Efficacy boundaries by name, made with the table's `parameter`."""
MULTIPLICITIES = ("holm", "bonferroni", "hierarchical")
COUPLINGS = ("shared", "copula", "independent")


class Look(Table):
    """[[look]]: an interim look, at an information fraction or on a day of the trial."""

    fraction: Annotated[Number, Field(gt=0, lt=1)] | None = None
    day: Days | None = None

    @model_validator(mode="after")
    def _one(self) -> Look:
        if (self.fraction is None) == (self.day is None):
            raise InputError("look", "both or neither", "either a fraction of the information or a day")
        return self


class Stopping(Table):
    """[stopping]: boundaries on the scale of z, positive in favour of the cells."""

    efficacy: Annotated[Line, Field(json_schema_extra=one_of(BOUNDARIES))] = "obrien_fleming"
    parameter: Number = Field(default=-4.0, description="gamma of hwang_shih_decani, rho of kim_demets, delta")
    futility: tuple[Annotated[Number, Field(ge=-10, le=10)], ...] = Field(
        default=(), description="z at each look below which the trial stops; not binding unless said"
    )
    binding: bool = False
    harm: Annotated[Number, Field(ge=0, le=10)] | None = Field(
        default=None, description="the trial stops at a look where z is below minus this"
    )

    def boundary(self) -> Shape | Spending:
        """Efficacy boundary: a spending function or an exact shape.

        Raises
        ------
        InputError
            If the name is unknown.
        """
        if self.efficacy not in BOUNDARIES:
            raise InputError("stopping.efficacy", self.efficacy, f"one of {', '.join(BOUNDARIES)}")
        return BOUNDARIES[self.efficacy](self.parameter)


class Analysis(Table):
    """[analysis]: error, multiplicity and maximal information."""

    alpha: Annotated[Number, Field(gt=0, lt=0.5)] = Field(default=0.025, description="one-sided")
    power: Annotated[Number, Field(gt=0, lt=1)] = 0.8
    stratified: bool = False
    multiplicity: Line = Field(default="holm", description="over arms", json_schema_extra=one_of(MULTIPLICITIES))
    events: Annotated[Integer, Field(ge=1)] | None = Field(
        default=None, description="maximal events; the trial ends with them or with follow-up"
    )

    @model_validator(mode="after")
    def _known(self) -> Analysis:
        if self.multiplicity not in MULTIPLICITIES:
            raise InputError("analysis.multiplicity", self.multiplicity, f"one of {', '.join(MULTIPLICITIES)}")
        return self


class Variation(Table):
    """[variation]: what trials and patients differ by beyond the model."""

    between_trials: Annotated[Number, Field(ge=0, le=2)] = Field(
        default=0.2, description="SD of the log hazard between trials, all arms alike"
    )
    effect_between_trials: Annotated[Number, Field(ge=0, le=2)] = Field(
        default=0.14, description="SD between trials of the log hazard of arms with cells"
    )
    frailty: Annotated[Number, Field(ge=0, le=5)] = Field(
        default=0.0, description="variance of a gamma frailty of deaths between patients"
    )
    death_after_transplant: Annotated[Number, Field(ge=0, le=10)] = Field(
        default=0.1, description="deaths a year after a transplant; assumed"
    )
    coupling: Line = Field(
        default="shared",
        description="of a patient's fates across arms",
        json_schema_extra=one_of(COUPLINGS),
    )
    correlation: Annotated[Number, Field(ge=-1, le=1)] = Field(default=0.5, description="of the copula")

    @model_validator(mode="after")
    def _known(self) -> Variation:
        if self.coupling not in COUPLINGS:
            raise InputError("variation.coupling", self.coupling, f"one of {', '.join(COUPLINGS)}")
        return self


class Reader(Table):
    """[[reader]]: prior of somebody who will read the trial."""

    name: Line = Field(min_length=1, max_length=60, description="name of the reader")
    no_effect: Share = Field(description="probability that cells do nothing")
    weights: dict[str, Annotated[Number, Field(ge=0)]] = Field(
        default_factory=dict, description="of the hypotheses; equal unless given"
    )


class BankTable(Table):
    """[bank]: virtual patients and parameter draws of the bank of potential outcomes."""

    patients: Annotated[Integer, Field(ge=1, le=100_000)] = 1000
    draws: Annotated[Integer, Field(ge=1, le=100_000)] = 50
    seed: Annotated[Integer, Field(ge=0, le=MAX_SEED)] = 1


class Cost(Table):
    """[cost]: what a design costs, in any one currency."""

    patient: Annotated[Number, Field(ge=0)] = 1.0
    infusion: Annotated[Number, Field(ge=0)] = 0.0
    month: Annotated[Number, Field(ge=0)] = 0.0
