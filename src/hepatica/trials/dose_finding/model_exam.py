"""Computations of the reference sets of model-based designs and of designs by response, for the exam and the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hepatica.trials.dose_finding.characteristics import joint_truth, toxicity_truth
from hepatica.trials.dose_finding.model_based.crm import Crm
from hepatica.trials.dose_finding.model_based.posterior import PRIOR_SD, CrmFit, fit_crm
from hepatica.trials.dose_finding.model_based.sample_size import crm_sample_size
from hepatica.trials.dose_finding.model_based.sensitivity import model_sensitivity
from hepatica.trials.dose_finding.model_based.skeleton import calibrate_skeleton
from hepatica.trials.dose_finding.model_based.working_models import Empiric, Logistic
from hepatica.trials.dose_finding.replay import follow, read_history
from hepatica.trials.dose_finding.response.boin12 import Boin12, rank_desirability
from hepatica.trials.dose_finding.response.utility import Limits, Utility
from hepatica.trials.dose_finding.simulation import simulate
from hepatica.trials.dose_finding.time_to_event.follow_up import PowerWeight, Snapshot

Inputs = Mapping[str, Any]


def _numbers(fit: CrmFit) -> dict[str, Any]:
    return {
        "mtd": fit.level + 1,
        "beta": fit.beta,
        "post_var": fit.variance,
        "ptox": fit.toxicity,
        "ptox_low90": fit.low,
        "ptox_high90": fit.high,
    }


def _crm_fit(given: Inputs) -> dict[str, Any]:
    return _numbers(
        fit_crm(
            given["skeleton"],
            given["target"],
            np.array(given["level"]) - 1,
            given["tox"],
            model=Logistic(float(given["intercept"])) if "intercept" in given else Empiric(),
            prior_sd=None if given.get("likelihood") else PRIOR_SD,
        )
    )


def _tite_crm(given: Inputs) -> dict[str, Any]:
    level, toxic = np.array([given["level"]]) - 1, np.array([given["tox"]]) > 0
    seen = Snapshot(level, np.minimum(np.array([given["followup"]]) / given["window"], 1.0), toxic)
    weights = PowerWeight().of(seen)[0]
    fit = fit_crm(given["skeleton"], given["target"], level[0], given["tox"], weights=weights)
    return {**_numbers(fit), "weights": weights}


def _skeletons(given: Inputs) -> dict[str, Any]:
    models = {"logistic": Logistic(), "empiric": Empiric()}
    return {
        "skeletons": [
            calibrate_skeleton(c["halfwidth"], c["target"], c["nu"] - 1, c["levels"], model=models[c["model"]])
            for c in given["cases"]
        ]
    }


def _sensitivity(given: Inputs) -> dict[str, Any]:
    model = Logistic(float(given["intercept"]))
    return {"breaks": model_sensitivity(given["skeleton"], given["target"], model=model).breaks}


def _crm_characteristics(given: Inputs) -> dict[str, Any]:
    skeleton = tuple(given["skeleton"])
    design = Crm(
        levels=len(skeleton),
        max_patients=given["n"],
        cohort=given["cohort"],
        start=given["start"] - 1,
        skeleton=skeleton,
        target=given["target"],
    )
    truth = toxicity_truth(given["p_true"], given["target"])
    return {"select": simulate(design, truth, trials=given["trials"]).selection}


def _sample_size(given: Inputs) -> dict[str, Any]:
    case = given["apcs"], given["target"], given["levels"], given["odds_ratio"]
    size = crm_sample_size(*case, largest=40, trials=given["trials"])
    return {"n": size.patients}


def _utility(given: Inputs) -> tuple[Utility, Limits]:
    utility = Utility(neither=given["neither"], both=given["both"])
    return utility, Limits(toxicity=given["phi_t"], response=given["phi_e"])


def _boin12_ranks(given: Inputs) -> dict[str, Any]:
    utility, _ = _utility(given)
    limits = Limits(
        toxicity=given["phi_t"],
        response=given["phi_e"],
        toxicity_cutoff=given["c_t"],
        response_cutoff=given["c_e"],
    )
    table = rank_desirability(given["sizes"], utility, limits)
    return {"rds": [table[n, x, y] for n, x, y in given["rows_n_tox_eff"]]}


def _boin12(given: Inputs, levels: int) -> Boin12:
    utility, limits = _utility(given)
    return Boin12(
        levels=levels,
        max_patients=given["max_n"],
        utility=utility,
        limits=limits,
        explored=given["n_star"],
        stop_at=given["stop_at"],
    )


def _boin12_path(given: Inputs) -> dict[str, Any]:
    design = _boin12(given, given["levels"])
    state, following, going_on = design.begin(1), [], []
    for cohort in read_history(given["path"]):
        state, reason = follow(design, state, cohort)
        following.append(state.level[0] + 1)
        going_on.append(not reason.stops)
    return {"next_dose": following, "continue": going_on}


def _boin12_characteristics(given: Inputs) -> dict[str, Any]:
    truth = joint_truth(given["p_tox"], given["p_eff"], best=given["best"] - 1)
    result = simulate(_boin12(given, len(given["p_tox"])), truth, trials=given["trials"])
    return {"select_pct": {str(level + 1): 100 * share for level, share in enumerate(result.selection)}}


COMPUTATIONS = {
    "crm-fit": _crm_fit,
    "titecrm-linear": _tite_crm,
    "crm-getprior": _skeletons,
    "crm-sens": _sensitivity,
    "crm-getn": _sample_size,
    "crmsim": _crm_characteristics,
    "boin12-rds": _boin12_ranks,
    "boin12-path": _boin12_path,
    "boin12-oc-disagreement": _boin12_characteristics,
}
