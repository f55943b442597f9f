"""Card and sentence of an adaptive design: what the trial changes on the way, and how the protocol says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hepatica.card import Card
from hepatica.report.trials.names import hypothesis_name
from hepatica.trials.definition.endpoint import TIME_TO_EVENT, Kind
from hepatica.words import say

if TYPE_CHECKING:
    from hepatica.trials.definition.trial import Trial
    from hepatica.trials.virtual.characteristics import TrialCharacteristics

AS_THEY_ARE = ("second_stage", "closed", "size_over_plan", "nuisance")  # quantities that are no shares


def adaptation_card(found: TrialCharacteristics, lang: str = "en") -> Card:
    """Card of what an adaptive design has changed, in the mean over trials of each truth.

    Parameters
    ----------
    found : TrialCharacteristics
        Of a trial with an adaptive design.
    lang : str
        Language.
    """
    rows = []
    for h in found.hypotheses:
        for key in h.average.adapted:
            name, _, arm = key.partition(":")
            values = [o.adapted[key] for o in (h.average, h.drawn, h.null)]
            shown = [f"{v:.2f}" if name in AS_THEY_ARE else f"{100 * v:.1f}" for v in values]
            rows.append([hypothesis_name(h.hypothesis, lang), _quantity(found.trial, name, arm, lang), *shown])
    heads = ("hypothesis", "quantity", "power", "assurance", "error")
    return Card(
        "adaptation",
        say("trial.adaptation_title", lang),
        (adaptive_sentence(found.trial, lang), say("trial.adaptation_text", lang)),
        pd.DataFrame(rows, columns=[say(f"trial.column_{head}", lang) for head in heads]),
        note=say("common.research_use", lang),
    )


def _quantity(trial: Trial, name: str, arm: str, lang: str) -> str:
    """Name of a quantity that the design has changed."""
    if name == "nuisance":
        e = trial.primary
        name = "chance" if e.kind in TIME_TO_EVENT else "proportion" if e.kind is Kind.PROPORTION else "sd"
    if name == "model":
        arm = say(f"trial.shape_{arm}", lang)
    share = f"{100 * trial.mcp_mod.share:g}" if trial.mcp_mod else ""
    return say(f"trial.adapted_{name}", lang, arm=arm, share=share)


def adaptive_sentence(trial: Trial, lang: str = "en") -> str:
    """Sentence of the protocol about the adaptive design of a trial that has one.

    Parameters
    ----------
    trial : Trial
        With a table of an adaptive design.
    lang : str
        Language.
    """
    values = getattr(trial, trial.adaptive).model_dump(mode="json")
    if trial.response_adaptive is not None:
        values |= {"test": say(f"trial.adapted_test_{trial.response_adaptive.test.value}", lang)}
    elif trial.re_estimation is not None:
        rule = trial.re_estimation
        values = {
            "most": f"{rule.max_increase:g}",
            "least": f"{100 * rule.least:g}",
            "target": f"{100 * rule.target:g}",
        }
    elif trial.bayesian is not None:
        b = trial.bayesian
        stated = {"mean": f"{b.prior_mean:g}", "sd": "" if b.prior_sd is None else f"{b.prior_sd:g}"}
        prior = say("trial.prior_flat", lang) if b.prior_sd is None else say("trial.prior_normal", lang, **stated)
        stated_levels = b.efficacy if isinstance(b.efficacy, tuple) else (b.efficacy,)
        levels = " / ".join(f"{p:g}" for p in stated_levels if p is not None)
        calibrated = say("trial.calibrated_level", lang, alpha=f"{100 * trial.analysis.alpha:g}")
        values = {"margin": f"{b.margin:g}", "efficacy": levels or calibrated, "prior": prior}
    elif trial.platform is not None:
        p = trial.platform
        look = {"first": p.first, "lag": f"{p.lag:g}", "futility": f"{p.futility:g}"}
        values = {
            "per_arm": p.per_arm,
            "controls": say(f"trial.controls_{'concurrent' if p.concurrent else 'all'}", lang),
            "dropped": say("trial.platform_looks", lang, **look) if p.first else say("trial.platform_no_looks", lang),
        }
    elif trial.blinded_re_estimation is not None:
        values = {"first": trial.blinded_re_estimation.first, "effect": f"{trial.blinded_re_estimation.effect:g}"}
        values["most"] = f"{trial.blinded_re_estimation.max_increase:g}"
    elif trial.mcp_mod is not None:
        m = trial.mcp_mod
        shapes = say("decision.separator", lang).join(say(f"trial.shape_{c.shape.value}", lang) for c in m.model)
        choice = say(f"trial.choice_{m.choice.value}", lang)
        values = {"shapes": shapes, "effect": f"{m.effect:g}", "choice": choice}
    elif trial.seamless is not None:
        s = trial.seamless
        values = {"first": s.first, "lag": f"{s.lag:g}", "rule": s.selection.value, "test": s.test.value}
    elif trial.enrichment is not None:
        e = trial.enrichment
        values = {"first": e.first, "lag": f"{e.lag:g}", "subgroup": e.subgroup, "test": e.test.value}
    return say(f"trial.adaptive_{trial.adaptive}", lang, **values)
