"""The figures of an answer; each is a function of it and a language."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib import rc_context
from matplotlib.figure import Figure

from hepatica.answering import Answer
from hepatica.dosing.nested import split
from hepatica.evidence import load, references
from hepatica.outcomes.scores import meld
from hepatica.outcomes.survival import competing_incidence
from hepatica.report.style import CARE, CELLS, HYPOTHESIS, LIMIT, PUBLISHED, SETTINGS, panels, quiet_glyphs
from hepatica.therapy import ROUTES
from hepatica.words import say

MOST_LINES = 40
BANDS = (5, 25, 50, 75, 95)


def labs(answer: Answer, lang: str) -> Figure:
    """Spaghetti and percentile bands of bilirubin, INR, albumin and MELD, per arm."""
    ds = next(iter(answer.courses.values()))
    figure, axes = panels(ds.sizes["arm"], 4, width=12.5, height=2.9, sharex=True, sharey="col")
    scores = np.asarray(
        meld(bilirubin=ds["bilirubin"].values, creatinine=ds["creatinine"].values, inr=ds["inr"].values)
    )
    wanted = {
        "bilirubin": ds["bilirubin"].values,
        "inr": ds["inr"].values,
        "albumin": ds["albumin"].values,
        "meld": scores,
    }
    for row, arm in enumerate(ds["arm"].values):
        colour = CARE if row == 0 else CELLS
        for column, (name, values) in enumerate(wanted.items()):
            ax, these = axes[row, column], values[row]
            ax.plot(ds["time"], these[:MOST_LINES].T, color=colour, alpha=0.18, lw=0.5, rasterized=True)
            low, q1, middle, q3, high = np.nanpercentile(these, BANDS, axis=0)
            ax.fill_between(ds["time"], low, high, color=colour, alpha=0.15, lw=0)
            ax.fill_between(ds["time"], q1, q3, color=colour, alpha=0.3, lw=0)
            ax.plot(ds["time"], middle, color=colour, lw=2)
            ax.set_ylim(0, np.nanpercentile(values, 99.5) * 1.05)
            if row == 0:
                ax.set_title(say(f"report.axis_{name}", lang))
            if row == ds.sizes["arm"] - 1:
                ax.set_xlabel(say("report.axis_days", lang))
        axes[row, 0].set_ylabel(arm_name(str(arm), lang))
    return figure


def arm_name(name: str, lang: str) -> str:
    """An arm's name in a language."""
    text = name.replace("standard care", say("report.standard_care", lang)).replace(
        " once ", f" {say('report.once', lang)} "
    )
    for route in ROUTES.values():
        text = text.replace(route.label, say(f"report.route_{route.name}", lang))
    return text


def survival_curves(ds: xr.Dataset) -> np.ndarray:
    """Survival (arm, patient, time), transplanted or not, from the intensities."""
    died, _ = competing_incidence(
        ds["time"].values, ds["death_intensity"].values, ds["transplant_intensity"].values
    )
    return np.asarray(1.0 - died)


def survival(answer: Answer, lang: str) -> Figure:
    """Simulated survival with its band of ignorance, published points, and numbers at risk."""
    count = len(answer.courses)
    figure, axes = panels(
        2, count, width=6.2 * count, height=2.9, sharex=True, gridspec_kw={"height_ratios": [4, 1]}
    )
    marks = [int(d) for d in (0, 28, 60, 90, 120, 150, 180) if d <= answer.study.horizon]
    for column, (hypothesis, ds) in enumerate(answer.courses.items()):
        ax, below, times = axes[0, column], axes[1, column], ds["time"].values
        curves, draw = survival_curves(ds), ds["draw"].values
        for row, (colour, line) in enumerate(((CARE, "--"), (CELLS, "-"))[: ds.sizes["arm"]]):
            ends = np.array(
                [
                    [s.low, s.mean, s.high]
                    for s in (split(curves[row, :, k], draw) for k in range(0, len(times), 6))
                ]
            )
            ax.fill_between(
                times[::6],
                np.clip(ends[:, 0], 0, 1),
                np.clip(ends[:, 2], 0, 1),
                color=colour,
                alpha=0.18,
                lw=0,
            )
            ax.plot(
                times[::6],
                ends[:, 1],
                color=colour,
                ls=line,
                lw=2,
                label=arm_name(str(ds["arm"].values[row]), lang),
            )
            for d in marks:
                below.text(
                    d,
                    1 - row,
                    f"{np.nansum(curves[row, :, int(np.searchsorted(times, d))]):.0f}",
                    color=colour,
                    ha="center",
                    va="center",
                    fontsize=8,
                )
        _published(ax, answer, lang)
        ax.set(ylim=(0, 1.02), title=say(f"common.{hypothesis}", lang))
        ax.legend(fontsize=8, loc="lower left")
        below.set(ylim=(-0.6, 1.6), yticks=[], xlabel=say("report.axis_days", lang))
        below.set_title(say("report.at_risk", lang), fontsize=8, fontweight="normal")
        below.spines[["left", "bottom"]].set_visible(False)
    axes[0, 0].set_ylabel(say("report.axis_survival", lang))
    return figure


def _published(ax: Any, answer: Answer, lang: str) -> None:
    for key in answer.population.shown:
        publication = load(key)
        for shift, (marker, arm) in enumerate(zip(("v", "^"), publication.arms, strict=False)):
            for o in publication.find(arm=arm.id, variable="survival"):
                scale = 0.01 if o.unit in ("percent", "%") else 1.0
                if o.time > answer.study.horizon or o.value is None:
                    continue
                ends = (
                    None
                    if o.low is None or o.high is None
                    else [[scale * (o.value - o.low)], [scale * (o.high - o.value)]]
                )
                ax.errorbar(
                    o.time + 2 * shift,
                    scale * o.value,
                    yerr=ends,
                    marker=marker,
                    color=PUBLISHED,
                    capsize=3,
                    ls="none",
                    label=say(
                        "report.published_arm",
                        lang,
                        publication=references()[publication.cite].short(),
                        arm=arm.id.upper(),
                        n=arm.n,
                    ),
                )


