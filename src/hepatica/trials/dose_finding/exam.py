"""Computations of the reference sets of dose finding, by name or kind, for the exam and the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hepatica.trials.dose_finding import model_exam
from hepatica.trials.dose_finding.boin import boin, boin_table, boundaries, boundary_row
from hepatica.trials.dose_finding.characteristics import toxicity_truth
from hepatica.trials.dose_finding.enumeration import enumerate_trials
from hepatica.trials.dose_finding.interval_designs import interval_table, mtpi_table
from hepatica.trials.dose_finding.isotonic import estimate_toxicity, nearest_to_target
from hepatica.trials.dose_finding.replay import read_history, replay
from hepatica.trials.dose_finding.simulation import run_trials

Inputs = Mapping[str, Any]


def _boin_lambda(given: Inputs) -> dict[str, Any]:
    low, high = zip(*(boundaries(target) for target in given["target"]), strict=True)
    return {"lambda_e": low, "lambda_d": high}


def _boin_table(given: Inputs) -> dict[str, Any]:
    table = boin_table(given["target"], max(given["n"]))
    rows = [boundary_row(table, n)[1:4] for n in given["n"]]
    return dict(zip(("escalate_if_le", "deescalate_if_ge", "eliminate_if_ge"), zip(*rows, strict=True), strict=True))


def _boin_extra_safe(given: Inputs) -> dict[str, Any]:
    table = boin_table(given["target"], max(given["n"]), offset=0.05)
    return {"stop_if_ge": [boundary_row(table, n).stop_lowest_if_ge for n in given["n"]]}


def _boin_selection(given: Inputs) -> dict[str, Any]:
    toxic, treated = np.array(given["ntox"]), np.array(given["npts"])
    estimate = estimate_toxicity(toxic, treated)
    chosen = nearest_to_target(toxic[None], treated[None], given["target"], np.array([len(toxic) - 1]))
    return {"mtd": chosen[0] + 1, "p_est": estimate.mean, "ci95": np.stack([estimate.low, estimate.high], axis=1)}


def _boin_path(given: Inputs) -> dict[str, Any]:
    design = boin(given["target"], levels=given["doses"], max_patients=3 * len(given["path"]) + 3)
    return {"next_dose": [row.next_level for row in replay(design, read_history(" ".join(given["path"])))]}


def _boin_characteristics(given: Inputs) -> dict[str, Any]:
    """By simulation where the set names a number of trials, else by enumeration."""
    truth = toxicity_truth(given["p_true"], given["target"])
    size = given["max_patients"]
    design = boin(given["target"], len(given["p_true"]), size, stop_at=given.get("stop_at"))
    if "trials" in given:
        state, selected, _ = run_trials(design, truth, np.arange(given["trials"]), 1)
        weight = np.full(len(selected), 1 / len(selected))
    else:
        state, weight, selected, _, _ = enumerate_trials(design, truth)
    treated = state.treated
    over = treated[:, truth.best + 1 :].sum(axis=1) / size  # of the patients planned, as get.oc counts
    return {
        "select_pct": [100 * weight[selected == level].sum() for level in range(design.levels)],
        "stop_pct": 100 * weight[selected < 0].sum(),
        "n_patients": weight @ treated,
        "n_tox": weight @ state.toxic,
        "total_n": weight @ treated.sum(axis=1),
        "overdose60_pct": 100 * weight[over > 0.6].sum(),
        "overdose80_pct": 100 * weight[over > 0.8].sum(),
    }


def _mtpi2(given: Inputs) -> dict[str, Any]:
    table = interval_table(given["target"], 9, below=given["eps1"], above=given["eps2"], cutoff=given["exclusion"])
    return {f"n{n}": np.maximum(table.cells[n, : n + 1], -1) for n in (3, 6, 9)}


def _mtpi(given: Inputs) -> dict[str, Any]:
    table = mtpi_table(given["target"], 9, below=given["eps1"], above=given["eps2"], cutoff=given["exclusion"])
    return {f"n{n}": np.maximum(table.cells[n, : n + 1], -1) for n in (3, 6, 9)}


COMPUTATIONS = {
    **model_exam.COMPUTATIONS,
    "boin-lambda": _boin_lambda,
    "boin-table": _boin_table,
    "boin-extrasafe-030": _boin_extra_safe,
    "boin-mtd-isotonic": _boin_selection,
    "boin-path-jss": _boin_path,
    "boin-oc": _boin_characteristics,
    "mtpi2-decisions": _mtpi2,
    "mtpi-decisions": _mtpi,
}
