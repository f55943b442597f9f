"""Tables of a trial file for adaptive designs: re-estimation, response-adaptive, Bayesian, seamless and so on."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import Field, model_validator

from hepatica.errors import InputError
from hepatica.study_fields import Days, Integer, Line, Number, Table
from hepatica.trials.definition.analysis_tables import Analysis, Look, Stopping
from hepatica.trials.definition.design_tables import ArmTable
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
    """[platform]: arms open on days of their own, recruit until they are full, and share the control."""

    per_arm: Annotated[Integer, Field(ge=1)] = Field(description="patients of each arm with cells")
    concurrent: bool = Field(default=True, description="only controls randomised while an arm was open")
    familywise: bool = Field(default=False, description="error over all arms, by analysis.multiplicity; else of each")


AdaptiveTable = ReEstimation | ResponseAdaptive | Bayesian | Seamless | Enrichment | Platform
ADAPTIVE = ("re_estimation", "response_adaptive", "bayesian", "seamless", "enrichment", "platform")
"""Tables of adaptive designs, of which a trial has one at the most."""


class _AdaptiveTrial(Protocol):
    """Fields of a trial that its adaptive design has to suit."""

    @property
    def patients(self) -> int: ...
    @property
    def follow_up(self) -> float: ...
    @property
    def arm(self) -> tuple[ArmTable, ...]: ...
    @property
    def ratio(self) -> tuple[int, ...]: ...
    @property
    def endpoint(self) -> tuple[Endpoint, ...]: ...
    @property
    def look(self) -> tuple[Look, ...]: ...
    @property
    def stopping(self) -> Stopping: ...
    @property
    def analysis(self) -> Analysis: ...
    @property
    def re_estimation(self) -> ReEstimation | None: ...
    @property
    def response_adaptive(self) -> ResponseAdaptive | None: ...
    @property
    def bayesian(self) -> Bayesian | None: ...
    @property
    def seamless(self) -> Seamless | None: ...
    @property
    def enrichment(self) -> Enrichment | None: ...
    @property
    def platform(self) -> Platform | None: ...


def check_adaptive(trial: _AdaptiveTrial) -> None:
    """Agreement of an adaptive design with the rest of its trial.

    Parameters
    ----------
    trial : Trial
        Confirmatory.

    Raises
    ------
    InputError
        If there are two, or the arms, looks or numbers do not suit it.
    """
    stated = [name for name in ADAPTIVE if getattr(trial, name) is not None]
    if len(stated) > 1:
        raise InputError("trial", stated, "one adaptive design")
    if any(arm.opens for arm in trial.arm) and not trial.platform:
        raise InputError("arm.opens", [arm.opens for arm in trial.arm], "0 d, without a [platform]")
    if not stated:
        return
    name = stated[0]
    if name in ("seamless", "platform"):
        if len(trial.arm) < 3:
            raise InputError(f"{name}", [a.name for a in trial.arm], "a control and two arms or more")
    elif len(trial.arm) != 2:
        raise InputError(f"{name}", [a.name for a in trial.arm], "two arms, the control first")
    if name not in ("re_estimation", "bayesian") and trial.look:
        raise InputError("look", len(trial.look), f"none beside [{name}]")
    _CHECKS[name](trial)


def _check_re_estimation(trial: _AdaptiveTrial) -> None:
    if len(trial.look) != 1 or trial.look[0].fraction is None:
        raise InputError("look", len(trial.look), "one look by a fraction beside [re_estimation]")


def _check_response_adaptive(trial: _AdaptiveTrial) -> None:
    from hepatica.trials.definition.latent import LATENT

    rule = trial.response_adaptive
    assert rule is not None
    for lab in rule.success().labs():
        if lab not in LATENT:
            raise InputError("response_adaptive.when", lab, f"one of {', '.join(LATENT)}, or alive")
    if not 0 < rule.day <= trial.follow_up:
        raise InputError("response_adaptive.day", rule.day, f"a day after 0, up to follow-up, {trial.follow_up:g} d")
    if rule.test is AdaptedTest.NORMAL:
        return
    if rule.critical is not None:
        raise InputError("response_adaptive.critical", rule.critical, "test = 'normal' beside it")
    if (rule.replicates + 1) * trial.analysis.alpha < 1:
        raise InputError(
            "response_adaptive.replicates", rule.replicates, f"1 / alpha or more, {1 / trial.analysis.alpha:.0f}"
        )


def _check_bayesian(trial: _AdaptiveTrial) -> None:
    rule = trial.bayesian
    assert rule is not None
    if isinstance(rule.efficacy, tuple) and len(rule.efficacy) != len(trial.look) + 1:
        raise InputError("bayesian.efficacy", list(rule.efficacy), f"one, or {len(trial.look) + 1}: looks and the end")
    if trial.stopping.futility:
        raise InputError("stopping.futility", list(trial.stopping.futility), "none: [bayesian] has its own")


def _check_stages(trial: _AdaptiveTrial, first: int, name: str) -> None:
    if first >= trial.patients:
        raise InputError(f"{name}.first", first, f"fewer than all patients, {trial.patients}")


def _check_seamless(trial: _AdaptiveTrial) -> None:
    rule = trial.seamless
    assert rule is not None
    _check_stages(trial, rule.first, "seamless")
    if rule.by and rule.by not in [e.name for e in trial.endpoint]:
        raise InputError("seamless.by", rule.by, f"one of {', '.join(e.name for e in trial.endpoint)}")
    if rule.test is ClosedTest.SPIESSENS_DEBOIS:
        raise InputError("seamless.test", rule.test.value, "dunnett, simes, sidak or bonferroni")
    if rule.test is ClosedTest.DUNNETT and len(set(trial.ratio[1:])) > 1:
        raise InputError("arm.ratio", list(trial.ratio), "equal ratios of the doses, or another seamless.test")


def _check_enrichment(trial: _AdaptiveTrial) -> None:
    from hepatica.trials.definition.latent import BASELINE

    rule = trial.enrichment
    assert rule is not None
    _check_stages(trial, rule.first, "enrichment")
    rule.condition().check_names(BASELINE, "enrichment.subgroup")
    if rule.test not in (ClosedTest.SPIESSENS_DEBOIS, ClosedTest.SIMES, ClosedTest.BONFERRONI):
        raise InputError("enrichment.test", rule.test.value, "spiessens_debois, simes or bonferroni")


def _check_platform(trial: _AdaptiveTrial) -> None:
    if trial.arm[0].opens:
        raise InputError("arm.opens", trial.arm[0].opens, "0 d for the control")
    if min(arm.opens for arm in trial.arm[1:]) > 0:
        raise InputError("arm.opens", [arm.opens for arm in trial.arm], "0 d for the first arm with cells")


_CHECKS = {
    "re_estimation": _check_re_estimation,
    "response_adaptive": _check_response_adaptive,
    "bayesian": _check_bayesian,
    "seamless": _check_seamless,
    "enrichment": _check_enrichment,
    "platform": _check_platform,
}
