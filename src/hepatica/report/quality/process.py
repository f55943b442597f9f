"""Page of a product's process: what arrives of a cell that was ordered, step by step, each law with its source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from hepatica.api.base import Answer
from hepatica.api.manufacturing.process import ProcessAnswer, ProcessResult
from hepatica.card import Card
from hepatica.report.answer_page import Heading, write_answer
from hepatica.report.style import BLUE, panels, roomy, styled
from hepatica.therapy import SOURCES, Product
from hepatica.therapy.process import Step
from hepatica.therapy.process.chain import AMOUNTS, Amount
from hepatica.words import say

SHOWN = ("viability", "debris", "delivered", "function", "receptors", "tissue_factor", "diameter")


def process_cards(result: ProcessResult, lang: str) -> tuple[Card, ...]:
    """Cards: the answer, steps, conflicting findings, and laws with their sources.

    Parameters
    ----------
    result : ProcessResult
        Chain of a product file.
    lang : {"en", "zh"}
        Language.
    """
    made = [_answer(result, lang), _steps(result, lang)]
    if result.alternatives:
        made.append(_findings(result, lang))
    return (*made, _laws(result, lang))


def name_of(step: Step, lang: str) -> str:
    """Step with what was chosen for it."""
    chosen = [_chosen(key, value, lang) for key, value in step.table().items() if key != "kind"]
    kind = say(f"product.step_{step.kind}", lang)
    return say("product.step_with", lang, kind=kind, chosen=", ".join(chosen)) if chosen else kind


def _chosen(key: str, value: object, lang: str) -> str:
    if key in ("finding", "vehicle", "device"):
        return say(f"product.{'finding_short' if key == 'finding' else key}_{value}", lang)
    return say(f"product.of_{key}", lang, value=f"{value:g}" if isinstance(value, float) else str(value))


def _range(a: Amount, digits: int = 2) -> str:
    if round(a.low, digits) == round(a.high, digits):
        return f"{a.value:.{digits}f}"
    return f"{a.value:.{digits}f} ({a.low:.{digits}f} – {a.high:.{digits}f})"


def _answer(result: ProcessResult, lang: str) -> Card:
    chain, last = result.chain, result.chain.results[-1].after
    given = {name: _range(last[name]) for name in AMOUNTS}
    passage, source = chain.passage, SOURCES[result.product.source].label[lang]
    text = [
        say("product.process_arrives", lang, **given),
        say("product.process_cells", lang, source=source, passage=passage, doublings=_range(chain.doublings, 1),
            days=_range(chain.culture_days, 0), recovered=_range(chain.recovered)),
    ]  # fmt: skip
    if chain.senescent:
        text.append(say("product.process_senescent", lang, source=source, passage=passage))
    assumed = sum(law.grade == "assumed" for r in chain.results for law in r.laws)
    text.append(say("product.process_assumed", lang, assumed=assumed, all=sum(len(r.laws) for r in chain.results)))
    return Card("answer", say("product.card_answer", lang), tuple(text))


def _steps(result: ProcessResult, lang: str) -> Card:
    rows = [
        (f"{k}. {name_of(r.step, lang)}", *(_range(r.after[name], 1 if name == "diameter" else 2) for name in SHOWN))
        for k, r in enumerate(result.chain.results, 1)
    ]
    columns = [say("product.step", lang), *(say(f"product.amount_{name}", lang) for name in SHOWN)]
    return Card(
        "steps",
        say("product.card_steps", lang),
        (say("product.steps", lang),),
        pd.DataFrame(rows, columns=columns),
        lambda: steps_figure(result, lang),
        say("product.alt_steps", lang),
    )


def steps_figure(result: ProcessResult, lang: str) -> Figure:
    """Attributes after each step with 90 % intervals over what is not known of the laws."""
    with styled():
        names = [name for name in SHOWN if name != "debris"]
        results = result.chain.results
        figure, axes = panels(2, 3, width=11.0, height=0.22 * len(results) + 1.2)
        y = list(range(len(results)))[::-1]
        for ax, name in zip(axes.ravel(), names, strict=True):
            for at, r in zip(y, results, strict=True):
                ax.plot([r.after[name].low, r.after[name].high], [at, at], color=BLUE, lw=1.6)
            ax.plot([r.after[name].value for r in results], y, ls="none", marker="o", ms=5, color=BLUE)
            ax.set_xlabel(roomy(say(f"product.amount_{name}", lang)))
            ax.set_yticks(y, [])
        for row in axes:
            row[0].set_yticks(y, [roomy(say(f"product.step_{r.step.kind}", lang)) for r in results])
        return figure


def _findings(result: ProcessResult, lang: str) -> Card:
    def row(name: str, p: Product) -> tuple[str, ...]:
        chosen = say("product.yes" if p == result.product else "product.no", lang)
        state = say("product.thawed" if p.thawed else "product.fresh", lang)
        return say(f"product.finding_{name}", lang), chosen, state, f"{p.viability:.2f}", f"{p.potency:.2f}"

    columns = [say(f"product.{k}", lang) for k in ("finding", "chosen", "given_as", "amount_viability", "potency")]
    table = pd.DataFrame([row(name, p) for name, p in result.alternatives.items()], columns=columns)
    return Card("findings", say("product.card_findings", lang), (say("product.findings", lang),), table)


def _laws(result: ProcessResult, lang: str) -> Card:
    rows = [
        (
            say(f"product.step_{r.step.kind}", lang),
            law.label[lang],
            f"{law.value:g}",
            law.prior.describe(),
            say(f"product.grade_{'assumed' if law.grade == 'assumed' else 'measured'}", lang),
            law.source,
        )
        for r in result.chain.results
        for law in r.laws
    ]
    columns = [say(f"product.{k}", lang) for k in ("step", "law", "value", "prior", "grade", "known_from")]
    return Card(
        "laws", say("product.card_laws", lang), (say("product.laws", lang),), pd.DataFrame(rows, columns=columns)
    )


def write_process(
    result: ProcessResult, made: Sequence[Card], answer: Answer, folder: Path, lang: str, *, name: str, command: str
) -> list[Path]:
    """Write ``report.html``, ``steps.csv``, ``laws.csv`` and ``process.json``.

    Returns
    -------
    list of Path
        The files.
    """
    title = say("product.process_title", lang, name=name)
    heading = Heading(title, say("product.process_subtitle", lang), say("product.process_beside", lang), command)
    plain = ProcessAnswer.of(result)
    tables = {"steps": pd.DataFrame(plain.steps), "laws": pd.DataFrame(plain.laws)}
    return write_answer(made, answer, folder, lang, heading=heading, name="process", tables=tables)
