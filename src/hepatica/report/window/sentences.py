"""Sentences of a window in the terms in which a dose is discussed; a word needs two Monte-Carlo errors."""

from __future__ import annotations

import numpy as np

from hepatica.dosing.verdict import side
from hepatica.dosing.window.endpoints import EndpointKind, Unit
from hepatica.dosing.window.estimands import PLATEAU, Estimand
from hepatica.report import names
from hepatica.report.window import texts
from hepatica.therapeutic_window.answer import Contrast, TherapeuticWindow
from hepatica.therapeutic_window.contrasts import TELLING, DoseRatio
from hepatica.therapeutic_window.estimates import Window
from hepatica.therapeutic_window.variations import Group
from hepatica.words import say

NOTHING = 0.02  # of a ratio of doses, below which nobody would speak of a saving


def sentences(result: TherapeuticWindow, lang: str) -> list[str]:
    """Dose-response in words, a paragraph per hypothesis and question, then the chance that cells do nothing."""
    made = []
    for h in result.study.hypotheses:
        parts = [*_dose(result, h, lang), _harm(result, h, lang)]
        made.append(say("window.if", lang, hypothesis=names.hypothesis(h, lang), text=" ".join(parts)))
        made += [t for t in (_saving(result, h, lang), _routes(result, h, lang), _splits(result, h, lang)) if t]
    chances = [
        say("window.no_effect_of", lang, chance=f"{100 * p:.0f}", hypothesis=names.hypothesis(h, lang))
        for h, p in result.no_effect.items()
    ]
    made.append(say("window.no_effect", lang, chance=names.listed(chances, lang)))
    return made


def _dose(result: TherapeuticWindow, h: str, lang: str) -> list[str]:
    """Gain by a higher dose, and the plateau."""
    w = result.window(h)
    largest = w.estimates[Estimand.LARGEST]
    size = {"largest": names.number(largest.value), "error": names.number(largest.error)}
    if largest.value < TELLING * largest.error:
        return [say("window.no_gain", lang, **size)]
    half, plateau, fall = (w.estimates[e] for e in (Estimand.ED50, Estimand.PLATEAU, Estimand.FALL))
    made = [
        say(
            "window.rises",
            lang,
            **size,
            best=texts.dose(w, w.estimates[Estimand.BEST].value, lang),
            ed50=texts.dose(w, half.value, lang),
            ed50_mc=texts.interval(w, half.low, half.high, lang),
            ed50_parameters=texts.interval(w, half.parameter_low, half.parameter_high, lang),
            plateau=texts.dose(w, plateau.value, lang),
            plateau_mc=texts.interval(w, plateau.low, plateau.high, lang),
            plateau_parameters=texts.interval(w, plateau.parameter_low, plateau.parameter_high, lang),
        ),
        _next(result, h, w, lang),
    ]
    if fall.reached > 0 and np.isfinite(fall.value):
        mc = texts.interval(w, fall.low, fall.high, lang)
        made.append(say("window.falls", lang, fall=texts.dose(w, fall.value, lang), fall_mc=mc))
    else:
        made.append(say("window.falls_not" if fall.reached < 0 else "window.falls_untold", lang))
    return [*made, _highest(result, h, w, lang)]


def _highest(result: TherapeuticWindow, h: str, w: Window, lang: str) -> str:
    """Rise of the gain to the highest dose simulated, against the tenth of the largest gain that ends a plateau."""
    d, tenth = result.steps[h][-1], (1 - PLATEAU) * w.estimates[Estimand.LARGEST].value
    told = side(d.mean, tenth, d.error)
    low, high = (texts.dose(w, v, lang) for v in result.log_doses[-2:])
    text = {"low": low, "high": high, "step": names.number(d.mean), "error": names.number(d.error)}
    text["tenth"] = names.number(tenth)
    if told > 0:
        return say("window.rises_on", lang, **text)
    return say("window.stops", lang, **text) if told < 0 else say("window.stops_untold", lang, **text)


def _next(result: TherapeuticWindow, h: str, w: Window, lang: str) -> str:
    """The gain of the next dose of the grid above the one of comparison, paired."""
    k = min(result.reference, len(result.log_doses) - 2)
    d = result.steps[h][k]
    key = {1: "window.more_up", -1: "window.more_down", 0: "window.more_same"}[d.sign]
    size = d.mean if d.sign == 0 else abs(d.mean)
    low, high = (texts.dose(w, result.log_doses[k + i], lang) for i in (0, 1))
    text = {"low": low, "high": high, "step": names.number(size), "error": names.number(d.error)}
    if key == "window.more_up":
        return say("window.more_up", lang, **text)
    return say("window.more_down", lang, **text) if key == "window.more_down" else say("window.more_same", lang, **text)


