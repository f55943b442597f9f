"""MCP-Mod on the bank: contrast test of the arms' estimates, model among the significant ones, target dose, arm.

Contrasts and critical value are those of the plan, with the planned numbers of patients (Bretz, Pinheiro and Branson
2005, Biometrics 61:738); estimates that are no plain means enter by their covariance (Pinheiro et al. 2014, Stat Med
33:1646).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.confirmatory.mcp_mod.contrast_test import critical_value
from hepatica.trials.confirmatory.mcp_mod.contrasts import optimal_contrasts
from hepatica.trials.confirmatory.mcp_mod.models import DoseResponse
from hepatica.trials.definition.endpoint import TIME_TO_EVENT, Endpoint, Kind, Method
from hepatica.trials.definition.mcp_mod_table import McpMod, ModelChoice, ShapeName
from hepatica.trials.definition.trial import Trial
from hepatica.trials.virtual.adaptive.setting import Setting, estimates, gathered, last_day, statistics
from hepatica.trials.virtual.conduct.endpoints import EndpointData
from hepatica.trials.virtual.kernels import dose_response
from hepatica.trials.virtual.kernels.arm_estimates import ArmEstimates, adjusted_means, arm_proportions, log_hazards
from hepatica.trials.virtual.kernels.survival import NEWTON_STEPS
from hepatica.trials.virtual.records import Conducted, Ending, Stop

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Plan(NamedTuple):
    """Doses of the arms as shares of the largest (arm,), contrasts (model, arm) and the critical value."""

    doses: Floats
    contrasts: Floats
    critical: float


def contrast_plan(trial: Trial, endpoint: Endpoint | None = None) -> Plan:
    """Contrasts and critical value of a trial.

    Parameters
    ----------
    trial : Trial
        With a table [mcp_mod].
    endpoint : Endpoint, optional
        The primary one unless given.
    """
    rule = trial.mcp_mod
    assert rule is not None
    doses = [arm.regimen().dose if arm.dose else 0.0 for arm in trial.arm]
    shares = tuple(d / doses[-1] for d in doses)
    patients = tuple(trial.patients * r / sum(trial.ratio) for r in trial.ratio)
    models = tuple(m.candidate(doses[-1]) for m in rule.model)
    df = float(trial.patients - len(doses) - 1) if (endpoint or trial.primary).analysis is Method.ANCOVA else np.inf
    contrasts, critical = _planned(models, shares, patients, trial.analysis.alpha, df)
    return Plan(np.array(shares), contrasts, critical)


@lru_cache(maxsize=64)
def _planned(
    models: tuple[DoseResponse, ...], doses: tuple[float, ...], patients: tuple[float, ...], alpha: float, df: float
) -> tuple[Floats, float]:
    """Contrasts and critical value, kept from block to block."""
    return optimal_contrasts(models, doses, patients), critical_value(models, doses, patients, alpha=alpha, df=df)


def arm_estimates(data: EndpointData, endpoint: Endpoint | None = None, *, null: bool = False) -> ArmEstimates:
    """Estimates of all arms by an endpoint, positive in favour of the cells.

    Parameters
    ----------
    data : EndpointData
        Of a block.
    endpoint : Endpoint, optional
        The primary one unless given.
    null : bool
        True for the variance that holds without effect, with which contrasts are tested.
    """
    b, e = data.block, endpoint or data.block.trial.primary
    arms, sign = len(b.trial.arm), 1.0
    if e.kind in TIME_TO_EVENT:
        h = data.history(e)
        made = log_hazards(h.time, h.event, b.arm, arms, steps=1 if null else NEWTON_STEPS)
        sign = 1.0 if e.higher_is_better else -1.0
    elif e.kind is Kind.PROPORTION:
        hit, present = data.proportion(e)
        made = arm_proportions(hit, b.arm, present, arms, pooled=null)
        sign = 1.0 if e.higher_is_better else -1.0
    else:
        v = data.values(e)
        present = v.present & np.isfinite(v.value)
        made = adjusted_means(np.where(present, v.value, 0.0), v.baseline, b.arm, present, arms)
        sign = 1.0 if e.higher_is_better or e.kind is Kind.DAYS else -1.0
    return ArmEstimates(sign * made.estimate, made.precision)


def contrast_statistics(contrasts: Floats, arms: ArmEstimates) -> Floats:
    """Statistics (trial, model) of contrasts (model, arm)."""
    variance = np.einsum("ma,tab,mb->tm", contrasts, arms.covariance(), contrasts, optimize=True)
    return np.asarray(arms.estimate @ contrasts.T / np.sqrt(np.maximum(variance, 1e-300)))


class Modelled(NamedTuple):
    """Models of each trial.

    Attributes
    ----------
    weight : (trial, family)
        Of the families fitted, in the order of `families`; 0 where no contrast of it is significant.
    target, effective : (trial,)
        Doses as shares of the largest; NaN where the effect is not reached, or nothing is significant.
    """

    weight: Floats
    target: Floats
    effective: Floats


def families(rule: McpMod, largest: float) -> dict[ShapeName, dose_response.Family]:
    """Families to fit, one for each shape among the candidates.

    Parameters
    ----------
    rule : McpMod
        Of the trial.
    largest : float
        Dose.
    """
    fixed: dict[ShapeName, dose_response.Family] = {
        ShapeName.LINEAR: dose_response.LINEAR,
        ShapeName.QUADRATIC: dose_response.QUADRATIC,
        ShapeName.EMAX: dose_response.EMAX,
        ShapeName.SIGMOID_EMAX: dose_response.SIGMOID_EMAX,
        ShapeName.LOGISTIC: dose_response.LOGISTIC,
        ShapeName.EXPONENTIAL: dose_response.EXPONENTIAL,
    }
    made: dict[ShapeName, dose_response.Family] = {}
    for model in rule.model:
        if model.shape is ShapeName.BETA:
            made[model.shape] = dose_response.beta_of(model.share("scale", largest, 1.2))
        elif model.shape is ShapeName.LINEAR_IN_LOG:
            made[model.shape] = dose_response.linear_in_log(model.share("offset", largest, 0.01))
        else:
            made[model.shape] = fixed[model.shape]
    return made


def choose_models(trial: Trial, plan: Plan, arms: ArmEstimates, statistic: Floats) -> Modelled:
    """Model or average of models among the significant ones, and its doses.

    Parameters
    ----------
    trial : Trial
        With a table [mcp_mod].
    plan : Plan
        Of the trial.
    arms : ArmEstimates
        Of a block.
    statistic : (trial, model)
        Of the contrasts.
    """
    rule = trial.mcp_mod
    assert rule is not None
    made = families(rule, trial.arm[-1].regimen().dose)
    shapes = np.array([list(made).index(m.shape) for m in rule.model])
    best = np.stack([statistic[:, shapes == k].max(axis=1) for k in range(len(made))], axis=1)
    open_ = best >= plan.critical
    weight, target, effective = np.zeros(open_.shape), *np.full((2, len(open_)), np.nan)
    rows = np.flatnonzero(open_.any(axis=1))  # without a significant contrast there is nothing to fit
    if rows.size:
        own = ArmEstimates(arms.estimate[rows], arms.precision[rows])
        fits = [dose_response.fit_family(family, plan.doses, own) for family in made.values()]
        weight[rows] = _weights(rule.choice, fits, open_[rows], best[rows])
        target[rows] = _averaged(weight[rows], [dose_response.first_doses(f.effect, float(rule.effect)) for f in fits])
        largest = [np.maximum(f.effect.max(axis=1), 1e-12) for f in fits]
        shares = [dose_response.first_doses(f.effect, rule.share * m) for f, m in zip(fits, largest, strict=True)]
        effective[rows] = _averaged(weight[rows], shares)
    return Modelled(weight, target, effective)


def _weights(choice: ModelChoice, fits: list[dose_response.Fits], open_: Bools, best: Floats) -> Floats:
    """Weights (trial, family) of the families with a significant contrast: all on the chosen one, or by criterion."""
    criterion = np.where(open_, np.stack([f.criterion for f in fits], axis=1), np.inf)
    if choice is ModelChoice.AVERAGE:
        weight = np.exp(-0.5 * (criterion - criterion.min(axis=1)[:, None]))
        return np.asarray(weight / weight.sum(axis=1, keepdims=True))
    rank = -criterion if choice is ModelChoice.AIC else np.where(open_, best, -np.inf)
    return np.asarray((np.arange(len(fits)) == rank.argmax(axis=1)[:, None]) & open_, float)


def _averaged(weight: Floats, doses: list[Floats]) -> Floats:
    """Doses (trial,) averaged over the models that have one, by weight; NaN where none has."""
    dose = np.stack(doses, axis=1)
    own = np.where(np.isfinite(dose), weight, 0.0)
    total = own.sum(axis=1)
    summed = (own * np.where(np.isfinite(dose), dose, 0.0)).sum(axis=1)
    return np.where(total > 0, summed / np.maximum(total, 1e-300), np.nan)


def chosen_arm(plan: Plan, target: Floats, z: Floats) -> Ints:
    """Arm with cells (trial,), from 0: the smallest dose at or above the target, else that of the largest z.

    Parameters
    ----------
    plan : Plan
        Of the trial.
    target : (trial,)
        Share of the largest dose, or NaN.
    z : (trial, arm with cells)
        Against control.
    """
    known = np.isfinite(target)
    above = plan.doses[1:] >= np.where(known, target, 0.0)[:, None] - 1e-9
    return np.asarray(np.where(known, above.argmax(axis=1), z.argmax(axis=1)), np.int64)


def run_mcp_mod(setting: Setting) -> Conducted:
    """Conduct of a block of dose-response trials.

    Parameters
    ----------
    setting : Setting
        Trial with a table [mcp_mod].
    """
    trial, plan, data = setting.trial, contrast_plan(setting.trial), setting.data()
    rule = trial.mcp_mod
    assert rule is not None
    everyone = np.ones(data.block.arm.shape, bool)
    arms = arm_estimates(data)
    statistic = contrast_statistics(plan.contrasts, arm_estimates(data, null=True))
    shown = np.asarray(statistic.max(axis=1) >= plan.critical)
    modelled = choose_models(trial, plan, arms, statistic)
    z = statistics(data, everyone)
    chosen = chosen_arm(plan, modelled.target, z)
    rejected = shown[:, None] & (np.arange(z.shape[1]) == chosen[:, None])
    names = families(rule, trial.arm[-1].regimen().dose)
    of_model = {f"model:{shape.value}": modelled.weight[:, k] for k, shape in enumerate(names)}
    reached = np.where(shown, np.isfinite(modelled.target), np.nan)
    doses = {"target_reached": reached, "target_dose": modelled.target, "effective_dose": modelled.effective}
    ending = Ending(
        look=np.zeros(len(z), np.int64),
        stop=np.full(len(z), int(Stop.COMPLETE)),
        rejected=rejected,
        z=z,
        estimate=estimates(data, everyone),
        information=gathered(data, everyone),
        day=last_day(data, everyone),
    )
    return Conducted(data, ending, everyone, of_model | doses)
