"""Computations of the reference sets of confirmatory designs, by name or kind, for the exam and the tests."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hepatica.trials.confirmatory.adaptive.combination import FisherLevels, fisher_critical_values
from hepatica.trials.confirmatory.group_sequential.conditional_power import conditional_probabilities
from hepatica.trials.confirmatory.group_sequential.design import (
    Efficacy,
    GroupSequentialDesign,
    design_group_sequential,
)
from hepatica.trials.confirmatory.group_sequential.harm import NullSpending
from hepatica.trials.confirmatory.group_sequential.shapes import OBrienFleming, Pocock, WangTsiatis
from hepatica.trials.confirmatory.group_sequential.spending import (
    HwangShihDeCani,
    KimDeMets,
    LanDeMetsOBrienFleming,
    LanDeMetsPocock,
    Spending,
)
from hepatica.trials.confirmatory.mcp_mod.contrast_test import (
    DoseMeans,
    contrast_test,
    critical_value,
    power_contrasts,
    sample_size_contrasts,
)
from hepatica.trials.confirmatory.mcp_mod.fit import FittedModel, GroupData, fit_model
from hepatica.trials.confirmatory.mcp_mod.models import (
    BetaMod,
    DoseResponse,
    Emax,
    Exponential,
    Interpolated,
    Linear,
    LinLog,
    Logistic,
    Quadratic,
    SigEmax,
)
from hepatica.trials.confirmatory.mcp_mod.target_dose import effective_dose, target_dose
from hepatica.trials.confirmatory.platform.graphical import Graph
from hepatica.trials.confirmatory.sample_size.accrual import Accrual, Hazard, Population
from hepatica.trials.confirmatory.sample_size.logrank import power_logrank, sample_size_logrank
from hepatica.trials.confirmatory.sample_size.means import sample_size_means
from hepatica.trials.confirmatory.sample_size.proportions import sample_size_proportions
from hepatica.trials.confirmatory.sample_size.size import Errors
from hepatica.trials.confirmatory.sample_size.survival import (
    Method,
    drift_of_events,
    events_needed,
    sample_size_survival,
)

Inputs = Mapping[str, Any]
EFFICACY: dict[str, Callable[..., Efficacy]] = {
    "OF": OBrienFleming,
    "Pocock": Pocock,
    "WT": WangTsiatis,
    "asOF": LanDeMetsOBrienFleming,
    "asP": LanDeMetsPocock,
    "asHSD": HwangShihDeCani,
    "asKD": KimDeMets,
}
"""Boundaries by the names that rpact gives them."""


def _design(given: Inputs) -> GroupSequentialDesign:
    futility: Spending | NullSpending | list[float] | None = given.get("futility_values")
    if "futility" in given:
        spending = EFFICACY[given["futility"]](*given.get("futility_parameters", []))
        assert isinstance(spending, Spending)
        futility = NullSpending(spending, given["harm"]) if "harm" in given else spending
    return design_group_sequential(
        given["looks"],
        EFFICACY[given["type"]](*given.get("parameters", [])),
        alpha=given["alpha"],
        beta=given["beta"],
        two_sided=given.get("two_sided", False),
        futility=futility,
        binding=given.get("binding", False),
    )


def _group_sequential(given: Inputs) -> dict[str, Any]:
    design = _design(given)
    under = [design.probabilities(drift) for drift in (0.0, design.drift)]
    failed = under[0].lower
    return {
        "critical": design.critical,
        "futility": design.futility[:-1],
        "lower": design.futility,
        "alpha_spent": design.alpha_spent,
        "inflation": design.inflation,
        "n_ratio": design.inflation * design.fractions,
        "asn_ratio_H0": design.expected_ratio(0.0),
        "asn_ratio_H1": design.expected_ratio(design.drift),
        "shift": design.drift**2,
        "P_efficacy_H1": under[1].upper,
        "P_efficacy_H0": under[0].upper,
        "P_futility_H0": failed,
        "P_futility_H1": under[1].lower,
        "type1_when_futility_obeyed": under[0].upper.sum(),
    }


def _fisher(given: Inputs) -> dict[str, Any]:
    return {
        "k2": fisher_critical_values(2, given["alpha"], [given["alpha0"]]),
        "k3": fisher_critical_values(3, given["alpha"]),
    }


def _fisher_levels(given: Inputs) -> dict[str, Any]:
    rules = {"full": FisherLevels.FULL, "no_interaction": FisherLevels.NO_INTERACTION}
    stop = [given["alpha0"]] * 3
    return {name: fisher_critical_values(4, given["alpha"], stop, levels=rule) for name, rule in rules.items()}


def _means(given: Inputs) -> dict[str, Any]:
    size = sample_size_means(given["delta"], given["sd"], errors=Errors(given["alpha"], given["beta"]))
    design = design_group_sequential(3, OBrienFleming(), alpha=given["alpha"], beta=given["beta"])
    return {
        "n_total_fixed": size.total,
        "OF3_stage_totals": size.staged(design),
        "OF3_expected_H1": size.total * design.expected_ratio(design.drift),
    }


def _means_normal(given: Inputs) -> dict[str, Any]:
    errors = Errors(given["alpha"], given["beta"])
    return {"n_total": sample_size_means(given["delta"], given["sd"], errors=errors, normal=True).total}


def _rates(given: Inputs) -> dict[str, Any]:
    cases = zip(given["p1"], given["p2"], given["beta"], strict=True)
    alpha = given["alpha_one_sided"]
    return {"n_total": [sample_size_proportions(a, b, errors=Errors(alpha, beta)).total for a, b, beta in cases]}


def _events(given: Inputs) -> dict[str, Any]:
    return {"events": events_needed(given["HR"], errors=Errors(given["alpha"], given["beta"]))}


def _survival_methods(given: Inputs) -> dict[str, Any]:
    values = {}
    for method in Method:
        size = sample_size_survival(
            Hazard.from_median(given["median_control"]),
            given["HR"],
            Accrual(given["T"] - given["minfup"]),
            given["T"],
            dropout=Hazard.from_survival(1 - given["dropout_share"], given["dropout_time"]),
            errors=Errors(given["alpha"], given["beta"]),
            method=method,
        )
        values[method.value.replace("-", "")] = {"n": size.patients.total, "d": size.events}
    return values


def _power_survival(given: Inputs) -> dict[str, Any]:
    design = _design({**given, "beta": 0.2})
    reached = design.probabilities(drift_of_events(given["HR"], given["events"])).upper
    return {"power": reached.sum(), "early": reached[0]}


def _conditional_power(given: Inputs) -> dict[str, Any]:
    design, look, z = _design(given), given["look"], given["z"]
    drifts = (z / math.sqrt(design.fractions[look - 1]), 0.0, design.drift)
    columns = [conditional_probabilities(design, look, z, drift).upper for drift in drifts]
    return {"upper_prob": np.stack(columns, axis=1)}


KINDS: dict[str, Callable[..., DoseResponse]] = {
    kind.__name__: kind for kind in (Linear, LinLog, Quadratic, Emax, SigEmax, Logistic, Exponential, BetaMod)
}


def _models(given: Inputs) -> dict[str, DoseResponse]:
    """Candidates by label, from kind and parameters."""
    made: dict[str, DoseResponse] = {}
    for label, (kind, *parameters) in given["models"].items():
        if kind == "Interpolated":
            made[label] = Interpolated(tuple(given["dose"]), tuple(parameters))
        else:
            made[label] = KINDS[kind](*parameters)
    return made


def _contrast_test(given: Inputs) -> dict[str, Any]:
    models = _models(given)
    groups = given["dose"], given["means"], given["n"], given["sigma"]
    result = contrast_test(DoseMeans.of_groups(*groups), list(models.values()))
    answer: dict[str, Any] = {
        "t": dict(zip(models, result.t, strict=True)),
        "adjusted_p": dict(zip(models, result.adjusted_p, strict=True)),
        "contrast": dict(zip(models, result.contrasts, strict=True)),
    }
    if "delta" in given:
        answer["target_dose"] = {
            label: target_dose(_fit(model, GroupData.of_groups(*groups)), given["delta"])
            for label, model in models.items()
            if label in given["fitted"]
        }
    return answer


def _fit(model: DoseResponse, data: GroupData) -> FittedModel:
    return fit_model(type(model), data, offset=model.offset if isinstance(model, LinLog) else None)


def _fits(given: Inputs) -> dict[str, Any]:
    data = GroupData.of_groups(given["dose"], given["means"], given["n"], given["sigma"])
    emax = fit_model(Emax, data)
    return {
        "emax": emax.coefficients,
        "emax_se": emax.standard_errors,
        "emax_aic": emax.aic,
        "emax_target_dose": target_dose(emax, given["delta"]),
        "emax_ed90": effective_dose(emax, 0.9),
        "linear": fit_model(Linear, data).coefficients,
        "quadratic": fit_model(Quadratic, data).coefficients,
        "sigEmax": fit_model(SigEmax, data).coefficients,
    }


def _contrast_power(given: Inputs) -> dict[str, Any]:
    models, doses = _models(given), given["dose"]
    shapes, effect = list(models.values()), {"max_effect": given["max_effect"], "sd": given["sigma"]}
    powers = power_contrasts(shapes, doses, given["n"], alpha=given["alpha"], **effect)
    data = DoseMeans.of_groups(doses, np.zeros(len(doses)), given["n"], given["sigma"])
    contrasts = dict(zip(models, contrast_test(data, shapes).contrasts, strict=True))
    return {
        "power": dict(zip(models, powers, strict=True)),
        "critical_value_df_inf": critical_value(shapes, doses, given["n"], alpha=given["alpha"], df=math.inf),
        "n_per_arm_for_mean_power_80": sample_size_contrasts(shapes, doses, alpha=given["alpha"], **effect),
        "contrast_emax": contrasts["emax"],
    }


def _delayed_effect(given: Inputs) -> dict[str, Any]:
    """Events in proportion and with the delay, and power of the largest trial, followed until it has these events."""
    control, errors = (
        Hazard.from_median(given["median_control"]),
        Errors(given["alpha_two_sided"] / 2, 1 - given["power"]),
    )
    accrual, dropout = Accrual(given["accrual_months"]), Hazard.from_survival(1 - given["dropout_per_year"], 12.0)
    proportional = sample_size_survival(
        control, given["HR"], accrual, given["months"], dropout=dropout, errors=errors, method=Method.BERNSTEIN_LAGAKOS
    )
    late = Population(control, control.times_ratio(given["HR"], given["delay_months"]), accrual, dropout)
    months = given["months_delayed"]
    size = sample_size_logrank(late, months, errors=errors)
    power = power_logrank(late, months, given["N_max"], errors=errors)
    return {
        "events_proportional": proportional.events,
        "enough_events_delayed": float(size.events >= given["events_delayed_at_least"]),
        "enough_power": float(power >= given["power_at_least"]),
    }


def _hierarchical(given: Inputs) -> dict[str, Any]:
    """Exponential rates, and the level at which each endpoint of a fixed sequence is tested."""
    hazards = [Hazard.from_survival(s, 5.0).rates[0] for s in (given["DFS_5y_control"], given["OS_5y_control"])]
    # the first is tested at its weight of alpha; after its rejection the second at the weight handed on
    graph = Graph.fixed_sequence(2)
    levels = graph.weights[0] * given["alpha"], graph.without(0).weights[1] * given["alpha"]
    return {"rates": hazards, "alpha_one_sided_each": levels}


COMPUTATIONS = {
    "group-sequential": _group_sequential,
    "gs-fisher": _fisher,
    "gs-fisher-levels": _fisher_levels,
    "n-means": _means,
    "n-means-normal": _means_normal,
    "n-rates": _rates,
    "n-survival-schoenfeld": _events,
    "n-survival-methods": _survival_methods,
    "power-survival": _power_survival,
    "cond-power-of3": _conditional_power,
    "mcpmod-contrast-test": _contrast_test,
    "mcpmod-biom-fits": _fits,
    "mcpmod-power": _contrast_power,
    "gsd-exam-37": _delayed_effect,
    "gsd-exam-91": _hierarchical,
}
