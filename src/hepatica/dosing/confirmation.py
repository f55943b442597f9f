"""Confirmation of a decision: its leaders again, on equal terms, in fresh patients."""

from __future__ import annotations

import numpy as np
import xarray as xr

from hepatica.dosing.assumptions import rank_assumptions
from hepatica.dosing.conclusion import conclude, predictive_of
from hepatica.dosing.decision import Decision, between_trials, conclude_decision
from hepatica.dosing.readers import PRIOR_EFFECT, Effect, learning_of
from hepatica.dosing.utility import Utility, evaluate_benefit
from hepatica.dosing.verdict import Thresholds
from hepatica.patients import Cohort


def confirm(
    decision: Decision,
    datasets: list[xr.Dataset],
    utility: Utility,
    cohort: Cohort,
    thresholds: Thresholds | None = None,
    *,
    prior_effect: Effect = PRIOR_EFFECT,
) -> Decision:
    """Decision confirmed: standard care and all leaders evaluated again, on equal terms, in fresh patients.

    Parameters
    ----------
    decision : Decision
        Decision to confirm.
    datasets : list of Dataset
        One per hypothesis, arms as the leaders of the conclusion.
    utility : Utility
        Benefit, harms and burden.
    cohort : Cohort
        The patients of these datasets, none of which the search has seen.
    thresholds : Thresholds, optional
        Of the verdict.
    prior_effect : Effect
        Mean and SD of the log odds ratio of survival under the model's priors, against which readers' priors are held
        where the draws of the cohort do not state what learning did to it.
    """
    t = thresholds or Thresholds()
    columns = [x.arm for x in decision.conclusion.leaders]
    weight, predictive, gains = cohort.covariate("body_weight"), [], []
    for ds, null in zip(datasets, decision.null_effect_probability, strict=True):
        hypothesis = str(ds.attrs["hypothesis"])
        benefit = evaluate_benefit(ds, [decision.arms[a] for a in columns], utility, weight)
        gains.append(benefit.net - benefit.net[0])
        predictive.append(
            predictive_of(
                benefit,
                cohort.draw,
                hypothesis=hypothesis,
                null_effect_probability=null,
                trial_sd=between_trials(cohort, hypothesis),
            )
        )
    conclusion = conclude(
        decision.arms,
        columns,
        predictive,
        utility.harms,
        t,
        patients=len(cohort.patient),
        seed=int(cohort.seed),
        prior_effect=learning_of(cohort.known) or prior_effect,
    )
    net_gain = np.mean([g[conclusion.column(conclusion.dose)] for g in gains], axis=0)
    return conclude_decision(
        arms=decision.arms,
        by_hypothesis=decision.by_hypothesis,
        regret=decision.regret,
        conclusion=conclusion,
        is_confirmed=True,
        cohort=cohort,
        assumptions=rank_assumptions(net_gain, cohort, [p.hypothesis for p in predictive]),
        credible_set=decision.credible_set,
        null_effect_probability=decision.null_effect_probability,
    )