def _harm(result: TherapeuticWindow, h: str, lang: str) -> str:
    """The harm that passes its limit at the lowest dose."""
    at = [
        (w.estimates[Estimand.LIMIT].value, w)
        for w in result.windows
        if (w.hypothesis, w.key, w.endpoint.kind) == (h, "base", EndpointKind.HARM) and np.isfinite(w.limit)
    ]
    passed = [(value, w) for value, w in at if value < np.inf and w.estimates[Estimand.LIMIT].reached > 0]
    if not passed:
        untold = [w.endpoint.label[lang] for _, w in at if w.estimates[Estimand.LIMIT].reached == 0]
        if untold:
            return say("window.no_harm_untold", lang, harms=names.listed(dict.fromkeys(untold), lang))
        return say("window.no_harm", lang)
    _, w = min(passed, key=lambda pair: pair[0])
    e = w.estimates[Estimand.LIMIT]
    return say(
        "window.first_harm",
        lang,
        harm=w.endpoint.label[lang],
        limit=f"{100 * w.limit:g}",
        dose=texts.dose(w, e.value, lang),
        mc=texts.interval(w, e.low, e.high, lang),
        parameters=texts.interval(w, e.parameter_low, e.parameter_high, lang),
    )


def _of(result: TherapeuticWindow, h: str, *groups: Group) -> list[Contrast]:
    return [c for c in result.contrasts if c.hypothesis == h and c.variation.group in groups]


def _times(value: float) -> str:
    return names.number(value, 2 if value < 3 else 1 if value < 10 else 0) if np.isfinite(value) else "∞"


def ratio(r: DoseRatio, lang: str, *, over: str = "mc") -> str:
    """Interval of a ratio, by Monte-Carlo error or over parameters."""
    low, high = (r.low, r.high) if over == "mc" else (r.parameter_low, r.parameter_high)
    return say("window.range", lang, low=_times(low), high=_times(high))


def _saving(result: TherapeuticWindow, h: str, lang: str) -> str:
    """Cells saved by homing and retention."""
    made = []
    for c in _of(result, h, Group.HOMING, Group.RETENTION):
        what, r = texts.level(c.variation, lang), c.ratio
        both = {"mc": ratio(r, lang), "parameters": ratio(r, lang, over="parameters")}
        if abs(r.ratio - 1) < NOTHING or r.sign == 0:
            made.append(say("window.saves_nothing", lang, what=what, ratio=_times(r.ratio), mc=both["mc"]))
        elif r.sign > 0:
            made.append(say("window.saves", lang, what=what, ratio=_times(r.ratio), **both))
        else:
            inverse = r.inverse()
            both = {"mc": ratio(inverse, lang), "parameters": ratio(inverse, lang, over="parameters")}
            made.append(say("window.costs", lang, what=what, ratio=_times(inverse.ratio), **both))
    return " ".join(made)


def _beside(result: TherapeuticWindow, c: Contrast, base: str, lang: str) -> str:
    """One variation in place of the base, with its harms."""

    def points(name: str) -> str:
        d = c.at.get(name)
        return "–" if d is None else texts.with_error(d.mean, d.error, lang, 100.0)

    gain = c.at["net_gain"]
    word = {
        1: say("window.word_better", lang),
        -1: say("window.word_worse", lang),
        0: say("window.word_same", lang),
    }[gain.sign]
    what = texts.level(c.variation, lang)
    return say(
        "window.beside_base",
        lang,
        what=what[:1].upper() + what[1:],
        base=base,
        dose=texts.total(float(result.log_doses[result.reference])),
        gain=texts.with_error(gain.mean, gain.error, lang),
        thrombosis=points("thrombosis"),
        procedure=points("procedure"),
        word=word,
    )


def _routes(result: TherapeuticWindow, h: str, lang: str) -> str:
    """Gain and risk of the hepatic artery or the peripheral vein, whichever is not the base's route."""
    base = names.route(result.base.regimen.route, lang)
    shown = ("hepatic_artery", "peripheral_vein")
    made = [c for c in _of(result, h, Group.ROUTE) if c.variation.regimen.route in shown]
    return " ".join(_beside(result, c, base, lang) for c in made)


def _splits(result: TherapeuticWindow, h: str, lang: str) -> str:
    """Effect of splitting a dose: the fewest and the most infusions beside the base."""
    made = _of(result, h, Group.SPLITTING)
    base = names.schedule(result.base.regimen.infusions, result.base.regimen.interval, lang)
    ends = made if len(made) < 2 else [made[0], made[-1]]
    return " ".join(_beside(result, c, base, lang) for c in ends)


def unit_scale(unit: Unit) -> tuple[float, int]:
    """Factor and digits with which a difference in a unit is printed.

    Examples
    --------
    >>> unit_scale(Unit.PROBABILITY), unit_scale(Unit.DAYS)
    ((100.0, 1), (1.0, 1))
    """
    return (100.0, 1) if unit in (Unit.PROBABILITY, Unit.SHARE) else (1.0, 2 if unit is Unit.PERCENT_AREA else 1)
