"""Cards of the forecast of one person."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from hepatica.card import Card
from hepatica.individual.posterior.importance import MIN_EFFECTIVE
from hepatica.individual.prediction.result import PersonForecast
from hepatica.individual.prediction.risk import MILD, SEVERE
from hepatica.report.person import figures
from hepatica.variables import variable
from hepatica.words import say

MOST_MEASUREMENTS = 6
WORTHLESS = 0.05
"""Day below which the value of a measurement for the choice is called none."""


def percent(share: float) -> str:
    """Probability in percent; none is called 0 or 100 %.

    Examples
    --------
    >>> percent(0.304), percent(0.0001), percent(0.9999)
    ('30 %', '< 1 %', '> 99 %')
    """
    if math.isnan(share):
        return "–"
    return "< 1 %" if share < 0.01 else "> 99 %" if share > 0.99 else f"{100 * share:.0f} %"


def person_cards(result: PersonForecast, lang: str) -> tuple[Card, ...]:
    """All cards, the answer first.

    Parameters
    ----------
    result : PersonForecast
        The forecast.
    lang : str
        Language.
    """
    return (
        _answer(result, lang),
        _risk(result, lang),
        _gains(result, lang),
        _labs(result, lang),
        _next(result, lang),
        _match(result, lang),
    )


def _answer(result: PersonForecast, lang: str) -> Card:
    """Conclusion of the forecast, in sentences."""
    risk, with_cells, c = result.risk, result.risk_with, result.choice
    day = f"{result.settings.horizon:g}"
    ends = {"low": percent(float(risk.low[-1])), "high": percent(float(risk.high[-1]))}
    text = [say("forecast.risk", lang, day=day, risk=percent(float(risk.either[-1])), **ends)]
    mild, severe = float(risk.mild[-1]), float(risk.severe[-1])
    parts = {"mild": percent(mild), "severe": percent(severe), "between": percent(max(1 - mild - severe, 0.0))}
    text.append(say("forecast.fates", lang, **parts, least=percent(MILD), most=percent(SEVERE)))
    if result.learnt.is_calibrated:
        source = result.learnt.provenance
        text.append(
            say("forecast.calibrated", lang, n=source["people"], events=source["events"], source=source["source"])
        )
        if not result.is_same_model:
            text.append(say("forecast.other_model", lang))
    text += _uncalibrated(result, lang)
    top = next(g for g in c.gains if g.regimen == result.shown)
    text.append(
        say(
            "forecast.gain", lang, regimen=result.regimens[top.regimen].label, day=day, expected=f"{top.expected:.1f}",
            low=f"{top.low:.1f}", high=f"{top.high:.1f}", benefit=percent(top.benefit),
            risk=percent(float(with_cells.either[-1])),
        )
    )  # fmt: skip
    text.append(_worth(result, lang))
    if result.posterior.distance.is_unlike:
        share = percent(result.posterior.distance.share)
        text.append(say("forecast.unlike", lang, share=share, widening=f"{result.posterior.distance.widening:.2f}"))
    text.append(say("forecast.not_people", lang))
    return Card("answer", say("forecast.card_answer", lang), tuple(text))


def _uncalibrated(result: PersonForecast, lang: str) -> tuple[str, ...]:
    """Sentence on every card of a kind of which no people have taught."""
    return () if result.learnt.is_calibrated else (say("forecast.uncalibrated", lang),)


def _worth(result: PersonForecast, lang: str) -> str:
    """Value of a personal choice of regimen over the kind's."""
    c = result.choice
    labels = {"best": result.regimens[c.best].label, "usual": result.regimens[c.usual].label}
    if c.best == c.usual:
        return say("forecast.same_regimen", lang, best=labels["best"])
    values = {"lead": f"{c.lead:.1f}", "low": f"{c.lead_low:.1f}", "high": f"{c.lead_high:.1f}"}
    if c.is_worth_it:
        return say("forecast.worth_it", lang, **labels, **values)
    return say("forecast.not_worth", lang, **labels, most=f"{max(c.lead_high, 0.0):.1f}")


def _risk(result: PersonForecast, lang: str) -> Card:
    """Risk by time, and the scores beside it."""
    rows = []
    for i, day in enumerate(result.risk.days):
        rows.append(
            (
                f"{day:g}",
                percent(float(result.risk.death[i])),
                percent(float(result.risk.transplant[i])),
                f"{percent(float(result.risk.low[i]))} – {percent(float(result.risk.high[i]))}",
                f"{percent(float(result.risk.person_low[i]))} – {percent(float(result.risk.person_high[i]))}",
                percent(float(result.risk_with.either[i])),
            )
        )
    names = ("day_column", "death", "transplant", "interval", "person_risk_interval", "with_cells")
    columns = [say(f"forecast.{name}", lang) for name in names]
    return Card(
        "risk",
        say("forecast.card_risk", lang),
        (*_uncalibrated(result, lang), *_score_lines(result, lang), say("forecast.risk_note", lang)),
        pd.DataFrame(rows, columns=columns),
        lambda: figures.risk_figure(result, lang),
        say("forecast.alt_risk", lang),
    )


