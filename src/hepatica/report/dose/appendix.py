"""Cards of assumptions, references and reproduction."""

from __future__ import annotations

import platform
from importlib.metadata import version

import numpy as np
import pandas as pd

from hepatica import __version__
from hepatica.card import Card
from hepatica.dose_study import Answer
from hepatica.evidence import load, references
from hepatica.model.own_values import own_values
from hepatica.model.parameters import GRADES, Entry
from hepatica.report import names
from hepatica.report.dose import long_term
from hepatica.simulation import RTOL
from hepatica.therapy import ROUTES, SOURCES
from hepatica.therapy.product import HANDLING
from hepatica.words import say


def grade(name: str, lang: str) -> str:
    """A grade of evidence in words."""
    return say(f"report.grade_{name.replace(' ', '_')}", lang)


def assumptions(a: Answer, lang: str) -> Card:
    """Parameters by correlation with the gain, then all assumed values with their reasons."""
    parameters, d = a.system.model.parameters, a.decision
    strength = {x.parameter: x.correlation for x in d.assumptions}
    assumed = [n for n, p in parameters.items() if p.entry.grade == "assumed" and n not in strength]

    def row(name: str, entry: Entry) -> dict[str, str]:
        fitted = a.population.fitted.get(name)
        moves = f"{strength[name]:+.2f}" if name in strength else ""
        return {
            say("report.col_parameter", lang): name,
            say("report.col_meaning", lang): entry.label,
            say("report.col_value", lang): f"{entry.value:g} {entry.unit}".strip(),
            say("report.col_grade", lang): grade(entry.grade, lang),
            say("report.col_moves", lang): moves,
            say("report.col_reason", lang): " ".join(
                x for x in (entry.reason or entry.cite, fitted.reason if fitted else "") if x
            ),
        }

    stated = [p.name for p in own_values(a.system.model)]
    rows = [row(n, parameters[n].entry) for n in dict.fromkeys((*stated, *strength, *assumed))]
    rows += [row(n, e) for n, e in _therapy(a) if e.grade == "assumed"]
    counts = a.system.model.summary()["grades"]
    share = names.listed(
        (
            say(
                "report.grade_share",
                lang,
                grade=grade(g, lang),
                n=counts[g],
                share=names.number(100 * counts[g] / len(parameters), 0),
            )
            for g in GRADES
        ),
        lang,
    )
    moved = names.listed(
        (f"*{names.assumption(x, lang)}* ({x.correlation:+.2f}, {grade(x.grade, lang)})" for x in d.assumptions),
        lang,
    )
    text = (
        say("report.moved", lang, moved=moved)
        if moved
        else say("report.nothing_moved", lang, draws=min(a.study.draws, a.study.patients)),
        say("report.grades", lang, total=len(parameters), grades=share),
        say("report.assumed", lang, n=counts["assumed"]),
        say("report.yardstick", lang, harms=_harms(a, lang)),
    )
    return Card(
        "assumptions",
        say("report.assumptions", lang),
        text,
        pd.DataFrame(rows),
        note=say("report.labels_note", lang),
    )


def _therapy(a: Answer) -> list[tuple[str, Entry]]:
    """Assumed values of product, handling and routes."""
    rows = [(f"{a.study.product.source}.{n}", e) for n, e in SOURCES[a.study.product.source].factors.items()]
    rows += [(f"handling.{n}", e) for n, e in HANDLING.items()]
    for name in dict.fromkeys(r.route for r in a.study.grid.regimens()):
        rows += [
            (f"{name}.procedure_risk", ROUTES[name].procedure_risk),
            (f"{name}.highest_given", ROUTES[name].highest_given),
        ]
    return rows


def _harms(a: Answer, lang: str) -> str:
    utility = a.study.utility.utility()
    return names.listed(
        (say("report.harm_loss", lang, harm=h.label[lang], days=f"{h.loss:g}") for h in utility.harms if h.loss > 0),
        lang,
    )


def sources(a: Answer, lang: str) -> Card:
    """Full references of every work that the answer rests on or is compared with."""
    cited: dict[str, set[str]] = {}

    def cite(text: str, use: str) -> None:
        for part in text.split(";"):
            if key := part.split(",")[0].strip():
                cited.setdefault(key, set()).add(say(f"report.use_{use}", lang))

    for p in a.system.model.parameters.values():
        for key in p.keys:
            cite(key, "model")
    for _, entry in _therapy(a):
        cite(entry.cite, "therapy")
    for covariate in a.population.covariate.values():
        cite(covariate.cite, "population")
    entered = {
        a.population.baseline,
        *(d.publication for d in a.population.fit.deaths),
        *(s.publication for s in a.population.fit.targets),
    }
    for key in a.population.publications:
        cite(load(key).cite, "population" if key in entered else "comparison")
    for key in a.study.utility.utility().utilities.cites:
        cite(key, "utility")
    for key in long_term.PUBLISHED:
        cite(key, "comparison")
    for key in ("Kamath2001", "Wiesner2003", "Pugh1973"):
        cite(key, "score")
    known = references()
    rows = [
        {
            say("report.col_key", lang): k,
            say("report.col_work", lang): known[k].full(),
            say("report.col_use", lang): names.listed(sorted(cited[k]), lang),
        }
        for k in sorted(cited)
        if k in known
    ]
    unknown = [k for k in sorted(cited) if k not in known]
    note = say("report.unknown_keys", lang, keys=names.listed(unknown, lang)) if unknown else ""
    return Card(
        "sources",
        say("report.sources", lang),
        (say("report.sources_text", lang, n=len(rows)),),
        pd.DataFrame(rows),
        note=note,
    )


def again(a: Answer, lang: str, *, command: str = "") -> Card:
    """Command, hashes, seed and versions that reproduce the answer."""
    product = names.listed((f"{k} {v}" for k, v in a.study.product.model_dump().items() if v is not None), lang)
    rows = {
        "command": command,
        "study": a.study.hash,
        "model": a.system.model.hash,
        "seed": a.study.seed,
        "population": a.population.key,
        "size": f"{a.study.patients} × {min(a.study.draws, a.study.patients)}",
        "product": product,
        "hypotheses": names.listed(a.study.hypotheses, lang),
        "version": __version__,
        "engine": a.system.engine,
        "tolerance": f"{RTOL:.0e}",
        "error": f"{a.tolerance_error:.1e}",
        "failed": a.failed_solves,
        "software": names.listed(
            (
                f"Python {platform.python_version()}",
                f"NumPy {np.__version__}",
                *(f"{n} {version(n)}" for n in ("scipy", "xarray", "pandas")),
            ),
            lang,
        ),
    }
    table = pd.DataFrame(
        {
            say("report.col_what", lang): [say(f"report.again_{k}", lang) for k in rows],
            say("report.col_value", lang): [str(v) or "–" for v in rows.values()],
        }
    )
    return Card("again", say("report.again", lang), (say("report.again_text", lang),), table)
