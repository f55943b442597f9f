"""The cards of a qualification report, in the order in which they are read: what comes out badly first."""

from __future__ import annotations

from collections.abc import Callable

from hepatica import __version__
from hepatica.card import Card
from hepatica.evidence import references
from hepatica.qualify.dossier import Qualification
from hepatica.qualify.judgement import Factor, badly_first
from hepatica.report import names
from hepatica.report.evidence.predictions import prediction_cards
from hepatica.report.qualification.fit import applicability, assumptions
from hepatica.report.qualification.parts import calculation, code, evidence, validation
from hepatica.report.qualification.words import extrapolations, population, table_of
from hepatica.words import say

Maker = Callable[[Qualification, str], list[Card]]
CITED = ("Ich2026", "Asme2018", "Kuemmel2020")


def summary(q: Qualification, lang: str) -> list[Card]:
    """Model risk, adequacy of the credibility factors, and the gaps, worst first."""
    count = {a: sum(f.adequate == a for f in q.factors) for a in ("no", "partly", "yes")}
    text = [
        say("qualify.verdict", lang, risk=rating(q.risk.risk, lang), of=len(q.factors), **count),
        _question(q, lang),
    ]
    gaps = [f for f in badly_first(list(q.factors)) if f.adequate == "no"]
    text += [f"**{_factor(f, lang)}.** {_said('figure', f, lang)} {_said('gap', f, lang)}" for f in gaps]
    k = q.known
    if not k.draws:
        text.append(say("qualify.nothing_learnt", lang))
    elif not k.matches_model:
        text.append(say("qualify.other_model", lang, was=k.model or "-", here=k.model_here))
    elif not k.matches_evidence:
        text.append(say("qualify.other_evidence", lang, was=k.evidence or "-", here=k.evidence_here))
    return [Card("answer", say("qualify.summary", lang), tuple(text), note=say("qualify.summary_note", lang))]


def context(q: Qualification, lang: str) -> list[Card]:
    """Context of use: question, population, regimens, utility, and extrapolations."""
    s, rows = q.study, {}
    rows["population"] = population(q, lang)
    rows["size"] = say("qualify.size", lang, patients=s.patients, draws=min(s.draws, s.patients), days=f"{s.horizon:g}")
    rows["regimens"] = _grid(q, lang)
    rows["product"] = names.listed((f"{k} {v}" for k, v in s.product.model_dump().items() if v not in (None, "")), lang)
    rows["utility"] = names.listed(
        (f"{k} {v:g}" for k, v in s.utility.model_dump().items() if isinstance(v, float)), lang
    )
    yardstick = s.utility.utility()
    rows["harms"] = say("qualify.then", lang).join(
        say("qualify.harm", lang, harm=h.label[lang], loss=f"{h.loss:g}", limit=f"{100 * h.limit:g}")
        for h in yardstick.harms
        if h.loss > 0
    )
    rows["hypotheses"] = names.listed((names.hypothesis(h, lang) for h in s.hypotheses), lang)
    table = table_of(lang, ("what", [say(f"qualify.context_{k}", lang) for k in rows]), ("stated", list(rows.values())))
    text = [say("qualify.context_text", lang), *extrapolations(q, lang)]
    return [Card("context", say("qualify.context", lang), tuple(text), table)]


def _grid(q: Qualification, lang: str) -> str:
    regimens = q.study.grid.regimens()
    per_kg = {r.per_kg for r in regimens}
    unit = say("qualify.per_kg" if per_kg == {True} else "qualify.in_all", lang)
    axes = {
        "doses": [names.cells(r.dose) for r in sorted(regimens, key=lambda r: r.dose)],
        "infusions": [str(n) for n in sorted({r.infusions for r in regimens})],
        "interval": [f"{r.interval:g}" for r in regimens],
        "routes": [names.route(r.route, lang) for r in regimens],
    }
    values = {k: names.listed(dict.fromkeys(v), lang) for k, v in axes.items()}
    return say("qualify.grid", lang, n=len(regimens), unit=unit, **values) if regimens else "-"


