"""Page of products side by side: sources, passage and thaw; single attributes; what the variation of lots costs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hepatica.api.base import Answer
from hepatica.card import Card
from hepatica.dosing.variance_components import VarianceComponents
from hepatica.manufacturing.clinical.alternatives import Compared, Group, ProductComparison
from hepatica.manufacturing.clinical.lots import LotSummary
from hepatica.report.answer_page import Heading, write_answer
from hepatica.report.style import BLUE, GREY, VERMILLION, legend_below, log_scale, panels, roomy, styled
from hepatica.therapy import SOURCES, LotVariation
from hepatica.words import say

TELLING = 2.0
"""Monte-Carlo errors within which a difference has no sign."""
COLOURS = (BLUE, VERMILLION)
ATTRIBUTES = (Group.VIABILITY, Group.PASSAGE, Group.POTENCY, Group.HOLD)


def name_of(row: Compared, lang: str) -> str:
    """Source, passage, fresh or thawed."""
    p = row.alternative.product
    state = say("product.thawed" if p.thawed else "product.fresh", lang)
    return say("product.name", lang, source=SOURCES[p.source].label[lang], passage=p.passage, state=state)


def spread(v: VarianceComponents, digits: int = 1) -> str:
    """Mean with its 90 % interval."""
    return f"{fixed(v.mean, digits)} ({fixed(v.low, digits)} – {fixed(v.high, digits)})"


def fixed(value: float, digits: int) -> str:
    """Number with so many decimals, zero without a sign.

    Examples
    --------
    >>> fixed(-0.00001, 4), fixed(-1.25, 1)
    ('0.0000', '-1.2')
    """
    return f"{round(value, digits) + 0.0:.{digits}f}"


def comparison_cards(result: ProductComparison, lots: LotSummary, lang: str) -> tuple[Card, ...]:
    """Cards: the answer, sources, single attributes, lots, and what is known of each source.

    Parameters
    ----------
    result : ProductComparison
        Products side by side.
    lots : LotSummary
        Variation of lots of the study's product.
    lang : {"en", "zh"}
        Language.
    """
    made = [_answer(result, lots, lang), _sources(result, lang)]
    if any(result.of(g, h) for g in ATTRIBUTES for h in result.study.hypotheses):
        made.append(_attributes(result, lang))
    return (*made, _lots(lots, lang), _known(lang))


def _answer(result: ProductComparison, lots: LotSummary, lang: str) -> Card:
    text = []
    for hypothesis in result.study.hypotheses:
        own = result.of(Group.SOURCE, hypothesis)
        if own:
            best = max(own, key=lambda r: r.gain.mean)
            apart = abs(best.difference.mean) >= TELLING * best.difference.error > 0
            given = {"name": name_of(best, lang), "gain": spread(best.gain), "difference": spread(best.difference)}
            given |= {"hypothesis": say(f"common.{hypothesis}", lang), "error": f"{best.difference.error:.1f}"}
            text.append(say("product.best_apart", lang, **given) if apart else say("product.best_alike", lang, **given))
    units = f"{lots.potency_units[0]:.2g} ({lots.potency_units[1]:.2g} – {lots.potency_units[2]:.2g})"
    feasible = f"{lots.feasible[0]:.2g} – {lots.feasible[1]:.2g}"
    text.append(say("product.dose", lang, cells=f"{lots.cells:.2g}", units=units, feasible=feasible))
    text.append(say("product.assumed", lang))
    return Card("answer", say("product.card_answer", lang), tuple(text))


def _sources(result: ProductComparison, lang: str) -> Card:
    rows = [
        (
            say(f"common.{r.hypothesis}", lang),
            name_of(r, lang),
            spread(r.gain),
            f"{spread(r.difference)} ± {r.difference.error:.1f}",
            spread(r.thrombosis, 4),
        )
        for h in result.study.hypotheses
        for r in result.of(Group.SOURCE, h)
    ]
    columns = [say(f"product.{k}", lang) for k in ("hypothesis", "product", "gain", "difference", "thrombosis")]
    text = say("product.patients", lang, regimen=result.regimen, patients=result.patients, draws=result.draws)
    return Card(
        "sources",
        say("product.card_sources", lang),
        (text,),
        pd.DataFrame(rows, columns=columns),
        lambda: sources_figure(result, lang),
        say("product.alt_sources", lang),
    )


def sources_figure(result: ProductComparison, lang: str) -> Figure:
    """Difference in gain and excess thrombo-embolism of every source, passage and thaw, with 90 % intervals."""
    with styled():
        rows = {h: result.of(Group.SOURCE, h) for h in result.study.hypotheses}
        first = next(iter(rows.values()))
        figure, axes = panels(1, 2, width=11.0, height=0.3 * len(first) + 1.6)
        for k, (hypothesis, own) in enumerate(rows.items()):
            label = say(f"common.{hypothesis}", lang)
            for ax, values in ((axes[0, 0], [r.difference for r in own]), (axes[0, 1], [r.thrombosis for r in own])):
                y = np.arange(len(own))[::-1] + (0.16 - 0.32 * k)
                for at, v in zip(y, values, strict=True):
                    ax.plot([v.low, v.high], [at, at], color=COLOURS[k % 2], lw=1.4)
                marker = "os"[k % 2]
                ax.plot([v.mean for v in values], y, ls="none", marker=marker, ms=5, color=COLOURS[k % 2], label=label)
        for ax in axes[0]:
            ax.axvline(0.0, color=GREY, lw=1.0)
        axes[0, 0].set_xlabel(roomy(say("product.axis_difference", lang)))
        axes[0, 1].set_xlabel(roomy(say("product.axis_thrombosis", lang)))
        axes[0, 0].set_yticks(np.arange(len(first))[::-1], [roomy(name_of(r, lang)) for r in first])
        axes[0, 1].set_yticks([])
        legend_below(figure, axes, 2)
        return figure


def _attributes(result: ProductComparison, lang: str) -> Card:
    rows = [
        (
            say(f"product.group_{g.value}", lang),
            f"{r.alternative.value:g}",
            say(f"common.{h}", lang),
            f"{spread(r.difference)} ± {r.difference.error:.1f}",
            f"{spread(r.thrombosis_difference, 4)} ± {r.thrombosis_difference.error:.4f}",
            f"{spread(r.reaction_difference, 4)} ± {r.reaction_difference.error:.4f}",
        )
        for g in ATTRIBUTES
        for h in result.study.hypotheses
        for r in result.of(g, h)
    ]
    keys = ("attribute", "value", "hypothesis", "difference", "thrombosis_change", "reaction_change")
    columns = [say(f"product.{k}", lang) for k in keys]
    return Card(
        "attributes",
        say("product.card_attributes", lang),
        (say("product.attributes", lang), say("product.by_expectation", lang)),
        pd.DataFrame(rows, columns=columns),
        lambda: attributes_figure(result, lang),
        say("product.alt_attributes", lang),
    )


def attributes_figure(result: ProductComparison, lang: str) -> Figure:
    """Gain and thrombo-embolism against the study's product over each attribute, with 90 % bands."""
    with styled():
        groups = [g for g in ATTRIBUTES if result.of(g, result.study.hypotheses[0])]
        figure, axes = panels(2, len(groups), width=11.0, height=2.5)
        for j, group in enumerate(groups):
            for k, hypothesis in enumerate(result.study.hypotheses):
                own = result.of(group, hypothesis)
                x = [r.alternative.value for r in own]
                for ax, values in (
                    (axes[0, j], [r.difference for r in own]),
                    (axes[1, j], [r.thrombosis_difference for r in own]),
                ):
                    label = say(f"common.{hypothesis}", lang)
                    ax.fill_between(
                        x, [v.low for v in values], [v.high for v in values], color=COLOURS[k % 2], alpha=0.15, lw=0
                    )
                    means, line = [v.mean for v in values], ("-", "--")[k % 2]
                    ax.plot(x, means, color=COLOURS[k % 2], marker="os"[k % 2], ms=4, ls=line, label=label)
            for ax in axes[:, j]:
                ax.axhline(0.0, color=GREY, lw=0.8)
            if group is Group.POTENCY:
                for ax in axes[:, j]:
                    log_scale(ax.xaxis)
            axes[1, j].set_xlabel(roomy(say(f"product.group_{group.value}", lang)))
        axes[0, 0].set_ylabel(say("product.axis_days", lang))
        axes[1, 0].set_ylabel(say("product.axis_clots", lang))
        legend_below(figure, axes, 2)
        return figure


