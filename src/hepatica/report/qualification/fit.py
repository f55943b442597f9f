"""Cards of applicability and of assumptions by influence."""

from __future__ import annotations

from functools import partial

from hepatica.card import Card
from hepatica.qualify.applicability import PLACES, Scope
from hepatica.qualify.dossier import Qualification
from hepatica.report import names
from hepatica.report.dose.appendix import grade
from hepatica.report.qualification.figures import doses
from hepatica.report.qualification.words import extrapolations, population, table_of
from hepatica.words import say

MOST = 20  # parameters shown


def applicability(q: Qualification, lang: str) -> list[Card]:
    """Applicability of the validation evidence to the study."""
    s, scope = q.study, q.scope
    arms = scope.of_population()
    rows = [
        (
            "population",
            population(q, lang),
            say("qualify.seen_people", lang, people=scope.people, cells=scope.people_with_cells),
        ),
        (
            "dose",
            names.listed(
                map(names.cells, sorted({r.cells(scope.weight) / scope.weight for r, _ in scope.regimens})), lang
            ),
            _ranges(scope, lang),
        ),
        (
            "infusions",
            names.listed(sorted({str(r.infusions) for r, _ in scope.regimens}), lang),
            names.listed(sorted({str(g.infusions) for g in arms}), lang),
        ),
        (
            "route",
            names.listed(sorted({names.route(r.route, lang) for r, _ in scope.regimens}), lang),
            names.listed(sorted({names.route(g.route, lang) for g in arms}), lang),
        ),
        (
            "source",
            s.product.source.replace("_", " "),
            names.listed(sorted({g.source.replace("_", " ") for g in arms}), lang),
        ),
        ("donor", s.product.donor, names.listed(sorted({g.donor for g in arms}), lang)),
        (
            "horizon",
            f"{s.horizon:g}",
            say("qualify.seen_days", lang, days=f"{scope.days:g}", cells=f"{scope.days_with_cells:g}"),
        ),
    ]
    rows += [
        (name, say("qualify.endpoint", lang), say("qualify.seen_numbers", lang, here=n[0], cells=n[1], any=n[2]))
        for name, n in scope.numbers.items()
    ]
    table = table_of(
        lang,
        ("what", [say(f"qualify.axis_{k}", lang) for k, *_ in rows]),
        ("study", [a or "-" for _, a, _ in rows]),
        ("seen", [b or "-" for *_, b in rows]),
    )  # fmt: skip
    count = names.listed(
        (say(f"qualify.place_{p}", lang, n=sum(x == p for _, x in scope.regimens)) for p in PLACES), lang
    )
    text = [say("qualify.applicability_text", lang, of=len(scope.regimens), places=count), *extrapolations(q, lang)]
    picture = partial(doses, scope, lang) if scope.regimens else None
    return [
        Card(
            "applicability",
            say("qualify.applicability", lang),
            tuple(text),
            table,
            picture,
            say("qualify.doses_alt", lang),
        )
    ]


def _ranges(scope: Scope, lang: str) -> str:
    ranges = []
    for route in dict.fromkeys(g.route for g in scope.of_population()):
        near = [g for g in scope.of_population() if g.route == route]
        low, high = names.cells(min(g.low for g in near)), names.cells(max(g.high for g in near))
        ranges.append(f"{names.route(route, lang)}: {low} - {high}")
    return "; ".join(ranges)


def assumptions(q: Qualification, lang: str) -> list[Card]:
    """Assumed parameters by influence, each with its reason."""
    i, parameters = q.influence, q.system.model.parameters
    rows = i.assumed(q.system.model)[:MOST]
    first = [parameters[n].entry.grade for _, n, _ in i.rows[:MOST] if n in parameters]
    text = [
        say("qualify.screened", lang, of=i.of)
        if i.screened
        else say("qualify.correlated", lang, of=i.of, unclear=f"{i.unclear:.2f}"),
        say("qualify.leading", lang, n=sum(g == "assumed" for g in first), of=len(first)),
    ]
    if not i.same_model or not i.same_population:
        text.append(say("qualify.other_screen", lang))
    table = table_of(
        lang,
        ("rank", [str(k) for k, *_ in rows]),
        ("parameter", [n for _, n, _ in rows]),
        ("meaning", [parameters[n].entry.label for _, n, _ in rows]),
        ("value", [f"{parameters[n].entry.value:g} {parameters[n].entry.unit}".strip() for _, n, _ in rows]),
        ("strength", [f"{s:.2f}" if i.screened else f"{s:+.2f}" for *_, s in rows]),
        ("grade", [grade(parameters[n].entry.grade, lang) for _, n, _ in rows]),
        ("why", [parameters[n].entry.reason for _, n, _ in rows]),
    )
    return [Card("assumptions", say("qualify.assumptions", lang), tuple(text), table)]