def assessment(q: Qualification, lang: str) -> list[Card]:
    """ICH M15's elements, each with its rating and reason."""
    r, s = q.risk, q.study
    inside, deaths = f"{100 * r.covered:.0f}", f"{100 * r.deaths:.0f}"
    leans = say("qualify.influence_high" if r.influence == "high" else "qualify.influence_medium", lang, inside=inside)
    rows = [
        ("question", "", _question(q, lang)),
        ("context", "", say("qualify.reason_context", lang)),
        ("influence", r.influence, leans),
        ("consequence", r.consequence, say("qualify.reason_consequence", lang, deaths=deaths, days=f"{s.horizon:g}")),
        ("risk", r.risk, say("qualify.reason_risk", lang)),
        ("impact", "low", say("qualify.reason_impact", lang)),
        ("criteria", "", say("qualify.reason_criteria", lang)),
        ("appropriate", "", say("qualify.reason_appropriate", lang)),
    ]
    table = table_of(
        lang,
        ("element", [say(f"qualify.element_{k}", lang) for k, *_ in rows]),
        ("rating", [rating(x, lang) if x else "" for _, x, _ in rows]),
        ("reason", [t for *_, t in rows]),
    )
    return [Card("m15", say("qualify.m15", lang), (say("qualify.m15_text", lang),), table)]


def closing(q: Qualification, lang: str) -> list[Card]:
    """Credibility factors with evidence, adequacy and gap, the least adequate first."""
    rows = badly_first(list(q.factors))
    table = table_of(
        lang,
        ("factor", [f"{_factor(f, lang)} ({say(f'qualify.part_{f.part}', lang)})" for f in rows]),
        ("adequate", [say(f"qualify.{f.adequate}", lang) for f in rows]),
        ("figure", [_said("figure", f, lang) for f in rows]),
        ("did", [_said("did", f, lang) for f in rows]),
        ("gap", [_said("gap", f, lang) for f in rows]),
    )
    text = say("qualify.closing_text", lang, risk=rating(q.risk.risk, lang))
    return [Card("factors", say("qualify.closing", lang), (text,), table, note=say("qualify.closing_note", lang))]


def appendix(q: Qualification, lang: str) -> list[Card]:
    """All predictions, publications not predicted, and the standards cited."""
    known = references()
    works = table_of(lang, ("work", [known[k].full() for k in CITED if k in known]))
    return [
        *prediction_cards(q.validated.validation, lang),
        Card("works", say("qualify.works", lang), (say("qualify.works_text", lang),), works),
    ]


CARDS: tuple[Maker, ...] = (
    summary, closing, context, assessment, evidence, code,
    calculation, validation, applicability, assumptions, appendix,
)  # fmt: skip


def qualification_cards(q: Qualification, lang: str = "en", *, command: str = "") -> list[Card]:
    """All cards; a part that fails becomes a card that says so.

    Parameters
    ----------
    q : Qualification
        The computed dossier.
    lang : {"en", "zh"}
        Language.
    command : str
        What was run, for the last card.
    """
    made: list[Card] = []
    for maker in CARDS:
        try:
            made += maker(q, lang)
        except Exception as error:  # a broken part must not cost the report
            what = f"{maker.__name__}, {type(error).__name__}: {error}"
            made.append(
                Card(maker.__name__, say("report.broken_title", lang), (say("report.broken", lang, what=what),))
            )
    run = {"command": command, "study": q.study.hash, "model": q.system.model.hash, "version": __version__,
           "seed": str(q.study.seed), "size": f"{q.settings['patients']} × {q.settings['draws']}"}  # fmt: skip
    table = table_of(
        lang, ("what", [say(f"qualify.again_{k}", lang) for k in run]), ("stated", [v or "-" for v in run.values()])
    )
    return [*made, Card("again", say("qualify.again", lang), (), table)]


def rating(name: str, lang: str) -> str:
    """A rating in words."""
    return say(f"qualify.rating_{name}", lang)


def _question(q: Qualification, lang: str) -> str:
    grid = q.study.grid.regimens()
    routes = names.listed(dict.fromkeys(names.route(r.route, lang) for r in grid), lang) or "-"
    title, days = population(q, lang), f"{q.study.horizon:g}"
    return say(
        "decision.question",
        lang,
        population=title,
        days=days,
        regimens=len(grid),
        routes=routes,
        patients=q.study.patients,
    )


def _factor(f: Factor, lang: str) -> str:
    return say(f"qualify.factor_{f.key}", lang)


def _said(what: str, f: Factor, lang: str) -> str:
    if what == "did":
        return say(f"qualify.did_{f.key}", lang, **f.values)
    return (
        say(f"qualify.figure_{f.key}", lang, **f.values)
        if what == "figure"
        else say(f"qualify.gap_{f.key}", lang, **f.values)
    )
