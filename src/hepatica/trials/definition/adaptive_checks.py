"""Agreement of an adaptive design with the rest of its trial."""

from __future__ import annotations

from typing import Protocol

from hepatica.errors import InputError
from hepatica.trials.definition.adaptive_tables import (
    ADAPTIVE,
    AdaptedTest,
    Bayesian,
    BlindedReEstimation,
    ClosedTest,
    Enrichment,
    Platform,
    ReEstimation,
    ResponseAdaptive,
    Seamless,
)
from hepatica.trials.definition.analysis_tables import Analysis, Look, Stopping
from hepatica.trials.definition.design_tables import ArmTable
from hepatica.trials.definition.endpoint import Endpoint
from hepatica.trials.definition.mcp_mod_table import TESTED, McpMod, check_mcp_mod


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
    def blinded_re_estimation(self) -> BlindedReEstimation | None: ...
    @property
    def mcp_mod(self) -> McpMod | None: ...
    @property
    def primary(self) -> Endpoint: ...
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
    for name in ("opens", "after"):
        if any(getattr(arm, name) for arm in trial.arm) and not trial.platform:
            stated_of = [getattr(arm, name) for arm in trial.arm]
            raise InputError(f"arm.{name}", stated_of, "nothing, without a [platform]")
    if not stated:
        return
    name = stated[0]
    if name in ("seamless", "platform", "mcp_mod"):
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
    rule = trial.platform
    assert rule is not None
    control, *arms = trial.arm
    if control.opens or control.after:
        raise InputError("arm.opens", control.opens, "0 d for the control, after no other")
    if not any(arm.opens == 0 and not arm.after for arm in arms):
        raise InputError("arm.opens", [arm.opens for arm in trial.arm], "0 d for the first arm with cells")
    for k, arm in enumerate(arms):
        if arm.after and arm.after not in [a.name for a in arms[:k]]:
            raise InputError("arm.after", arm.after, "the name of an arm with cells before it")
    if rule.first is not None and rule.first > rule.per_arm:
        raise InputError("platform.first", rule.first, f"at most per_arm, {rule.per_arm}")


def _check_blinded(trial: _AdaptiveTrial) -> None:
    rule, e = trial.blinded_re_estimation, trial.primary
    assert rule is not None
    _check_stages(trial, rule.first, "blinded_re_estimation")
    if e.analysis not in TESTED:
        allowed = "log-rank, ANCOVA or proportions, beside [blinded_re_estimation]"
        raise InputError(f"endpoint '{e.name}'.method", e.analysis.value, allowed)
    if trial.analysis.events is not None:
        raise InputError("analysis.events", trial.analysis.events, "none: the look reckons the events from the effect")
    if e.analysis.value == "proportions" and rule.effect >= 1:
        raise InputError("blinded_re_estimation.effect", rule.effect, "a difference of proportions below 1")


def _check_dose_response(trial: _AdaptiveTrial) -> None:
    assert trial.mcp_mod is not None
    check_mcp_mod(trial.mcp_mod, trial)


_CHECKS = {
    "re_estimation": _check_re_estimation,
    "blinded_re_estimation": _check_blinded,
    "response_adaptive": _check_response_adaptive,
    "bayesian": _check_bayesian,
    "seamless": _check_seamless,
    "enrichment": _check_enrichment,
    "platform": _check_platform,
    "mcp_mod": _check_dose_response,
}
