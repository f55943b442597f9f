"""Cards of the biomarkers of a study; each says that a marker made by the model proves nothing about people."""

from __future__ import annotations

import math

import pandas as pd

from hepatica.biomarkers.study import BiomarkerStudy, DayAnswer
from hepatica.card import Card
from hepatica.report.biomarkers import figures
from hepatica.report.biomarkers.names import cut_text, marker_name, rule_lines
from hepatica.words import say

WORTHLESS = 0.05
"""Day below which the value of a measurable for the choice is called none."""
MOST_RANKED = 10


def percent(share: float) -> str:
    """Share in percent.

    Examples
    --------
    >>> percent(0.1234), percent(float("nan"))
    ('12.3', '–')
    """
    return "–" if math.isnan(share) else f"{100 * share:.1f}"


def interval(row: dict[str, float], name: str) -> str:
    """Share with its interval, percent."""
    low, high = (percent(row[f"{name}_{end}"]) for end in ("low", "high"))
    return f"{percent(row[name])} ({low} – {high})"


def biomarker_cards(result: BiomarkerStudy, lang: str) -> tuple[Card, ...]:
    """All cards, the answer first.

    Parameters
    ----------
    result : BiomarkerStudy
        What was computed.
    lang : str
        Language.
    """
    made = [_answer(result, lang), _values(result, lang), _curve(result, lang)]
    made += [_day(result, day, lang) for day in result.days]
    return (*made, _changes(result, lang), _trials(result, lang))


def _warning(lang: str) -> str:
    return say("biomarkers.no_proof", lang)


def _answer(result: BiomarkerStudy, lang: str) -> Card:
    """Conclusion of the study."""
    p, first = result.potential, result.days[0]
    gain = float(p.gain.mean())
    best = first.panels[-1].policy
    text = [
        _warning(lang),
        say(
            "biomarkers.headline",
            lang,
            regimen=p.regimen.label,
            n=len(p.risk),
            day=f"{p.horizon:g}",
            gain=f"{gain:.1f}",
        ),
    ]
    if max(panel.policy.value for panel in first.panels) < WORTHLESS:
        text.append(say("biomarkers.no_marker", lang, day=f"{WORTHLESS:g}"))
    else:
        names = _names(result, first.panels[-1].markers, lang)
        values = {"value": f"{best.value:.2f}", "low": f"{best.low:.2f}", "high": f"{best.high:.2f}"}
        text.append(say("biomarkers.best_panel", lang, names=names, treated=percent(best.treated), **values))
    called = result.values[result.values["is_predictive"]]
    text.append(say("biomarkers.called", lang, n=len(called), all=len(result.values), rate=percent(result.false_calls)))
    if len(result.first_by_hypothesis) > 1:
        firsts = "; ".join(
            f"{say(f'common.{h}', lang)}: {_by_name(result, name, lang)}"
            for h, name in result.first_by_hypothesis.items()
        )
        text.append(say("biomarkers.stability", lang, rank=f"{result.agreement:.2f}", firsts=firsts))
    return Card("answer", say("biomarkers.card_answer", lang), tuple(text))


