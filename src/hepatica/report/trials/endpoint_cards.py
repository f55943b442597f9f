"""Cards of the estimates of a trial's arms, and of its endpoints side by side."""

from __future__ import annotations

import math

from hepatica.card import Card
from hepatica.report.trials.names import hypothesis_name, method_name, percent, words_table
from hepatica.report.trials.trial_figures import draw_endpoints
from hepatica.trials.definition.endpoint import TIME_TO_EVENT, Method
from hepatica.trials.virtual.adaptive.arm_tests import arm_test
from hepatica.trials.virtual.characteristics import TrialCharacteristics
from hepatica.trials.virtual.conduct.scenario import Truth
from hepatica.words import say

MEASURES = {
    Method.RESTRICTED_MEAN: "days",
    Method.PROPORTIONS: "proportions",
    Method.ANCOVA: "means",
    Method.RANK_SUM: "ranks",
    Method.WIN_RATIO: "win_ratio",
}
"""Estimate of each analysis but those of a hazard ratio."""


def estimates_card(found: TrialCharacteristics, lang: str) -> Card:
    """Card of the estimate of each arm against control: true, mean when the trial ends, bias.

    Parameters
    ----------
    found : TrialCharacteristics
        Of the trial.
    lang : str
        Language.
    """
    trial, rows = found.trial, []
    is_ratio = trial.primary.kind in TIME_TO_EVENT and trial.primary.analysis is not Method.RESTRICTED_MEAN
    measure = "hazard_ratio" if is_ratio else MEASURES[trial.primary.analysis]
    for h in found.hypotheses:
        name = hypothesis_name(h.hypothesis, lang)
        o = h.average
        for arm, truth, mean, error in zip(trial.arm[1:], o.truth, o.estimate, 1.96 * o.estimate_error, strict=True):
            if measure in ("hazard_ratio", "win_ratio"):
                value, half = math.exp(mean), math.exp(mean) * error
                numbers = [f"{math.exp(truth):.2f}", f"{value:.2f} ± {half:.2f}", f"× {math.exp(mean - truth):.2f}"]
            else:
                numbers = [f"{truth:.3g}", f"{mean:.3g} ± {error:.2g}", f"{mean - truth:+.2g}"]
            rows.append([name, arm.name, *numbers])
    text = say("trial.estimates_text", lang, measure=say(f"trial.measure_{measure}", lang), endpoint=trial.primary.name)
    return Card(
        "estimates",
        say("trial.estimates_title", lang),
        (text,),
        words_table(rows, ("hypothesis", "arm", "true", "mean_estimate", "bias"), lang),
        note=say("common.research_use", lang),
    )


def endpoints_card(found: TrialCharacteristics, lang: str) -> Card:
    """Card of every endpoint's power, assurance and type I error.

    Parameters
    ----------
    found : TrialCharacteristics
        Of the trial.
    lang : str
        Language.
    """
    rows = []
    several = len(found.trial.arm) > 2
    for h in found.hypotheses:
        for e in found.trial.endpoint:
            rates = [percent(h.endpoints[e.name][truth]) for truth in Truth]
            over = [say(f"trial.arm_test_{arm_test(found.trial, e).value}", lang)] if several else []
            rows.append([hypothesis_name(h.hypothesis, lang), e.name, method_name(e, lang), *over, *rates])
    heads = ("hypothesis", "endpoint", "method", *(["arm_test"] if several else []), "power", "assurance", "error")
    text = [say("trial.endpoints_text", lang, alpha=f"{found.trial.analysis.alpha:g}")]
    text += [say("trial.endpoints_arms", lang)] if several else []
    return Card(
        "endpoints",
        say("trial.endpoints_title", lang),
        tuple(text),
        words_table(rows, heads, lang),
        lambda: draw_endpoints(found, lang),
        say("trial.endpoints_alt", lang),
        say("common.research_use", lang),
    )
