"""Cards, figures and page of a supply plan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hepatica.api.base import Answer
from hepatica.card import Card
from hepatica.manufacturing.quality.supply.clinic import Estimate
from hepatica.manufacturing.quality.supply.plan import Level, SupplyPlan
from hepatica.manufacturing.quality.supply.plan_file import PotencyTable, StockTable
from hepatica.manufacturing.quality.supply.yields import DonorYield, Interval
from hepatica.report.answer_page import Heading, write_answer
from hepatica.report.quality.cards import chance, number, percent
from hepatica.report.style import GREY, LIMIT, legend_below, look, panels, styled
from hepatica.words import say

SHARES = ("treated", "at_once", "wasted")


def supply_cards(plan: SupplyPlan, lang: str) -> tuple[Card, ...]:
    """Cards of a plan: the stock with its figure, doses of a donor, pooling, qualification; those that are asked."""
    made = []
    file = plan.file
    if file.stock is not None:
        made.append(_stock(plan, file.stock, lang))
    if plan.donor is not None:
        made.append(_donor(plan.donor, lang))
    if file.potency is not None:
        made.append(_pooling(plan, file.potency, lang))
        if plan.qualification is not None:
            made.append(_qualification(plan, file.potency, lang))
    return (*made, _assumed(plan, lang))


def _say(key: str, lang: str, **values: object) -> str:
    return say(f"supply.{key}", lang, **values)


def _share(estimate: Estimate, unit: str = " %") -> str:
    if np.isnan(estimate.mean):
        return "–"
    return f"{100 * estimate.mean:.1f} ± {100 * estimate.error:.1f}{unit}"


def _stock(plan: SupplyPlan, table: StockTable, lang: str) -> Card:
    chosen, asked = plan.chosen, percent(table.treated)
    if chosen is None:
        text = [_say("none_enough", lang, asked=asked)]
    else:
        text = [
            _say("answer", lang, reorder=chosen.reorder, treated=_share(chosen.result.treated), asked=asked,
                 at_once=_share(chosen.result.at_once), wasted=_share(chosen.result.wasted))
        ]  # fmt: skip
    first = plan.levels[0].supply
    text.append(_say("lots_are", lang, doses=first.doses_per_lot, failure=percent(first.failure)))
    rows = [_level(level, lang) for level in plan.levels]
    runs = plan.levels[0].result.runs
    return Card(
        "stock",
        _say("card_stock", lang),
        tuple(text),
        pd.DataFrame(rows),
        lambda: stock_figure(plan, table, lang),
        _say("alt_stock", lang),
        _say("note_stock", lang, runs=runs, days=number(table.days)),
    )


def _level(level: Level, lang: str) -> dict[str, str]:
    r = level.result
    return {
        _say("reorder", lang): f"{level.reorder}",
        **{
            _say("in_percent", lang, name=_say(name, lang)): _share(getattr(r, name), "")
            for name in ("treated", "at_once")
        },
        _say("wait", lang): f"{r.wait.mean:.3g}" if np.isfinite(r.wait.mean) else "–",
        **{
            _say("in_percent", lang, name=_say(name, lang)): _share(getattr(r, name), "")
            for name in ("wasted", "empty")
        },
        _say("lots", lang): f"{r.lots.mean:.1f}",
    }


def _interval(value: Interval, lang: str, form: str = "{:,.0f}") -> str:
    if lang == "zh":
        return f"{form.format(value.median)}（{form.format(value.low)} – {form.format(value.high)}）"
    return f"{form.format(value.median)} ({form.format(value.low)} – {form.format(value.high)})"


def _donor(donor: DonorYield, lang: str) -> Card:
    text = [
        _say("donor_is", lang, doses=_interval(donor.doses, lang), mean=f"{donor.expected_doses:.1f}",
             none=percent(donor.no_dose), dose=f"{donor.dose:.3g}".replace("e+0", "e")),
        _say("cost_is", lang, cost=_interval(donor.cost, lang), currency=donor.currency),
    ]  # fmt: skip
    rows = [
        {
            _say("doses_needed", lang): f"{needed:,}",
            _say("donors_needed", lang): f"{n:,}" if n > 0 else _say("more_donors", lang),
        }
        for needed, n in donor.donors_for.items()
    ]
    sources = _say("sources", lang, sources="; ".join(donor.sources))
    return Card("donor", _say("card_donor", lang), tuple(text), pd.DataFrame(rows), note=sources)


def _pooling(plan: SupplyPlan, table: PotencyTable, lang: str) -> Card:
    asked = percent(table.chance)
    text = (
        _say("no_pool", lang, asked=asked) if plan.fewest is None else _say("fewest", lang, n=plan.fewest, asked=asked)
    )
    rows = []
    for pool in plan.pools:
        row = {
            _say("donors", lang): f"{pool.donors}",
            _say("sd", lang): number(pool.sd),
            _say("from_donors", lang): percent(pool.share_from_donors),
            _say("within", lang): chance(pool.chance_within),
        }
        rows.append(row | ({_say("infection", lang): percent(pool.infection)} if table.missed_infection else {}))
    return Card(
        "pooling",
        _say("card_pooling", lang),
        (text,),
        pd.DataFrame(rows),
        lambda: pooling_figure(plan, table, lang),
        _say("alt_pooling", lang),
        _say("sources", lang, sources=table.source),
    )


def _qualification(plan: SupplyPlan, table: PotencyTable, lang: str) -> Card:
    q = plan.qualification
    assert q is not None and table.threshold is not None  # asked for where they are
    text = (
        _say("qualified", lang, threshold=number(table.threshold), share=percent(q.share), mean=number(q.mean),
             usual=number(table.mean)),
        _say("true_ones", lang, good=chance(q.good_given_qualified), kept=chance(q.qualified_given_good),
             threshold=number(table.threshold)),
        _say("to_screen", lang, donors=table.donors, n=f"{q.screened:.1f}", surely=q.screened_surely),
    )  # fmt: skip
    return Card("qualification", _say("card_qualification", lang), text)


def _assumed(plan: SupplyPlan, lang: str) -> Card:
    keys = []
    if plan.levels:
        keys += ["assumed_stock", "assumed_oldest"]
    if plan.donor is not None:
        keys.append("assumed_yield")
    if plan.file.potency is not None:
        keys.append("assumed_potency")
    return Card("assumed", _say("card_assumed", lang), tuple(_say(key, lang) for key in keys))


def stock_figure(plan: SupplyPlan, table: StockTable, lang: str) -> Figure:
    """Shares of patients treated and of doses wasted over the reorder level, with 95 % of the horizons."""
    with styled():
        figure, axes = panels(1, 1, width=8.0, height=3.6)
        ax, x = axes[0, 0], np.array([level.reorder for level in plan.levels], float)
        step = 0.012 * max(x.max() - x.min(), 1.0)
        for k, name in enumerate(SHARES):
            colour, style, marker = look(k)
            rows = [getattr(level.result, name) for level in plan.levels]
            mean, low, high = (100 * np.array([getattr(r, end) for r in rows]) for end in ("mean", "low", "high"))
            ax.vlines(x + step * (k - 1), low, high, color=colour, lw=1.0, alpha=0.6)
            ax.plot(x + step * (k - 1), mean, color=colour, ls=style, marker=marker, ms=5, label=_say(name, lang))
        ax.axhline(100 * table.treated, color=LIMIT, ls="-.", lw=1.4, label=_say("legend_asked", lang))
        if plan.chosen is not None:
            ax.axvline(plan.chosen.reorder, color=GREY, ls=":", lw=1.4, label=_say("legend_chosen", lang))
        ax.set_ylim(-3, 103)
        ax.set_xlabel(_say("axis_reorder", lang))
        ax.set_ylabel("%")
        legend_below(figure, axes, 3)
        return figure


def pooling_figure(plan: SupplyPlan, table: PotencyTable, lang: str) -> Figure:
    """Chance that a lot meets its specification over the donors that it pools."""
    with styled():
        figure, axes = panels(1, 1, width=8.0, height=3.0)
        ax, colour = axes[0, 0], look(0)[0]
        pools = sorted(plan.pools, key=lambda p: p.donors)
        ax.plot([p.donors for p in pools], [100 * p.chance_within for p in pools], color=colour, marker="o", ms=5,
                label=_say("within", lang))  # fmt: skip
        ax.axhline(100 * table.chance, color=LIMIT, ls="-.", lw=1.4, label=_say("legend_asked", lang))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel(_say("donors", lang))
        ax.set_ylabel("%")
        legend_below(figure, axes, 2)
        return figure


def write_supply(
    plan: SupplyPlan, made: Sequence[Card], answer: Answer, folder: Path, lang: str, *, command: str
) -> list[Path]:
    """Write ``report.html``, ``supply.json`` and, where they are asked, ``levels.csv`` and ``pools.csv``.

    Returns
    -------
    list of Path
        The files.
    """
    tables = {}
    if plan.levels:
        tables["levels"] = pd.DataFrame(
            [
                {"reorder": level.reorder, "is_enough": level.is_enough}
                | {
                    f"{name}_{end}": value
                    for name, estimate in level.result._asdict().items()
                    if isinstance(estimate, Estimate)
                    for end, value in estimate._asdict().items()
                }
                for level in plan.levels
            ]
        )
    if plan.pools:
        tables["pools"] = pd.DataFrame([pool._asdict() for pool in plan.pools])
    heading = Heading(
        _say("title", lang, title=plan.file.title), _say("subtitle", lang), _say("tables_note", lang), command
    )
    return write_answer(made, answer, folder, lang, heading=heading, name="supply", tables=tables)