def _names(result: BiomarkerStudy, markers: tuple[int, ...], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(marker_name(result.potential.measurables[k], lang) for k in markers)


def _by_name(result: BiomarkerStudy, name: str, lang: str) -> str:
    return marker_name(next(m for m in result.potential.measurables if m.name == name), lang)


def _values(result: BiomarkerStudy, lang: str) -> Card:
    """Prognostic and predictive value of every measurable."""
    rows = []
    order = result.values.sort_values(["predictive", "prognostic"], ascending=False).index
    for k in order:
        row = result.values.loc[k].to_dict()
        rows.append(
            (
                marker_name(result.potential.measurables[int(k)], lang),
                interval(row, "prognostic"),
                interval(row, "predictive"),
                f"{row['slope']:.2f} ({row['slope_low']:.2f} – {row['slope_high']:.2f})",
                "*" if row["is_predictive"] else "",
                percent(row["prior_share"]),
            )
        )
    names = ("marker", "prognostic", "predictive", "slope", "called_column", "prior_share")
    return Card(
        "values",
        say("biomarkers.card_values", lang),
        (_warning(lang), say("biomarkers.values_note", lang)),
        pd.DataFrame(rows, columns=[say(f"biomarkers.{name}", lang) for name in names]),
        lambda: figures.value_figure(result, lang),
        say("biomarkers.alt_values", lang),
    )


def _curve(result: BiomarkerStudy, lang: str) -> Card:
    """Cut and benefit curve of the first-ranked measurable of day 0."""
    c, m = result.cut, result.potential.measurables[result.cut_marker]
    words = {"name": marker_name(m, lang), "cut": cut_text(m, c.threshold, lang), "treated": percent(c.treated)}
    words |= {"apparent": f"{c.apparent:.2f}", "corrected": f"{c.corrected:.2f}"}
    words |= {"inside": f"{c.gain_treated:.1f}", "outside": f"{c.gain_others:.1f}"}
    said = say("biomarkers.cut_above" if c.above else "biomarkers.cut_below", lang, **words)
    return Card(
        "curve",
        say("biomarkers.card_curve", lang),
        (_warning(lang), said),
        figure=lambda: figures.curve_figure(result, lang),
        alt=say("biomarkers.alt_curve", lang),
    )


def _day(result: BiomarkerStudy, day: DayAnswer, lang: str) -> Card:
    """Ranking and printable rule for the choice of one day."""
    every, rule = result.potential.measurables, day.rule
    title = say("biomarkers.card_day", lang, day=f"{day.day:g}")
    ask = say("biomarkers.ask_give" if day.day == 0 else "biomarkers.ask_go_on", lang)
    lines = rule_lines(rule.root, [every[k] for k in day.rule_markers], lang, day=day.day)
    words = {"value": f"{rule.value:.2f}", "regret": f"{rule.regret:.2f}", "oracle": f"{rule.oracle:.2f}"}
    text = (_warning(lang), ask, *lines, say("biomarkers.rule_value", lang, returns=percent(rule.returns), **words))
    names = {m.name: marker_name(m, lang) for m in every}
    rows = [
        (
            names[row["marker"]],
            f"{row['evsi']:.2f}",
            f"{row['policy']:.2f} ({row['policy_low']:.2f} – {row['policy_high']:.2f})",
            percent(row["treated"]),
        )
        for row in day.ranking.head(MOST_RANKED).to_dict(orient="records")
    ]
    columns = [say(f"biomarkers.{name}", lang) for name in ("marker", "evsi", "policy", "treated")]
    return Card(f"day{day.day:g}", title, text, pd.DataFrame(rows, columns=columns))


def _changes(result: BiomarkerStudy, lang: str) -> Card:
    """Early changes with cells beside those without: what regression to the mean and time do."""
    rows = [
        (
            marker_name(m, lang),
            f"{100 * math.expm1(result.values['untreated_change'].iloc[k]):+.0f}",
            f"{100 * math.expm1(result.values['treated_change'].iloc[k]):+.0f}",
        )
        for k, m in enumerate(result.potential.measurables)
        if m.is_change
    ]
    columns = [say(f"biomarkers.{name}", lang) for name in ("marker", "untreated", "with_cells")]
    text = (_warning(lang), say("biomarkers.changes_note", lang))
    return Card("changes", say("biomarkers.card_changes", lang), text, pd.DataFrame(rows, columns=columns))


def _trials(result: BiomarkerStudy, lang: str) -> Card:
    """Trials that would validate the first-ranked measurable."""
    rows = [
        (
            say(f"biomarkers.design_{t.name}", lang),
            _count(t.patients, lang),
            _count(t.screened, lang),
            f"{t.cost / 1e6:.3g}" if math.isfinite(t.cost) else "–",
            f"{t.gain_per_100:.0f}",
        )
        for t in result.trials
    ]
    names = ("design", "randomised", "screened", "cost", "per_100")
    name = marker_name(result.potential.measurables[result.cut_marker], lang)
    text = (_warning(lang), say("biomarkers.trials_note", lang, name=name))
    columns = [say(f"biomarkers.{n}", lang) for n in names]
    return Card("trials", say("biomarkers.card_trials", lang), text, pd.DataFrame(rows, columns=columns))


def _count(number: float, lang: str) -> str:
    return f"{math.ceil(number)}" if math.isfinite(number) else say("biomarkers.impossible", lang)
