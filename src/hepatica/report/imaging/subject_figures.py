"""Figures of one subject's scans: odds, organ curves, where label sits, images, next scans, next doses."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from hepatica.imaging.biodistribution.course import PARTS
from hepatica.imaging.biodistribution.hypotheses import LARGEST_LOG_ODDS
from hepatica.imaging.guidance.advice import Advice
from hepatica.imaging.subject.analysis import SubjectAnalysis
from hepatica.imaging.subject.scan import MeasuredScan
from hepatica.report import names
from hepatica.report.imaging.regions import BRIGHTEST
from hepatica.report.style import (
    BLUE,
    GREEN,
    GREY,
    LOOKS,
    PRIOR,
    SKY,
    VERMILLION,
    legend_below,
    look,
    panels,
    styled,
)
from hepatica.words import say

MOST_SCANS = 6
HATCHES = ("", "///", "...")
NINETY = 1.645
DECIDED = 0.005
"""Bits left on the hypotheses below which a scan has nothing more to say on them."""
FIRST_DRAWN = 0.02
"""Day from which curves are drawn."""


def organ(name: str, lang: str) -> str:
    """Name of an organ in a language; one that the model does not give goes by its own."""
    return say(f"image.organ_{name}", lang) if name in ("lung", "liver", "spleen") else name


def when(day: float) -> str:
    """Time of a scan: hours on the first day, then days.

    Examples
    --------
    >>> when(0.0903), when(5.01)
    ('2.2 h', '5 d')
    """
    return f"{24.0 * day:.2g} h" if day < 0.95 else f"{day:.2g} d"


def odds_figure(analysis: SubjectAnalysis, lang: str) -> Figure:
    """Log odds before the scans and after each."""
    first = next(iter(analysis.fit.by_hypothesis))
    with styled():
        figure, axes = panels(1, 1, width=7.0, height=3.6)
        ax = axes[0, 0]
        y = np.clip([o.log_odds for o in analysis.odds], -LARGEST_LOG_ODDS, LARGEST_LOG_ODDS)
        at = np.arange(len(y))
        ax.axhline(0.0, color=GREY, lw=0.8)
        ax.plot(at, y, color=BLUE, marker="o", ms=6)
        days = [when(o.time) for o in analysis.odds[1:]]
        ax.set_xticks(at, [say("image.before_scans", lang), *days])
        ax.set_ylim(-LARGEST_LOG_ODDS - 0.5, LARGEST_LOG_ODDS + 0.5)
        ax.set_xlabel(say("image.axis_scan", lang))
        ax.set_ylabel(say("image.axis_odds", lang, hypothesis=names.hypothesis(first, lang)))
    return figure


def organs_figure(analysis: SubjectAnalysis, lang: str) -> Figure:
    """Label of organs: seen, expected before, and held now; a row for each hypothesis."""
    course = _drawn(analysis)
    with styled():
        figure, axes = panels(len(course.hypothesis), len(course.organ), width=10.0, height=2.9)
        for i, h in enumerate(course.hypothesis.values):
            for k, o in enumerate(course.organ.values):
                ax: Axes = axes[i, k]
                label = course.label.sel(hypothesis=h, organ=o)
                for stage, colour, alpha in (("prior", PRIOR, 0.7), ("posterior", BLUE, 0.35)):
                    band = label.sel(stage=stage)
                    low, middle, high = (band.isel(quantile=q).values for q in range(3))
                    name = say(f"image.band_{stage}" if stage == "prior" else "image.band_posterior", lang)
                    ax.fill_between(course.time, low, high, color=colour, alpha=alpha, lw=0, label=name)
                    ax.plot(course.time, middle, color=GREY if stage == "prior" else BLUE, lw=1.0, ls=_dash(stage))
                _points(ax, analysis, str(o), lang)
                ax.set_title(f"{organ(str(o), lang)}: {names.hypothesis(str(h), lang)}", fontsize=9)
                ax.set_ylim(bottom=0.0)
            axes[i, 0].set_ylabel(say("image.axis_label", lang))
        for ax in axes[-1]:
            ax.set_xlabel(say("image.axis_day", lang))
        legend_below(figure, axes, 3)
    return figure


def _drawn(analysis: SubjectAnalysis) -> xr.Dataset:
    """Course from half an hour on: in the first minutes cells are still on their way."""
    return analysis.course.isel(time=np.flatnonzero(analysis.course.time.values >= FIRST_DRAWN))


def _dash(stage: str) -> str:
    return "--" if stage == "prior" else "-"


def _points(ax: Axes, analysis: SubjectAnalysis, name: str, lang: str) -> None:
    rows = [r for r in analysis.fit.observed.labels if r.organ == name]
    if not rows:
        return
    share = np.array([100 * r.share for r in rows])
    error = NINETY * np.array([100 * np.hypot(r.sd, r.shared_sd * r.share) for r in rows])
    days = [r.time for r in rows]
    ax.errorbar(
        days, share, error, ls="none", marker="o", ms=4, color=VERMILLION, capsize=2, label=say("image.seen", lang)
    )


def parts_figure(analysis: SubjectAnalysis, lang: str) -> Figure:
    """Label by where it sits, stacked; hatched as well as coloured."""
    parts = _drawn(analysis).parts
    colours = (BLUE, GREY, SKY)
    with styled():
        figure, axes = panels(len(parts.hypothesis), len(parts.organ), width=10.0, height=2.7)
        for i, h in enumerate(parts.hypothesis.values):
            for k, o in enumerate(parts.organ.values):
                ax: Axes = axes[i, k]
                floor = np.zeros(parts.sizes["time"])
                for part, colour, hatch in zip(PARTS, colours, HATCHES, strict=True):
                    top = floor + parts.sel(hypothesis=h, organ=o, part=part).values
                    ax.fill_between(
                        parts.time,
                        floor,
                        top,
                        facecolor=colour,
                        alpha=0.65,
                        hatch=hatch,
                        edgecolor="white",
                        lw=0.3,
                        label=say(f"image.part_{part}", lang),
                    )
                    floor = top
                ax.set_title(f"{organ(str(o), lang)}: {names.hypothesis(str(h), lang)}", fontsize=9)
                ax.set_ylim(bottom=0.0)
                ax.set_xlim(0.0, float(parts.time[-1]))
            axes[i, 0].set_ylabel(say("image.axis_label", lang))
        for ax in axes[-1]:
            ax.set_xlabel(say("image.axis_day", lang))
        legend_below(figure, axes, 3)
    return figure


def pictured(analysis: SubjectAnalysis) -> list[MeasuredScan]:
    """Scans with images that are drawn: the first and the last ones."""
    scans = [s for s in analysis.scans if s.views]
    return scans if len(scans) <= MOST_SCANS else [*scans[: MOST_SCANS // 2], *scans[-MOST_SCANS // 2 :]]


def images_figure(analysis: SubjectAnalysis, lang: str) -> Figure:
    """Projection from the front and an axial slice of each scan, with the outlines of regions."""
    scans = pictured(analysis)
    regions = list(dict.fromkeys(n for s in scans for n in s.views[0].shadows))
    with styled():
        figure, axes = panels(2, len(scans), width=max(3.2 * len(scans), 4.0), height=3.4)
        for k, scan in enumerate(scans):
            front = scan.views[0]
            _picture(axes[0, k], front.intensity, front.shadows, front.size, regions, upwards=True)
            axes[0, k].set_title(say("image.day", lang, day=when(scan.day)))
            if scan.slice is None:
                axes[1, k].set_axis_off()
                continue
            cut = scan.slice
            _picture(axes[1, k], cut.intensity, cut.outlines, cut.size, regions, upwards=False)
            axes[1, k].set_title(say("image.axial", lang, day=when(scan.day)))
        for row in axes:
            row[0].set_ylabel("mm")
        for ax, name in _handles(axes[0, 0], regions, lang):
            ax.set_label(name)
        legend_below(figure, axes[:1, :1], 4)
    return figure


def _handles(ax: Axes, regions: list[str], lang: str) -> list[tuple[Any, str]]:
    made = []
    for k, name in enumerate(regions):
        colour, line, _ = look(k)
        made.append((ax.plot([], [], color=colour, ls=line, lw=1.6)[0], organ(name, lang)))
    return made


def _picture(
    ax: Axes, intensity: Any, outlines: Any, size: tuple[float, float], regions: list[str], *, upwards: bool
) -> None:
    height, width = intensity.shape
    across, along = width * size[1], height * size[0]
    top = float(np.percentile(intensity, BRIGHTEST)) or 1.0
    origin: Any = "lower" if upwards else "upper"
    extent = (0.0, across, 0.0, along) if upwards else (0.0, across, along, 0.0)
    norm = PowerNorm(0.5, vmin=0.0, vmax=top, clip=True)  # faint organs beside bright ones
    ax.imshow(intensity, cmap="Greys", norm=norm, origin=origin, extent=extent)
    y, x = (np.arange(-0.5, n + 1) * s for n, s in zip((height, width), size, strict=True))
    for name, mask in outlines.items():
        colour, line, _ = look(regions.index(name)) if name in regions else LOOKS[0]
        ax.contour(
            x, y, np.pad(mask, 1).astype(float), levels=[0.5], colors=[colour], linestyles=[line], linewidths=1.4
        )
    ax.set_xlim(0.0, across)
    ax.set_ylim((0.0, along) if upwards else (along, 0.0))
    ax.locator_params(nbins=4)


def next_scan_figure(analysis: SubjectAnalysis, lang: str) -> Figure:
    """Expected spread of homing and, where it is open, information on the hypotheses; by tracer and day, all organs."""
    every_organ = max(analysis.plans, key=lambda p: len(p.organs)).organs
    tracers = list(dict.fromkeys(p.tracer for p in analysis.plans))
    most = max(p.hypotheses for p in analysis.plans)
    with styled():
        figure, axes = panels(1, 1 if most < DECIDED else 2, width=9.5, height=3.4)
        for k, tracer in enumerate(tracers):
            rows = sorted(
                (p for p in analysis.plans if p.tracer == tracer and p.organs == every_organ), key=lambda p: p.day
            )
            colour, line, marker = look(k) if k < len(LOOKS) else (GREY, (0, (1, 1)), "x")
            days = [p.day for p in rows]
            style: dict[str, Any] = {"color": colour, "ls": line, "marker": marker, "ms": 4, "label": tracer}
            axes[0, 0].plot(days, [p.homing_sd for p in rows], **style)
            if most >= DECIDED:
                axes[0, 1].plot(days, [p.hypotheses for p in rows], **style)
        axes[0, 0].set_ylabel(say("image.axis_homing_sd", lang))
        axes[0, 0].axhline(1.0, color=GREY, lw=0.8)
        gained = max(0.05, 1.0 - min(p.homing_sd for p in analysis.plans))
        axes[0, 0].set_ylim(max(0.0, 1.0 - 1.1 * gained), 1.0 + 0.15 * gained)
        if most >= DECIDED:
            axes[0, 1].set_ylabel(say("image.axis_bits", lang))
            axes[0, 1].set_ylim(bottom=0.0, top=1.1 * most)
        for ax in axes[0]:
            ax.set_xlabel(say("image.axis_day", lang))
        legend_below(figure, axes, 5)
    return figure


def advice_figure(advice: Advice, lang: str, most: int = 10) -> Figure:
    """Gain of the best options with intervals, and what would be expected of each without the scans."""
    options = advice.options[:most]
    with styled():
        figure, axes = panels(1, 1, width=8.5, height=0.9 + 0.45 * len(options))
        ax, y = axes[0, 0], np.arange(len(options))[::-1]
        gain = np.array([o.gain for o in options])
        low, high = np.array([o.low for o in options]), np.array([o.high for o in options])
        ax.axvline(0.0, color=GREY, lw=0.8)
        ax.hlines(y, low, high, color=BLUE, lw=2.0)
        ax.plot(gain, y, ls="none", marker="o", color=BLUE, label=say("image.band_posterior", lang))
        ax.plot(
            [o.unseen for o in options],
            y,
            ls="none",
            marker="D",
            mfc="none",
            color=GREEN,
            label=say("image.col_unseen", lang),
        )
        ax.set_yticks(y, [option_name(o, lang) for o in options])
        ax.set_xlabel(say("image.axis_gain", lang))
        legend_below(figure, axes, 2)
    return figure


def option_name(option: Any, lang: str) -> str:
    """Regimen and product of an option, short."""
    r = option.regimen
    often = say("report.once", lang) if r.infusions == 1 else f"x{r.infusions} q{r.interval:g}d"
    name = f"{r.short_dose} {often} +{r.start:g} d\n{names.route(r.route, lang)}"
    return f"{name}, {option.product}" if option.product else name
