"""Cards of the control of one attribute."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepatica.card import Card
from hepatica.manufacturing.quality.charts.chart import Chart
from hepatica.manufacturing.quality.control import SHIFTS, ControlStudy
from hepatica.report.quality import figures
from hepatica.words import say

FEW_POINTS = 20  # below which limits of phase I are called uncertain
MOST_NAMED = 12
RULE_WORDS = {
    "1 beyond 3 sigma": "beyond",
    "2 of 3 beyond 2 sigma": "two_of_three",
    "4 of 5 beyond 1 sigma": "four_of_five",
    "8 on one side": "run_of_8",
    "9 on one side": "run_of_9",
    "6 rising or falling": "trend",
    "14 alternating": "alternating",
    "15 within 1 sigma": "within",
    "8 beyond 1 sigma on both sides": "both_sides",
}


def number(value: float) -> str:
    """Number in five significant digits, without an exponent where it is of ordinary size.

    Examples
    --------
    >>> number(74.001176), number(1.0e6), number(float("inf"))
    ('74.001', '1e+06', 'inf')
    """
    return f"{value:.5g}"


def percent(share: float) -> str:
    """Share in percent, a very small or large one not as zero or all.

    Examples
    --------
    >>> percent(0.953), percent(1e-9), percent(0.99997)
    ('95.3 %', '< 0.01 %', '> 99.99 %')
    """
    if 0.0 < share < 1e-4:
        return "< 0.01 %"
    return "> 99.99 %" if 0.9999 < share < 1.0 else f"{100 * share:.4g} %"


def chance(probability: float) -> str:
    """Computed probability in percent: an error that is normal leaves none at zero or at one.

    Examples
    --------
    >>> chance(1.0), chance(0.0), chance(0.8211), chance(float("nan"))
    ('> 99.99 %', '< 0.01 %', '82.11 %', '–')
    """
    return "–" if np.isnan(probability) else percent(min(max(probability, 1e-9), 1.0 - 1e-9))


def rule_text(name: str, lang: str) -> str:
    """Run rule in words; one of the user's own has its name."""
    return say(f"quality.rule_{RULE_WORDS[name]}", lang) if name in RULE_WORDS else name


def named(result: ControlStudy, at: np.ndarray, lang: str) -> str:
    """Labels of points, the first dozen."""
    names = [result.labels[i] for i in at[:MOST_NAMED].tolist()]
    if at.size > MOST_NAMED:
        names.append(say("quality.more", lang, n=at.size - MOST_NAMED))
    return say("decision.separator", lang).join(names) if names else say("quality.none", lang)


def control_cards(result: ControlStudy, lang: str) -> tuple[Card, ...]:
    """All cards, the chart first.

    Parameters
    ----------
    result : ControlStudy
        What was computed.
    lang : str
        Language.
    """
    made = [_chart(result, lang)]
    if result.spread is not None:
        alt = say("quality.alt_spread", lang)
        text = (_limits(result.spread, lang),)
        title = say("quality.card_spread", lang)
        made.append(Card("spread", title, text, figure=lambda: figures.spread_figure(result, lang), alt=alt))
    if result.ewma is not None and result.cusum is not None:
        made.append(_sums(result, lang))
    made.append(_lengths(result, lang))
    if result.capability is not None:
        made.append(_capability(result, lang))
    if result.tolerance is not None:
        made.append(_tolerance(result, lang))
    return tuple(made)


def _limits(chart: Chart, lang: str) -> str:
    centre, lower, upper = (number(float(a[-1])) for a in (chart.centre, chart.lower, chart.upper))
    if chart.sigma != chart.sigma:
        return say("quality.limits_count", lang, centre=centre, lower=lower, upper=upper)
    return say("quality.limits", lang, centre=centre, lower=lower, upper=upper, sigma=number(chart.sigma))


