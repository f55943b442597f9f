"""Cards of evidence, code, calculation and validation."""

from __future__ import annotations

import pandas as pd

from hepatica import __version__
from hepatica.card import Card
from hepatica.evidence import references
from hepatica.qualify.dossier import Qualification
from hepatica.qualify.evidence_base import BIASES, sources
from hepatica.qualify.validation import Group, trusted
from hepatica.report import names
from hepatica.report.dose.appendix import grade
from hepatica.report.qualification.words import figure, table_of
from hepatica.words import say

MOST = 20  # parameters shown


def evidence(q: Qualification, lang: str) -> list[Card]:
    """Publications with their risk of bias, and what was learnt of them."""
    frame = sources(q.publications)
    used = set(q.known.provenance.get("publications", ()))
    bias = {b: int((frame["risk_of_bias"] == b).sum()) for b in BIASES}
    text = say(
        "qualify.evidence_text",
        lang,
        n=len(frame),
        calibration=int((frame["role"] == "calibration").sum()),
        learnt=len(used),
        people=int(frame["people"].sum()),
        numbers=int(frame["numbers"].sum()),
        usable=int(frame["usable"].sum()),
        cells=int((frame["arms_with_cells"] > 0).sum()),
        **bias,
    )
    shown = frame[frame["role"] == "calibration"]
    known, pairs = references(), zip(shown["publication"], shown["cite"], strict=True)
    named = [f"{p} ({known[c].short()})" if c in known else p for p, c in pairs]
    table = table_of(
        lang,
        ("publication", named),
        ("learnt", [say("qualify.yes" if p in used else "qualify.no", lang) for p in shown["publication"]]),
        ("design", list(shown["design"])),
        ("people", [str(n) for n in shown["people"]]),
        ("people_with_cells", [str(n) for n in shown["people_with_cells"]]),
        ("numbers", [f"{u} / {n}" for u, n in zip(shown["usable"], shown["numbers"], strict=True)]),
        ("bias", [say(f"qualify.bias_{b}", lang) for b in shown["risk_of_bias"]]),
    )
    return [
        Card("evidence", say("qualify.evidence", lang), (text,), table, note=say("qualify.evidence_note", lang)),
        _parameters(q, lang),
    ]


def _parameters(q: Qualification, lang: str) -> Card:
    k, total = q.known, sum(q.grades.values())
    by_grade = (
        say("report.grade_share", lang, grade=grade(g, lang), n=n, share=f"{100 * n / total:.0f}")
        for g, n in q.grades.items()
    )
    text = [say("qualify.grades_text", lang, total=total, grades=names.listed(by_grade, lang))]
    if k.draws:
        p = k.provenance
        ess = names.listed(
            (f"{names.hypothesis(h, lang)} {e:.0f}" for h, e in p.get("effective_cell_draws", {}).items()), lang
        )
        was, of, fits, same = k.model or "-", k.evidence or "-", k.matches_model, k.matches_evidence
        text += [
            say(
                "qualify.known_text",
                lang,
                name=k.name,
                draws=k.draws,
                moved=k.parameters_moved,
                unknowns=k.unknowns,
                version=p.get("hepatica", "-"),
                seed=p.get("seed", "-"),
                r_hat=figure(p.get("r_hat_largest")),
                ess=ess or "-",
            ),
            say("qualify.same_model" if fits else "qualify.other_model", lang, was=was, here=k.model_here),
            say("qualify.same_evidence" if same else "qualify.other_evidence", lang, was=of, here=k.evidence_here),
        ]
    else:
        text.append(say("qualify.nothing_learnt", lang))
    parameters, rows = q.system.model.parameters, [row for row in k.moved if row[0] in q.system.model.parameters][:MOST]
    table = table_of(
        lang,
        ("parameter", [n for n, *_ in rows]),
        ("meaning", [parameters[n].entry.label for n, *_ in rows]),
        ("hypothesis", [names.hypothesis(h, lang) if h else "" for _, h, *_ in rows]),
        ("grade", [grade(parameters[n].entry.grade, lang) for n, *_ in rows]),
        ("moved", [f"{mean:+.2f} ({sd:.2f})" for *_, mean, sd in rows]),
    )
    return Card(
        "parameters",
        say("qualify.parameters", lang),
        tuple(text),
        table if rows else None,
        note=say("qualify.moved_note", lang),
    )


def code(q: Qualification, lang: str) -> list[Card]:
    """Checks with a known answer."""
    table = table_of(
        lang,
        ("check", [say(f"qualify.check_{c.key}", lang) for c in q.checks]),
        ("of", [str(c.of) for c in q.checks]),
        ("figure", [f"{c.figure:.2g}" for c in q.checks]),
        ("limit", [f"{c.limit:g}" for c in q.checks]),
        ("passed", [say("qualify.yes" if c.passed else "qualify.no", lang) for c in q.checks]),
        ("tests", [c.tests for c in q.checks]),
    )
    text = say("qualify.code_text", lang, version=__version__, engine=q.system.engine, model=q.system.model.hash)
    return [Card("code", say("qualify.code", lang), (text,), table)]