def kinetics(answer: Answer, lang: str) -> Figure:
    """Viable cells per organ over two weeks, by route and hypothesis."""
    organs = (
        ("cells_lung", "#0072B2", "-"),
        ("cells_liver", "#D55E00", "--"),
        ("cells_spleen", "#009E73", "-."),
        ("cells_rest", "#CC79A7", ":"),
    )
    count = len(answer.kinetics)
    figure, axes = panels(count, len(ROUTES), width=12, height=2.7, sharex=True, sharey=True)
    for row, (hypothesis, ds) in enumerate(answer.kinetics.items()):
        given = sum(ds[n].values[..., 2].mean(axis=1) for n, _, _ in organs)
        for column, route in enumerate(ds["arm"].values):
            ax = axes[row, column]
            for name, colour, line in organs:
                values = 100 * ds[name].values[column] / given[0]
                low, middle, high = np.nanpercentile(values, (10, 50, 90), axis=0)
                ax.fill_between(ds["time"], low, high, color=colour, alpha=0.15, lw=0)
                ax.plot(ds["time"], middle, color=colour, ls=line, lw=1.8, label=say(f"report.{name}", lang))
            if row == 0:
                ax.set_title(say(f"report.route_{route}", lang))
            if row == count - 1:
                ax.set_xlabel(say("report.axis_days", lang))
        axes[row, 0].set_ylabel(
            f"{say(f'common.{hypothesis}', lang)}\n{say('report.axis_share', lang)}", fontsize=8
        )
    axes[0, -1].legend(fontsize=8)
    return figure


def window(answer: Answer, lang: str) -> Figure:
    """Benefit and harm over dose, by route, infusions and hypothesis."""
    frame = answer.decision.frame()
    cells = frame[frame["infusions"] > 0]
    routes = list(dict.fromkeys(cells["route"]))
    utility = answer.study.utility.utility()
    figure, axes = panels(
        3, len(routes), width=max(6.0, 5.4 * len(routes)), height=2.7, sharex=True, sharey="row"
    )
    for column, route in enumerate(routes):
        here = cells[cells["route"] == route]
        for hypothesis, rows in here.groupby("hypothesis", sort=False):
            colour, line, marker = HYPOTHESIS[str(hypothesis)]
            for k, (n, series) in enumerate(rows.groupby("infusions")):
                series, fill = series.sort_values("dose"), "white" if k == 0 else colour
                style = {"color": colour, "ls": line, "marker": marker, "mfc": fill, "ms": 5}
                label = f"{say(f'common.{hypothesis}', lang)}, {n}x"
                axes[0, column].plot(series["dose"], series["gain"], label=label, **style)
                axes[0, column].fill_between(
                    series["dose"], series["gain_low"], series["gain_high"], color=colour, alpha=0.08, lw=0
                )
                axes[1, column].plot(series["dose"], 100 * series["survival_gain"], **style)
                axes[2, column].plot(series["dose"], 100 * series["excess_thrombosis"], **style)
        limit = utility.harm("thrombosis").limit
        if np.isfinite(limit):
            axes[2, column].axhline(
                100 * limit, color=LIMIT, lw=1.5, ls=(0, (4, 2)), label=say("report.limit", lang)
            )
        for ax in axes[:, column]:
            ax.set_xscale("log")
            ax.axhline(0, color="black", lw=0.6)
            ax.axvline(ROUTES[route].highest_given.value, color=CARE, lw=1, ls=":")
        axes[0, column].set_title(say(f"report.route_{route}", lang))
        axes[2, column].set_xlabel(say("report.axis_dose", lang))
    for row, key in enumerate(("axis_gain", "axis_survival_gain", "axis_thrombosis")):
        axes[row, 0].set_ylabel(say(f"report.{key}", lang))
    axes[0, 0].legend(fontsize=7)
    axes[2, 0].legend(fontsize=7)
    return figure


def spread(answer: Answer, lang: str) -> Figure:
    """Between patients against ignorance, for the regimens of the grid."""
    frame = answer.decision.frame()
    cells = frame[(frame["infusions"] > 0) & frame["admissible"]]
    figure, axes = panels(
        1, len(answer.decision.by_hypothesis), width=11, height=3.4, sharey=True, sharex=True
    )
    for column, (hypothesis, rows) in enumerate(cells.groupby("hypothesis", sort=False)):
        ax, top = axes[0, column], rows.nlargest(8, "gain")[::-1]
        y = np.arange(len(top))
        ax.barh(y + 0.2, top["gain_between_sd"], height=0.36, color=CELLS, label=say("report.between", lang))
        ax.barh(
            y - 0.2,
            top["gain_ignorance_sd"],
            height=0.36,
            color="white",
            edgecolor=PUBLISHED,
            hatch="///",
            label=say("report.ignorance", lang),
        )
        ax.set_yticks(y, [arm_name(a, lang) for a in top["arm"]], fontsize=8)
        ax.set(title=say(f"common.{hypothesis}", lang), xlabel=say("report.axis_sd", lang))
    axes[0, 0].legend(fontsize=8)
    return figure


def drawn(make: Any, answer: Answer, lang: str) -> Figure:
    """Make a figure in the package's style."""
    with rc_context(SETTINGS), quiet_glyphs():
        return make(answer, lang)
