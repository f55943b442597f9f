"""Computations of the reference sets of competing risks, by name, for the exam and the tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hepatica.trials.analysis.competing_risks.cumulative_incidence import cumulative_incidence
from hepatica.trials.analysis.competing_risks.fine_gray import fine_gray
from hepatica.trials.analysis.competing_risks.gray import gray_test
from hepatica.trials.analysis.competing_risks.multi_state import Stays, state_probabilities

Inputs = Mapping[str, Any]
TRANSPLANT, DEATH = 1, 2


def _cumulative_incidence(given: Inputs) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, cause in (("transplant", TRANSPLANT), ("death", DEATH)):
        curve = cumulative_incidence(given["data"]["time"], given["data"]["status"].astype(int), of=cause)
        values[name], std_error = curve.at(given["times"])
        values[f"var_{name}"] = std_error**2
    return values


def _fine_gray(given: Inputs) -> dict[str, Any]:
    pbc = given["data"]
    columns = [pbc["trt"], pbc["age"], np.log(pbc["bili"]), pbc["albumin"], pbc["edema"], np.log(pbc["protime"])]
    x = np.column_stack(columns).astype(float)
    fit = fine_gray(pbc["time"], pbc["status"].astype(int), x, of=DEATH)
    return {"coef": fit.coefficients, "se": fit.std_error, "loglik": fit.log_likelihood[1]}


def _competing_risks(given: Inputs) -> dict[str, Any]:
    data = given["data"]
    time, other, cause, group, stratum = (data[k] for k in ("time", "other_time", "cause", "group", "stratum"))
    values: dict[str, Any] = {}
    for k in (1, 2):
        values[f"cause{k}"], std_error = cumulative_incidence(time, cause, of=k).at(given["times"])
        values[f"var{k}"] = std_error**2
    values["gray_strata"] = [gray_test(time, cause, group, of=k, strata=stratum).chi_square for k in (1, 2)]
    values["gray"] = [gray_test(other, cause, group, of=k).chi_square for k in (1, 2)]
    values["gray_rho1"] = [gray_test(time, cause, group, of=k, rho=1).chi_square for k in (1, 2)]
    values["gray_ties"] = [gray_test(np.ceil(5 * time), cause, group, of=k).chi_square for k in (1, 2)]
    rest = np.ones(len(time), dtype=bool)
    rest[[0, 9, 19]] = False  # whose first covariate the program was told is missing
    x = np.column_stack([data["x1"], data["x2"], data["x3"]])[rest]
    plain = fine_gray(time[rest], cause[rest], x, of=1)
    moving = fine_gray(
        time[rest],
        cause[rest],
        x,
        of=1,
        time_varying=x[:, [0, 0]],
        functions=lambda t: np.column_stack([t, t**2]),
    )
    for name, fit in (("crr", plain), ("crr_time", moving)):
        values |= {f"{name}_coef": fit.coefficients, f"{name}_se": fit.std_error}
    return values


def _multi_state(given: Inputs) -> dict[str, Any]:
    pbc, values = given["data"], {}
    for arm in (1, 2):
        mine = pbc["trt"] == arm
        stays = Stays.competing(pbc["time"][mine], pbc["status"][mine].astype(int), ("alive", "transplant", "death"))
        values[f"trt{arm}"] = state_probabilities(stays).at(given["times"])[0]
    return values


COMPUTATIONS: dict[str, Callable[[Inputs], dict[str, Any]]] = {
    "pbc-cif": _cumulative_incidence,
    "pbc-finegray": _fine_gray,
    "cmprsk-selftest": _competing_risks,
    "pbc-multistate": _multi_state,
}
