"""Computations of the reference sets of risk scores, by name, for the exam and the tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepatica.trials.analysis.cox.fit import CoxFit, cox
from hepatica.trials.analysis.risk_scores.calibration import brier_score
from hepatica.trials.analysis.risk_scores.discrimination import concordance, time_dependent_auc

Array = NDArray[np.float64]
Inputs = Mapping[str, Any]
DEATH = 2


def _scores(pbc: Inputs) -> dict[str, tuple[CoxFit, Array]]:
    """Cox models of the Mayo score's covariates and of log bilirubin alone, with their covariates."""
    columns = [pbc["age"], np.log(pbc["bili"]), pbc["albumin"], pbc["edema"], np.log(pbc["protime"])]
    mayo = np.column_stack(columns).astype(float)
    time, dead = pbc["time"], pbc["status"] == DEATH
    return {name: (cox(time, dead, x), x) for name, x in (("mayo", mayo), ("bili", mayo[:, 1:2]))}


def _concordance(given: Inputs) -> dict[str, Any]:
    pbc = given["data"]
    fit, x = _scores(pbc)["mayo"]
    result = concordance(pbc["time"], pbc["status"] == DEATH, fit.risk_score(x))
    return {
        "C": result.value,
        "se": result.std_error,
        "concordant": result.concordant,
        "discordant": result.discordant,
        "tied_y": result.tied_time,
    }


def _auc(given: Inputs) -> dict[str, Any]:
    pbc = given["data"]
    values: dict[str, Any] = {}
    for name, (fit, x) in _scores(pbc).items():
        area = time_dependent_auc(pbc["time"], pbc["status"] == DEATH, fit.risk_score(x), given["times"])
        values |= {name: area.value, f"{name}_se": area.std_error}
    return values


def _brier(given: Inputs) -> dict[str, Any]:
    pbc = given["data"]
    values: dict[str, Any] = {}
    for name, (fit, x) in _scores(pbc).items():
        risk = 1 - fit.survival(x, given["times"])
        scores = [brier_score(pbc["time"], pbc["status"] == DEATH, risk[:, k], t) for k, t in enumerate(given["times"])]
        values |= {name: [s.value for s in scores], "null": [s.null for s in scores]}
    return values


COMPUTATIONS: dict[str, Callable[[Inputs], dict[str, Any]]] = {
    "pbc-concordance": _concordance,
    "pbc-auc-t": _auc,
    "pbc-brier-t": _brier,
}
