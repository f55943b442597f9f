"""Computations of the reference sets of analyses, by name, for the exam and the tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.analysis.competing_risks import exam as competing_risks
from hepatica.trials.analysis.contrast import Contrast
from hepatica.trials.analysis.cox.fit import CoxFit, cox
from hepatica.trials.analysis.cox.likelihood import Ties
from hepatica.trials.analysis.cox.proportional_hazards import Transform, proportional_hazards_test
from hepatica.trials.analysis.kaplan_meier import survival_curve
from hepatica.trials.analysis.log_rank import FlemingHarrington, log_rank
from hepatica.trials.analysis.mmrm.ante_dependence import AnteDependence
from hepatica.trials.analysis.mmrm.correlated import Autoregressive, CompoundSymmetry, Toeplitz
from hepatica.trials.analysis.mmrm.covariance import Covariance
from hepatica.trials.analysis.mmrm.degrees_of_freedom import DegreesOfFreedom
from hepatica.trials.analysis.mmrm.fit import Options, RepeatedMeasuresFit, mmrm
from hepatica.trials.analysis.mmrm.likelihood import Method
from hepatica.trials.analysis.mmrm.spatial import SpatialExponential, SpatialGaussian
from hepatica.trials.analysis.risk_scores import exam as risk_scores
from hepatica.trials.analysis.rmst import (
    RestrictedMean,
    adjusted_restricted_mean,
    compare_restricted_means,
    restricted_mean,
)
from hepatica.trials.analysis.win_endpoints import Endpoint, Measured, Survival
from hepatica.trials.analysis.win_statistics import WinVariance, win_statistics

Inputs = Mapping[str, Any]
Array = NDArray[np.float64]
TRANSPLANT, DEATH = 1, 2
VISITS = ("VIS1", "VIS2", "VIS3", "VIS4")


def _covariates(pbc: Inputs) -> Array:
    """Arm, age, log bilirubin, albumin, edema, log prothrombin time."""
    columns = [pbc["trt"], pbc["age"], np.log(pbc["bili"]), pbc["albumin"], pbc["edema"], np.log(pbc["protime"])]
    return np.column_stack(columns).astype(float)


def _log_rank(given: Inputs) -> dict[str, Any]:
    pbc = given["data"]
    time, dead, arm = pbc["time"], pbc["status"] == DEATH, pbc["trt"]
    plain, strata = log_rank(time, dead, arm), log_rank(time, dead, arm, strata=pbc["stage"])
    composite = log_rank(time, pbc["status"] > 0, arm)
    return {
        "chi_square": plain.chi_square,
        "observed": plain.observed,
        "expected": plain.expected,
        "variance": plain.covariance[0, 0],
        "peto_peto": log_rank(time, dead, arm, weight=FlemingHarrington(1, 0)).chi_square,
        "stratified": strata.chi_square,
        "stratified_expected": strata.expected,
        "stratified_p": strata.p,
        "composite": composite.chi_square,
        "composite_observed": composite.observed,
        "composite_expected": composite.expected,
    }


def _kaplan_meier(given: Inputs) -> dict[str, Any]:
    pbc, tau = given["data"], given["horizon"]
    time, dead = pbc["time"], pbc["status"] == DEATH
    curve, mean = survival_curve(time, dead), restricted_mean(time, dead, tau)
    arms: list[RestrictedMean] = [restricted_mean(time[m], dead[m], tau) for m in (pbc["trt"] == 1, pbc["trt"] == 2)]
    survival, std_error, _, _ = curve.at(given["times"])
    return {
        "survival": survival,
        "std_error": std_error,
        "median": curve.median.value,
        "rmst": mean.value,
        "rmst_std_error": mean.std_error,
        "rmst_by_arm": [a.value for a in arms],
        "rmst_std_error_by_arm": [a.std_error for a in arms],
    }


def _restricted_means(given: Inputs) -> dict[str, Any]:
    pbc, tau = given["data"], given["horizon"]
    time, dead, treated = pbc["time"] / 365.25, pbc["status"] == DEATH, pbc["trt"] == 1
    x = np.column_stack([pbc[name] for name in given["covariates"]])
    result = compare_restricted_means(time, dead, treated, horizon=tau)
    effects = {"difference": result.difference, "ratio": result.ratio, "time_lost_ratio": result.time_lost_ratio}
    effects["adjusted"] = adjusted_restricted_mean(time, dead, treated, x, horizon=tau)
    return {name: [e.value, e.lower, e.upper, e.p] for name, e in effects.items()} | {
        "treated": result.treated,
        "control": result.control,
    }


def _cox(given: Inputs) -> dict[str, Any]:
    pbc = given["data"]
    time, dead, x = pbc["time"], pbc["status"] == DEATH, _covariates(pbc)
    people = np.arange(len(time))
    fits: dict[str, CoxFit] = {ties.value: cox(time, dead, x, ties=ties) for ties in Ties}
    one = cox(time, dead, x[:, 0])
    heavy = cox(time, dead, x[:, :3], ties=Ties.BRESLOW, strata=pbc["stage"], weights=pbc["edema"] + 1, cluster=people)
    return (
        {name: fit.coefficients for name, fit in fits.items()}
        | {f"{name}_log_likelihood": fit.log_likelihood for name, fit in fits.items()}
        | {
            "efron_std_error": fits["efron"].std_error,
            "treatment_only": [one.coefficients[0], one.std_error[0]],
            "robust_std_error": cox(time, dead, x, cluster=people).std_error,
            "stratified": heavy.coefficients,
            "stratified_std_error": heavy.std_error,
        }
    )


def _proportional_hazards(given: Inputs) -> dict[str, Any]:
    pbc = given["data"]
    fit = cox(pbc["time"], pbc["status"] == DEATH, _covariates(pbc)[:, 1:])
    tests = {t.value: proportional_hazards_test(fit, transform=t) for t in Transform}
    return {name: [*t.chi_square, t.chi_square_global] for name, t in tests.items()} | {
        "km_p": [*tests["km"].p, tests["km"].p_global]
    }


def _win_ratio(given: Inputs) -> dict[str, Any]:
    pbc = given["data"]
    time = pbc["time"].astype(float)
    endpoints = [Survival(time, pbc["status"] == cause) for cause in (DEATH, TRANSPLANT)]
    result = win_statistics(endpoints, pbc["trt"] == 1)
    return {
        "wins": result.wins,
        "losses": result.losses,
        "ties": result.ties,
        "win_ratio": result.win_ratio.value,
        "net_benefit": result.net_benefit.value,
        "win_odds": result.win_odds.value,
    }


def _wins(endpoints: list[Endpoint], treated: NDArray[np.bool_]) -> dict[str, Any]:
    result = win_statistics(endpoints, treated, variance=WinVariance.NULL)
    estimates = {"win_ratio": result.win_ratio, "net_benefit": result.net_benefit, "win_odds": result.win_odds}
    return {name: e[:3] for name, e in estimates.items()} | {
        "p_win": result.win_probability,
        "p_loss": result.loss_probability,
        "z": [e.z for e in estimates.values()],
    }


def _wins_binary(given: Inputs) -> dict[str, Any]:
    outcome = np.concatenate([np.repeat(np.arange(8), given[arm]) for arm in ("a", "b")])
    treated = np.arange(outcome.size) < sum(given["a"])
    return _wins([Measured((outcome >> k & 1).astype(float)) for k in (2, 1, 0)], treated)


def _wins_continuous(given: Inputs) -> dict[str, Any]:
    treated = np.array([arm == "A" for arm in given["order"]])
    result = _wins([Measured(np.arange(treated.size, dtype=float))], treated)
    return result | {"z": result["z"][0]}


def _repeated(
    given: Inputs,
    terms: list[Any],
    options: Options | None = None,
    structure: Covariance | None = None,
    group: str | None = None,
) -> RepeatedMeasuresFit:
    names = {"outcome": "FEV1", "patient": "USUBJID", "visit": "AVISIT"}
    return mmrm(given["data"], terms=terms, structure=structure, covariance_group=group, options=options, **names)


FULL: list[Any] = ["RACE", "SEX", "ARMCD", "AVISIT", ("ARMCD", "AVISIT")]
REFERENCES = Options(references={"SEX": "Male"})


def _mmrm(given: Inputs) -> dict[str, Any]:
    fit = _repeated(given, FULL, REFERENCES)
    order = [fit.visits.index(v) for v in given["visits"]]
    tests: dict[str, Contrast] = {name: fit.coefficient(name) for name in fit.design.columns}
    return {
        "minus2_res_loglik": fit.minus_two_log_likelihood,
        "aic": fit.aic,
        "bic": fit.bic,
        "covariance": fit.visit_covariance()[np.ix_(order, order)],
        "coef": {name: t.estimate for name, t in tests.items()},
        "se": {name: t.std_error for name, t in tests.items()},
        "df": {name: t.df for name, t in tests.items()},
    }


def _means(given: Inputs) -> dict[str, Any]:
    fit = _repeated(given, FULL, REFERENCES)
    means = {
        arm: [fit.least_squares_mean({"ARMCD": arm, "AVISIT": visit}) for visit in VISITS] for arm in ("PBO", "TRT")
    }
    gaps = [fit.difference({"ARMCD": "TRT", "AVISIT": v}, {"ARMCD": "PBO", "AVISIT": v}) for v in VISITS]
    names = {"lsmean": "estimate", "se": "std_error", "df": "df"}
    return {
        name: {arm: [getattr(m, field) for m in row] for arm, row in means.items()} for name, field in names.items()
    } | {
        "difference": [g.estimate for g in gaps],
        "difference_se": [g.std_error for g in gaps],
        "difference_df": [g.df for g in gaps],
        "difference_p": [g.p for g in gaps],
    }


def _type_iii(given: Inputs) -> dict[str, Any]:
    fit = _repeated(given, FULL, REFERENCES)
    terms = {"arm": "ARMCD", "visit": "AVISIT", "interaction": ("AVISIT", "ARMCD"), "race": "RACE", "sex": "SEX"}
    tests = {name: fit.type_iii(term) for name, term in terms.items()}
    fields = {"f": "f", "ndf": "numerator", "ddf": "denominator", "p": "p"}
    return {name: {k: getattr(t, field) for k, t in tests.items()} for name, field in fields.items()}


def _mean_alone(given: Inputs) -> dict[str, Any]:
    fits: dict[str, dict[str, float]] = {"minus2loglik": {}, "estimate": {}, "se": {}}
    for method in Method:
        fit = _repeated(given, [], Options(method=method))
        mean = fit.coefficient("intercept")
        values = fit.minus_two_log_likelihood, mean.estimate, mean.std_error
        for name, value in zip(fits, values, strict=True):
            fits[name][method.value] = value
    return fits


def _kenward_roger(given: Inputs) -> dict[str, Any]:
    fit = _repeated(given, ["ARMCD"], Options(degrees_of_freedom=DegreesOfFreedom.KENWARD_ROGER))
    arm = fit.coefficient("ARMCD[TRT]")
    return {"se": arm.std_error, "df": arm.df}


STRUCTURES: dict[str, Covariance] = {
    "ar1": Autoregressive(),
    "ar1h": Autoregressive(heterogeneous=True),
    "cs": CompoundSymmetry(),
    "csh": CompoundSymmetry(heterogeneous=True),
    "toep": Toeplitz(),
    "toeph": Toeplitz(heterogeneous=True),
    "adh": AnteDependence(heterogeneous=True),
    "sp_exp": SpatialExponential(coordinates=("VISITN",)),
    "sp_exp2": SpatialExponential(coordinates=("VISITN", "VISITN2")),
    "sp_gau": SpatialGaussian(coordinates=("VISITN",)),
}
"""Covariance structures by the names of common programs."""


def _structures(given: Inputs) -> dict[str, Any]:
    values: dict[str, dict[str, float]] = {"minus2loglik": {}, "estimate": {}, "se": {}, "df": {}}
    for case in given["cases"]:
        name, method, *by_arm = case.split("-", 2)
        fit = _repeated(
            given, [], Options(method=Method(method.upper())), STRUCTURES[name], "ARMCD" if by_arm else None
        )
        mean = fit.coefficient("intercept")
        numbers = fit.minus_two_log_likelihood, mean.estimate, mean.std_error, mean.df
        for quantity, number in zip(values, numbers, strict=True):
            values[quantity][case] = number
    return values


def _kenward_roger_structures(given: Inputs) -> dict[str, Any]:
    values: dict[str, dict[str, float]] = {"se": {}, "df": {}}
    for case in given["cases"]:
        name, _, linear = case.partition("-")
        by = DegreesOfFreedom.KENWARD_ROGER_LINEAR if linear else DegreesOfFreedom.KENWARD_ROGER
        arm = _repeated(given, ["ARMCD"], Options(degrees_of_freedom=by), STRUCTURES[name]).coefficient("ARMCD[TRT]")
        values["se"][case], values["df"][case] = arm.std_error, arm.df
    return values


COMPUTATIONS: dict[str, Callable[[Inputs], dict[str, Any]]] = {
    "pbc-logrank": _log_rank,
    "pbc-km-rmst": _kaplan_meier,
    "survrm2-pbc": _restricted_means,
    "pbc-cox": _cox,
    "pbc-zph": _proportional_hazards,
    "pbc-winratio": _win_ratio,
    "wins-binary": _wins_binary,
    "wins-continuous": _wins_continuous,
    "mmrm-us-reml": _mmrm,
    "mmrm-lsmeans": _means,
    "mmrm-type3": _type_iii,
    "mmrm-simple": _mean_alone,
    "mmrm-kr": _kenward_roger,
    "mmrm-structures": _structures,
    "mmrm-kr-structures": _kenward_roger_structures,
}
COMPUTATIONS |= competing_risks.COMPUTATIONS | risk_scores.COMPUTATIONS