def _lots(lots: LotSummary, lang: str) -> Card:
    text = say(
        "product.lots", lang, loss=fixed(lots.loss[0], 2), error=f"{lots.loss[1]:.2f}",
        perfect=f"{lots.perfect_assay:.2f}", assay=f"{lots.assay:.2f}", pooling=f"{lots.pooling:.2f}",
    )  # fmt: skip
    return Card("lots", say("product.card_lots", lang), (text,))


def _known(lang: str) -> Card:
    lots = {s.label[lang]: LotVariation.of_source(name) for name, s in SOURCES.items()}
    rows = [(label, f"{v.potency_sd:g}", v.source) for label, v in lots.items()]
    columns = [say(f"product.{k}", lang) for k in ("source", "lot_sd", "known_from")]
    table = pd.DataFrame(rows, columns=columns)
    return Card("known", say("product.card_known", lang), (say("product.known", lang),), table)


def write_comparison(
    result: ProductComparison, made: Sequence[Card], answer: Answer, folder: Path, lang: str, *, command: str
) -> list[Path]:
    """Write ``report.html``, ``products.csv`` and ``product.json``.

    Returns
    -------
    list of Path
        The files.
    """
    title = say("product.title", lang, title=result.study.title)
    heading = Heading(title, say("product.subtitle", lang), say("product.beside", lang), command)
    tables = {"products": result.frame()}
    return write_answer(made, answer, folder, lang, heading=heading, name="product", tables=tables)
