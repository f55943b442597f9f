"""The decision in words: what can be said, what cannot, and what it hangs on."""

from __future__ import annotations

import numpy as np

from hepatica.answering import Answer
from hepatica.dosing.decision import Decision
from hepatica.dosing.nested import Split
from hepatica.report.figures import arm_name
from hepatica.words import say


def number(value: float) -> str:
    """One decimal, and no minus before a zero."""
    return f"{value:.1f}".replace("-0.0", "0.0") if abs(value) < 0.05 else f"{value:.1f}"


def interval(s: Split, lang: str, scale: float = 1.0) -> str:
    """A mean with its 90 % interval."""
    mean, low, high = (number(scale * v) for v in (s.mean, s.low, s.high))
    return say("decision.interval", lang, mean=mean, low=low, high=high)


def deciding(d: Decision, lang: str) -> str:
    """The assumptions that decide, those that were found to move the gain first."""
    names = [a.label for a in d.assumptions[:3]]
    best = {h.best for h in d.by_hypothesis}
    if len(best) > 1 or not names:
        names.insert(0, say("decision.which_hypothesis", lang))
    return say("decision.separator", lang).join(f"*{n}*" for n in names)


def verdict(answer: Answer, lang: str) -> str:
    """The first sentence of every answer."""
    d = answer.decision
    top = f"**{arm_name(d.arms[d.top].name, lang)}**"
    if not any(a.regimen.gives_cells for a in d.arms):
        return say("decision.no_cells_asked", lang)
    if d.confident:
        return say("decision.confident", lang, regimen=top)
    if d.gives_cells:
        return say("decision.cannot_tell", lang, assumptions=deciding(d, lang), regimen=top)
    if d.regret[:, d.top].max() == np.inf or not np.isfinite(d.regret[:, d.top]).all():
        return say("decision.none_admissible", lang)
    return say("decision.care_first", lang, assumptions=deciding(d, lang), regimen=top)


def benefit(answer: Answer, lang: str) -> list[str]:
    """Gain of the top-ranked regimen and of the runner-up, per hypothesis."""
    d, lines = answer.decision, []
    for k, h in enumerate(d.by_hypothesis):
        again = d.confirmed[k] if d.confirmed else None
        gain = again.gain if again else h.gain[d.top]
        alive = again.survival_gain if again else h.survival_gain[d.top]
        best = h.runner_up if h.best == d.top else h.best
        lines.append(
            say(
                "decision.gain",
                lang,
                hypothesis=say(f"common.{h.hypothesis}", lang),
                gain=interval(gain, lang),
                survival=interval(alive, lang, 100.0),
                between=f"{gain.between:.0f}",
                chance=f"{100 * gain.above_zero:.0f}",
                other=arm_name(d.arms[best].name, lang),
                other_gain=interval(h.gain[best], lang),
            )
        )
    return lines


def harm(answer: Answer, lang: str) -> list[str]:
    """Excess harms of the top-ranked regimen, the larger of the hypotheses."""
    d, utility, parts = answer.decision, answer.study.utility.utility(), []
    for name in ("thrombosis", "reaction", "procedure", "infection"):
        worst = max((h.excess[name][d.top] for h in d.by_hypothesis), key=lambda s: s.mean)
        limit = utility.harm(name).limit
        parts.append(
            say(
                "decision.harm",
                lang,
                harm=say(f"decision.{name}", lang),
                excess=interval(worst, lang, 100.0),
                limit=say("decision.limit", lang, limit=f"{100 * limit:.0f}") if np.isfinite(limit) else "",
            )
        )
    return [say("decision.harms", lang, harms=say("decision.separator", lang).join(parts))]


def caveats(answer: Answer, lang: str) -> list[str]:
    """What a reader must know before using the number."""
    d, found = answer.decision, []
    if d.gives_cells and d.edges:
        axes = say("decision.separator", lang).join(say(f"decision.edge_{e}", lang) for e in d.edges)
        found.append(say("decision.edge", lang, axes=axes))
    if d.beyond_given:
        found.append(say("decision.beyond", lang))
    if answer.population.extrapolation:
        found.append(say("decision.extrapolation", lang, why=answer.population.extrapolation))
    if answer.failed:
        found.append(say("decision.failed", lang, n=answer.failed))
    found.append(say("common.research_use", lang))
    return found
