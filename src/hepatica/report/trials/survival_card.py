"""Card of expected survival, which says unasked where hazards are not proportional and what to analyse instead."""

from __future__ import annotations

import numpy as np

from hepatica.card import Card
from hepatica.report.trials.names import hypothesis_name, words_table
from hepatica.report.trials.trial_figures import draw_survival
from hepatica.trials.analysis.required_size import Method
from hepatica.trials.analysis.survival_comparison import OFFERED, HazardPattern
from hepatica.trials.virtual.characteristics import TrialCharacteristics
from hepatica.trials.virtual.effects import hazard_course
from hepatica.words import say

MOST_PATIENTS = 100_000  # beyond which a size is none


def survival_card(found: TrialCharacteristics, lang: str) -> Card:
    """Card of the expected survival of the arms, of hazard ratios over time and of the sizes that analyses need.

    Parameters
    ----------
    found : TrialCharacteristics
        Of the trial.
    lang : str
        Language.
    """
    e, trial = found.eligible, found.trial
    names = {method: say(f"trial_analysis.method_{method.name.lower()}", lang) for method in Method}
    text = [say("trial.survival_text", lang, eligible=len(e.patients), screened=e.screened)]
    rows = []
    for h in found.hypotheses:
        for a in range(1, len(trial.arm)):
            course, own = hazard_course(trial, h.effects.survival, a), hypothesis_name(h.hypothesis, lang)
            ratios = [f"{v:.2f}" if np.isfinite(v) else "–" for v in (course.early, course.late)]
            sizes = [f"{np.ceil(n):,.0f}" if n < MOST_PATIENTS else "–" for n in course.sizes.values()]
            rows.append([own, trial.arm[a].name, f"{course.cut:g}", *ratios, *sizes])
            if course.pattern not in (HazardPattern.PROPORTIONAL, HazardPattern.UNKNOWN):
                given = {"hypothesis": own, "arm": trial.arm[a].name, "day": f"{course.cut:g}"}
                given |= {"early": ratios[0], "late": ratios[1]}
                offer = say("trial_analysis.joined", lang).join(names[m] for m in OFFERED[course.pattern])
                line = say(f"trial.hazards_{course.pattern.value}", lang, **given)
                text.append(line + say("trial.hazards_offer", lang, methods=offer))
    if len(text) == 1:
        text.append(say("trial.hazards_proportional", lang))
    text.append(say("trial.hazards_sizes", lang, power=f"{100 * trial.analysis.power:g}"))
    table = words_table(rows, ("hypothesis", "arm", "half", "ratio_early", "ratio_late"), lang, [*names.values()])
    return Card(
        "survival",
        say("trial.survival_title", lang),
        tuple(text),
        table,
        lambda: draw_survival(found, lang),
        say("trial.survival_alt", lang),
        say("common.research_use", lang),
    )