def _chart(result: ControlStudy, lang: str) -> Card:
    chart = result.chart
    size = chart.phase_1 - len(chart.excluded)
    text = [say("quality.in_control" if result.is_in_control else "quality.out_of_control", lang, n=size)]
    if chart.phase_1 < chart.points.size:
        new = result.alarms[result.alarms >= chart.phase_1]
        text.append(say("quality.new_alarms", lang, alarms=new.size, n=chart.points.size - chart.phase_1))
    if size < FEW_POINTS:
        text.append(say("quality.few", lang, n=size))
    text.append(_limits(chart, lang))
    rows = [
        (f"{k}: {rule_text(rule, lang)}", named(result, at, lang))
        for k, (rule, at) in enumerate(result.signals.items(), 1)
    ]
    return Card(
        "answer",
        say("quality.card_chart", lang),
        tuple(text),
        pd.DataFrame(rows, columns=[say("quality.rule", lang), say("quality.alarms_at", lang)]),
        lambda: figures.chart_figure(result, lang),
        say("quality.alt_chart", lang),
    )


def _sums(result: ControlStudy, lang: str) -> Card:
    assert result.ewma is not None and result.cusum is not None
    said = [
        say("quality.beyond", lang, points=named(result, at, lang)) if at.size else say("quality.none", lang)
        for at in (result.ewma.beyond, result.cusum.beyond)
    ]
    text = (say("quality.sums", lang, ewma=said[0], cusum=said[1]),)
    alt = say("quality.alt_sums", lang)
    title = say("quality.card_sums", lang)
    return Card("sums", title, text, figure=lambda: figures.sums_figure(result, lang), alt=alt)


def _lengths(result: ControlStudy, lang: str) -> Card:
    lengths = result.run_lengths
    table = pd.DataFrame(
        {
            say("quality.shift", lang): [f"{s:g}" for s in SHIFTS],
            say("quality.rules_together", lang): [f"{x:.4g}" for x in lengths.rules],
            "EWMA": [f"{x:.4g}" for x in lengths.ewma],
            "CUSUM": [f"{x:.4g}" for x in lengths.cusum],
        }
    )
    text = [say("quality.lengths", lang)]
    if lengths.left_out:
        rules = say("decision.separator", lang).join(rule_text(rule, lang) for rule in lengths.left_out)
        text.append(say("quality.lengths_left_out", lang, rules=rules))
    return Card("lengths", say("quality.card_lengths", lang), tuple(text), table)


def _capability(result: ControlStudy, lang: str) -> Card:
    c = result.capability
    assert c is not None
    names = {"Cp": c.cp, "Cpl": c.cpl, "Cpu": c.cpu, "Cpk": c.cpk, "Cpm": c.cpm, "Pp": c.pp, "Ppk": c.ppk}
    rows = [(name, f"{i.value:.3g}", f"{i.low:.3g} – {i.high:.3g}") for name, i in names.items() if i.value == i.value]
    confidence = percent(result.settings.confidence)
    columns = [
        say("quality.index", lang),
        say("quality.value", lang),
        say("quality.interval", lang, confidence=confidence),
    ]
    text = [say("quality.capability", lang, n=c.n, share=chance(c.share_outside), seen=c.seen_outside)]
    if not result.is_in_control:
        text.append(say("quality.capability_unsure", lang))
    return Card("capability", say("quality.card_capability", lang), tuple(text), pd.DataFrame(rows, columns=columns))


def _tolerance(result: ControlStudy, lang: str) -> Card:
    t, s = result.tolerance, result.settings
    assert t is not None
    if np.isfinite(t.lower) and np.isfinite(t.upper):
        where = say("quality.between", lang, lower=number(t.lower), upper=number(t.upper))
    elif np.isfinite(t.lower):
        where = say("quality.above", lang, lower=number(t.lower))
    else:
        where = say("quality.below", lang, upper=number(t.upper))
    content = percent(t.content)
    text = [
        say(
            "quality.tolerance", lang, confidence=percent(t.confidence), content=content, where=where,
            factor=f"{t.factor:.4g}", n=t.n,
        )
    ]  # fmt: skip
    if (s.lower is not None and t.lower < s.lower) or (s.upper is not None and t.upper > s.upper):
        text.append(say("quality.tolerance_outside", lang, content=content))
    return Card("tolerance", say("quality.card_tolerance", lang), tuple(text))