def _score_lines(result: PersonForecast, lang: str) -> list[str]:
    """One sentence for each score that stands beside."""
    lines = []
    for row in result.scores.to_dict(orient="records"):
        name = str(row["score"]) if row["score"] != "labs' logistic model" else say("forecast.labs_model", lang)
        if row["lacks"]:
            lacks = ", ".join(_input(n, lang) for n in str(row["lacks"]).split(", "))
            lines.append(say("forecast.score_lacks", lang, score=name, lacks=lacks))
        elif np.isnan(row["risk"]):
            lines.append(say("forecast.score_points", lang, score=name, points=f"{row['points']:.0f}"))
        elif np.isnan(row["points"]):
            lines.append(say("forecast.score_risk", lang, score=name, day=f"{row['day']:g}", risk=percent(row["risk"])))
        else:
            points = f"{row['points']:.0f}"
            lines.append(
                say("forecast.score", lang, score=name, points=points, day=f"{row['day']:g}", risk=percent(row["risk"]))
            )
    return lines


def _input(name: str, lang: str) -> str:
    """Name of what a score lacks."""
    if name in ("female", "plausible values"):
        return say("forecast.sex" if name == "female" else "forecast.plausible", lang)
    return variable(name).label[lang]


def _gains(result: PersonForecast, lang: str) -> Card:
    """Expected gain by regimen."""
    rows = [
        (
            result.regimens[g.regimen].label,
            f"{g.expected:.1f}",
            f"{g.low:.1f} – {g.high:.1f}",
            f"{g.person_low:.1f} – {g.person_high:.1f}",
            percent(g.benefit),
        )
        for g in result.choice.gains
    ]
    names = ("regimen", "expected", "expected_interval", "person_interval", "benefit")
    day = f"{result.observations.last_day:g}"
    begins = say("forecast.from_visit" if result.observations.last_day > 0 else "forecast.from_start", lang, day=day)
    text = [*_uncalibrated(result, lang), begins, say("forecast.gain_note", lang)]
    if result.given is not None:
        text.insert(0, say("forecast.given", lang, regimen=result.given.label))
    return Card(
        "gain",
        say("forecast.card_gain", lang),
        tuple(text),
        pd.DataFrame(rows, columns=[say(f"forecast.{name}", lang) for name in names]),
        lambda: figures.gain_figure(result, lang),
        say("forecast.alt_gain", lang),
    )


def _labs(result: PersonForecast, lang: str) -> Card:
    """Forecast bands of labs."""
    table = result.labs[result.labs["course"] == ""]
    day = result.settings.horizon
    rows = []
    for lab in figures.shown_labs(result):
        row = table[(table["lab"] == lab) & (table["day"] == day)].iloc[0]
        rows.append((variable(lab).title(lang), f"{row['median']:.3g}", f"{row['low']:.3g} – {row['high']:.3g}"))
    columns = [say("forecast.lab", lang), say("forecast.median", lang, day=f"{day:g}"), say("forecast.interval", lang)]
    return Card(
        "labs",
        say("forecast.card_labs", lang),
        (*_uncalibrated(result, lang), say("forecast.labs_note", lang)),
        pd.DataFrame(rows, columns=columns),
        lambda: figures.labs_figure(result, lang),
        say("forecast.alt_labs", lang),
    )


def _next(result: PersonForecast, lang: str) -> Card:
    """Value of the next measurement."""
    table = result.measurements.head(MOST_MEASUREMENTS)
    rows = [
        (variable(row["lab"]).title(lang), f"{row['day']:g}", percent(row["risk_share"]), f"{row['gain']:.2f}")
        for row in table.to_dict(orient="records")
    ]
    most = float(result.measurements["gain"].max()) if len(result.measurements) else 0.0
    text = say("forecast.next_none", lang) if most < WORTHLESS else say("forecast.next_value", lang, most=f"{most:.2f}")
    columns = [say(f"forecast.{name}", lang) for name in ("lab", "day_column", "risk_share", "choice_gain")]
    sentences = (*_uncalibrated(result, lang), text)
    return Card("next", say("forecast.card_next", lang), sentences, pd.DataFrame(rows, columns=columns))


def _match(result: PersonForecast, lang: str) -> Card:
    """Method of the forecast, and effective sample size of its virtual people."""
    p, c = result.posterior, result.posterior.candidates
    kind = say(f"forecast.kind_{result.kind.value}", lang)
    size = f"{result.provenance['candidates']}"
    text = [say("forecast.library", lang, n=size, kind=kind, effective=f"{p.effective:.0f}")]
    if p.is_regression:
        text.append(say("forecast.regression", lang, least=f"{MIN_EFFECTIVE:g}"))
    if result.refined is None and result.neighbours:
        text.append(say("forecast.neighbours", lang, n=result.neighbours))
    if result.refined is not None:
        steps = len(result.refined.temperatures)
        accepted = percent(result.refined.accepted)
        text.append(say("forecast.refined", lang, n=c.n, steps=steps, accepted=accepted))
    share = np.bincount(c.component, weights=p.weight, minlength=len(c.components))
    order = np.argsort(-share)[:5]
    rows = [(c.components[k], percent(float(share[k]))) for k in order if share[k] > 0.005]
    columns = [say("forecast.population", lang), say("forecast.weight", lang)]
    hashes = say("forecast.provenance", lang, model=result.provenance["model_hash"], seed=result.settings.seed)
    return Card(
        "match", say("forecast.card_match", lang), tuple(text), pd.DataFrame(rows, columns=columns), note=hashes
    )
