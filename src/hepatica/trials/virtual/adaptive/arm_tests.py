"""Tests of every endpoint at the end of a trial that is not stopped, over several arms as the design states."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hepatica.trials.confirmatory.dunnett import dunnett_critical_value, loadings
from hepatica.trials.definition.adaptive_tables import ClosedTest
from hepatica.trials.definition.endpoint import Endpoint
from hepatica.trials.definition.mcp_mod_table import TESTED
from hepatica.trials.definition.trial import Trial
from hepatica.trials.virtual.adaptive.mcp_mod import arm_estimates, contrast_plan, contrast_statistics
from hepatica.trials.virtual.comparison import compare
from hepatica.trials.virtual.conduct.endpoints import EndpointData

Floats = NDArray[np.float64]


class ArmTest(StrEnum):
    """Test of an endpoint over arms with cells: which statistic, and against which critical value."""

    SINGLE = "single"  # two arms
    BONFERRONI = "bonferroni"  # the first step of Holm's procedure too
    HIERARCHICAL = "hierarchical"  # the first arm alone
    DUNNETT = "dunnett"
    CONTRASTS = "contrasts"  # of MCP-Mod
    EACH = "each"  # of a platform that holds the error of each comparison, not of all


def arm_test(trial: Trial, endpoint: Endpoint) -> ArmTest:
    """Test over arms of an endpoint.

    Parameters
    ----------
    trial : Trial
        Confirmatory.
    endpoint : Endpoint
        Of the trial.
    """
    if len(trial.arm) == 2:
        return ArmTest.SINGLE
    if trial.mcp_mod is not None:
        return ArmTest.CONTRASTS if endpoint.analysis in TESTED else ArmTest.DUNNETT
    if trial.seamless is not None:
        return ArmTest.DUNNETT if trial.seamless.test is ClosedTest.DUNNETT else ArmTest.BONFERRONI
    if trial.platform is not None and not trial.platform.familywise:
        return ArmTest.EACH
    return ArmTest.HIERARCHICAL if trial.analysis.multiplicity == "hierarchical" else ArmTest.BONFERRONI


def critical_value(trial: Trial, test: ArmTest) -> float:
    """Critical value of the z of an arm against control, or of the contrasts of the primary endpoint.

    Parameters
    ----------
    trial : Trial
        Confirmatory.
    test : ArmTest
        Of the endpoint.
    """
    if test is ArmTest.CONTRASTS:
        return contrast_plan(trial).critical
    alpha, arms = trial.analysis.alpha, len(trial.arm) - 1
    if test is ArmTest.DUNNETT:
        return dunnett_critical_value(alpha, loadings(trial.ratio[1:], trial.ratio[0]))
    return float(-ndtri(alpha / arms if test is ArmTest.BONFERRONI else alpha))


def endpoint_margin(data: EndpointData, endpoint: Endpoint) -> Floats:
    """Statistic of an endpoint less its critical value, (trial,): 0 or more rejects for one arm at least.

    Parameters
    ----------
    data : EndpointData
        Of a block, in which everybody planned is recruited and followed.
    endpoint : Endpoint
        Of the trial.
    """
    trial = data.block.trial
    test = arm_test(trial, endpoint)
    if test is ArmTest.CONTRASTS:
        plan = contrast_plan(trial, endpoint)
        statistic = contrast_statistics(plan.contrasts, arm_estimates(data, endpoint, null=True))
        return np.asarray(statistic.max(axis=1) - plan.critical)
    last = 2 if test is ArmTest.HIERARCHICAL else len(trial.arm)
    z = [compare(data, endpoint, a, estimate=False).z for a in range(1, last)]
    return np.asarray(np.max(z, axis=0) - critical_value(trial, test))