def calculation(q: Qualification, lang: str) -> list[Card]:
    """Errors of the solver, of the output times and of the sample, in outcome units."""
    table = table_of(
        lang,
        ("comparison", [say(f"qualify.error_{e.key}", lang) for e in q.errors]),
        ("death", [f"{e.death:.1e}" for e in q.errors]),
        ("meld", [figure(e.meld, 4) for e in q.errors]),
        ("days", [f"{e.days:.4f}" for e in q.errors]),
        ("gain", [f"{e.gain:.4f}" for e in q.errors]),
        ("mean_gain", [f"{e.mean_gain:.4f}" for e in q.errors]),
    )
    top = names.arm_name(q.decision.arms[q.decision.top], lang)
    solver = Card(
        "calculation",
        say("qualify.calculation", lang),
        (say("qualify.calculation_text", lang, regimen=top),),
        table,
        note=say("qualify.calculation_note", lang),
    )
    if not q.sampling:
        return [solver]
    sampled = table_of(
        lang,
        ("hypothesis", [names.hypothesis(s.hypothesis, lang) for s in q.sampling]),
        (
            "mean",
            [
                say("decision.interval", lang, mean=f"{s.mean:.1f}", low=f"{s.low:.1f}", high=f"{s.high:.1f}")
                for s in q.sampling
            ],
        ),
        ("by_patients", [f"{s.by_patients:.2f}" for s in q.sampling]),
        ("by_draws", [f"{s.by_draws:.2f}" for s in q.sampling]),
        ("by_batches", [f"{s.by_batches:.2f}" for s in q.sampling]),
        ("ahead", [f"{s.ahead:+.2f} ± {s.ahead_error:.2f}" for s in q.sampling]),
    )
    text = say(
        "qualify.sampling_text",
        lang,
        regimen=top,
        patients=q.study.patients,
        draws=min(q.study.draws, q.study.patients),
    )
    return [
        solver,
        Card("sampling", say("qualify.sampling", lang), (text,), sampled, note=say("qualify.sampling_note", lang)),
    ]


def validation(q: Qualification, lang: str) -> list[Card]:
    """Coverage and scores by standing, then what was predicted worst."""
    v, groups = q.validated, [*q.validated.groups, *([q.validated.effects] if q.validated.effects else [])]
    inside = [p for p, s in v.standing.items() if s == "in_sample"]
    text = [
        say("qualify.outside" if v.outside else "qualify.all_in_sample", lang, n=len(v.outside), of=len(v.standing))
    ]
    if inside:
        text.append(say("qualify.in_sample", lang, names=", ".join(inside)))
    if v.validation.pareto_k:
        again = [k for k, shape in v.validation.pareto_k.items() if not trusted(shape)]
        text.append(
            say(
                "qualify.shapes",
                lang,
                n=len(v.validation.pareto_k),
                again=len(again),
                largest=f"{max(v.validation.pareto_k.values()):.2f}",
            )
        )
    text.append(
        say(
            "qualify.matching",
            lang,
            effective_share=figure(100 * v.effective_share, 0),
            matched=v.matched,
            rest=len(v.validation.matching) - v.matched,
        )
    )
    made = [
        Card(
            "validation",
            say("qualify.validation", lang),
            tuple(text),
            _scores(groups, inside, lang),
            note=say("qualify.validation_note", lang),
        )
    ]
    if v.worst:
        table = table_of(
            lang,
            ("publication", [r.publication for r in v.worst]),
            (
                "number",
                [f"{r.arm}{' - ' + r.against if r.against else ''}: {r.endpoint_text}, {r.time:g}" for r in v.worst],
            ),
            ("observed", [f"{r.observed:.3g}" for r in v.worst]),
            ("predicted", [f"{r.quantiles[2]:.3g} ({r.quantiles[0]:.3g} - {r.quantiles[4]:.3g})" for r in v.worst]),
            ("score", [f"{r.log_score:.2f}" for r in v.worst]),
            ("better", [f"{max(x[3] for x in r.references.values()):.2f}" for r in v.worst]),
        )
        made.append(
            Card("worst", say("qualify.worst", lang), (say("qualify.worst_text", lang, n=len(v.worst)),), table)
        )
    return made + _persons(q, lang)


def _scores(groups: list[Group], inside: list[str], lang: str) -> pd.DataFrame:
    return table_of(
        lang,
        ("standing", [say(f"qualify.group_{g.key}", lang) for g in groups]),
        (
            "publications",
            [
                say("qualify.of_them", lang, n=len(g.publications), inside=sum(p in inside for p in g.publications))
                for g in groups
            ],
        ),
        ("numbers", [str(g.numbers) for g in groups]),
        ("in_50", [f"{100 * g.in_50:.0f} %" for g in groups]),
        ("in_90", [f"{100 * g.in_90:.0f} %" for g in groups]),
        ("crps", [f"{g.crps:.3f}" for g in groups]),
        ("plain_crps", ["; ".join(f"{crps:.3f}" for crps, _, _ in g.references.values()) for g in groups]),
        ("score", [f"{g.log_score:.2f}" for g in groups]),
        ("plain_score", ["; ".join(f"{score:.2f}" for _, score, _ in g.references.values()) for g in groups]),
    )


def _persons(q: Qualification, lang: str) -> list[Card]:
    if q.people is None:
        return [Card("people", say("qualify.people", lang), (say("qualify.no_people", lang),))]
    p, rows = q.people, q.people.totals()
    rows = rows[rows["day"] == "all"] if len(rows) else rows
    text = say("qualify.people_text", lang, file=p.file, people=p.people, events=p.events)
    sentences = [text]
    if q.known.provenance.get("people"):
        sentences.append(say("qualify.people_learnt", lang, names=", ".join(q.known.provenance["people"])))
    made = [Card("people", say("qualify.people", lang), tuple(sentences), rows.round(3) if len(rows) else None)]
    outcomes = p.outcomes()
    if len(outcomes):
        made.append(Card("people_outcomes", say("qualify.people_outcomes", lang), (), outcomes.round(3)))
    return made
