"""Tables of a trial file for adaptive designs: re-estimation, response-adaptive, Bayesian, seamless and so on."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from hepatica.errors import InputError
from hepatica.study_fields import Days, Integer, Line, Number, Table
from hepatica.trials.definition.endpoint import Endpoint, Kind
from hepatica.trials.definition.expressions import Expression, parse_expression

Probability = Annotated[Number, Field(gt=0, lt=1)]
Statistic = Annotated[Number, Field(ge=-10, le=10)]


class AllocationRule(StrEnum):
    """Rule of response-adaptive randomisation."""

    THOMPSON = "thompson"
    PLAY_THE_WINNER = "play_the_winner"
    NEYMAN = "neyman"
    FEWEST_FAILURES = "fewest_failures"


class AdaptedTest(StrEnum):
    """Final test after response-adaptive randomisation."""

    RANDOMISATION = "randomisation"
    NORMAL = "normal"


class SelectionRule(StrEnum):
    """Rule of dose selection."""

    BEST = "best"
    WITHIN = "within"
    ALL = "all"


class ClosedTest(StrEnum):
    """Test of an intersection hypothesis."""

    DUNNETT = "dunnett"
    SIMES = "simes"
    SIDAK = "sidak"
    BONFERRONI = "bonferroni"
    SPIESSENS_DEBOIS = "spiessens_debois"


class ReEstimation(Table):
    """[re_estimation]: after the only look the trial grows where its conditional power is promising."""

    least: Annotated[Number, Field(ge=0, lt=1)] = Field(
        default=0.36, description="conditional power at the interim effect from which the result is promising"
    )
    target: Probability = Field(default=0.9, description="conditional power to reach")
    max_increase: Annotated[Number, Field(ge=1, le=10)] = Field(
        default=2.0, description="largest number of patients over the planned one"
    )
    conventional: bool = Field(default=False, description="test all patients alike, not by weights planned beforehand")

    @model_validator(mode="after")
    def _rising(self) -> ReEstimation:
        if self.least >= self.target:
            raise InputError("re_estimation.least", self.least, f"below the target, {self.target:g}")
        return self


class BlindedReEstimation(Table):
    """[blinded_re_estimation]: the number of patients follows a nuisance parameter of all arms together.

    It is the standard deviation of a lab, the proportion of all patients, or the chance that a patient brings an event
    by the end of follow-up; nobody learns the arms, and the final test is the planned one.
    """

    first: Annotated[Integer, Field(ge=4)] = Field(description="patients randomised before the look")
    lag: Days | None = Field(
        default=None, description="follow-up of the last of them before it; their visit, or 28 d of a time to event"
    )
    effect: Annotated[Number, Field(gt=0)] = Field(
        description="difference to be shown, in favour of the cells: minus the log hazard ratio, of means (of "
        "logarithms where the lab is analysed so) or of proportions"
    )
    max_increase: Annotated[Number, Field(ge=1, le=10)] = Field(
        default=2.0, description="largest number of patients over the planned one"
    )
    may_shrink: bool = Field(default=False, description="fewer patients than planned where they suffice")
    corrected: bool = Field(default=False, description="variance less what the planned difference adds to it")


class ResponseAdaptive(Table):
    """[response_adaptive]: the chance of either arm follows the outcomes known so far."""

    rule: AllocationRule = AllocationRule.THOMPSON
    burn_in: Annotated[Integer, Field(ge=2)] = Field(default=40, description="first patients, allocated as planned")
    every: Annotated[Integer, Field(ge=1)] = Field(default=20, description="patients from one update to the next")
    when: Line = Field(default="alive == 1", description="success of a patient, a condition over the labs of a visit")
    day: Days = Field(default="28 d", validate_default=True, description="visit of the success")
    least: Annotated[Number, Field(ge=0, lt=0.5)] = Field(default=0.1, description="smallest chance of either arm")
    test: AdaptedTest = Field(
        default=AdaptedTest.RANDOMISATION,
        description="randomisation: the design allocates again, which holds alpha; normal: the usual statistic",
    )
    replicates: Annotated[Integer, Field(ge=19, le=9999)] = Field(default=399, description="of the randomisation test")
    critical: Statistic | None = Field(
        default=None, description="z of the usual statistic instead of that of alpha; beside test = 'normal'"
    )

    def success(self) -> Endpoint:
        """Success of a patient, as an endpoint."""
        return Endpoint(
            name="success", kind=Kind.PROPORTION, when=self.when, day=f"{self.day:g} d", higher_is_better=True
        )


class Bayesian(Table):
    """[bayesian]: looks and final analysis decide by posterior and predictive probabilities of the effect.

    The effect is minus the log hazard ratio of a time to event, otherwise the difference over its standard deviation,
    positive in favour of the cells; it is normal about its estimate.
    """

    efficacy: Probability | tuple[Probability, ...] | None = Field(
        default=None,
        description="posterior probability of an effect above the margin; one, or one for each look; unless given, the "
        "one at which trials without effect succeed with probability analysis.alpha",
    )
    futility: Probability | None = Field(default=None, description="posterior probability below which a look stops")
    predictive_futility: Probability | None = Field(
        default=None, description="predictive probability of success at the end below which a look stops"
    )
    margin: Number = Field(default=0.0, description="effect above which the trial succeeds")
    prior_mean: Number = Field(default=0.0, description="of the effect")
    prior_sd: Annotated[Number, Field(gt=0)] | None = Field(default=None, description="flat unless given")


class Seamless(Table):
    """[seamless]: phase 2/3 in one trial, with the doses selected at an interim decision."""

    first: Annotated[Integer, Field(ge=2)] = Field(description="patients randomised before the decision")
    lag: Days = Field(default="28 d", validate_default=True, description="follow-up of the last of them before it")
    by: Line = Field(default="", description="endpoint of the decision; the primary one unless given")
    selection: SelectionRule = SelectionRule.BEST
    distance: Annotated[Number, Field(ge=0, le=10)] = Field(default=0.0, description="in z, of selection within")
    futility: Statistic | None = Field(default=None, description="z at the decision below which a dose is dropped")
    test: ClosedTest = ClosedTest.DUNNETT


class Enrichment(Table):
    """[enrichment]: at an interim decision the trial goes on in all patients, in a subgroup, in both, or stops."""

    subgroup: Line = Field(description="condition over baseline")
    first: Annotated[Integer, Field(ge=2)] = Field(description="patients randomised before the decision")
    lag: Days = Field(default="28 d", validate_default=True, description="follow-up of the last of them before it")
    full: Statistic = Field(default=0.0, description="z from which all patients go on")
    inside: Statistic = Field(default=0.0, description="z of the subgroup from which it goes on")
    test: ClosedTest = ClosedTest.SPIESSENS_DEBOIS

    def condition(self) -> Expression:
        """Condition of the subgroup."""
        return parse_expression(self.subgroup, "enrichment.subgroup")


class Platform(Table):
    """[platform]: arms open on days of their own or after another, recruit until full or dropped, share the control."""

    per_arm: Annotated[Integer, Field(ge=1)] = Field(description="patients of each arm with cells")
    first: Annotated[Integer, Field(ge=2)] | None = Field(
        default=None, description="patients of an arm before its own look; none unless given"
    )
    lag: Days = Field(default="28 d", validate_default=True, description="follow-up of the last of them before it")
    futility: Statistic = Field(default=0.0, description="z at its look below which an arm is dropped")
    concurrent: bool = Field(default=True, description="only controls randomised while an arm was open")
    familywise: bool = Field(default=False, description="error over all arms, by analysis.multiplicity; else of each")


ADAPTIVE = (
    "re_estimation",
    "blinded_re_estimation",
    "response_adaptive",
    "bayesian",
    "seamless",
    "enrichment",
    "platform",
    "mcp_mod",
)
"""Tables of adaptive designs, of which a trial has one at the most."""
