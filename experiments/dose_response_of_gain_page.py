"""Page of the dose-response of the gain: tables and figures of docs/dose-response-of-gain.md from simulated gains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from dose_response_of_gain_text import LEAST, POPULATION, SCATTER, direct_check, in_short, mean_curve
from dose_response_page import number, table

from hepatica.dosing.predictive import weighted_quantile
from hepatica.files import write_whole
from hepatica.report.style import LOOKS, legend_below, panels, styled
from hepatica.translation.dose_response.gain_curve import describe_curves
from hepatica.translation.dose_response.reweighting import effective_draws

Floats = np.ndarray
LEVELS = [0.05, 0.5, 0.95]
UNIT = ("days", "points")
REPLICATES = 400  # of the bootstrap over draws
HYPOTHESIS = {"label_is_cells": "images mean cells", "lung_only": "hardly leave the lung"}
OUTCOME = ("Quality-adjusted days gained within 180 days, harms taken off", "Points of survival gained at day 90")
KNOWN_AS = {"all": "all", "no animals": "no animals", "none": "neither"}
FALLS = ((1e6, 1e7), (1e7, 3e7), (1e7, 1e8))


def resampled(gain: Floats, weight: Floats, doses: Floats) -> tuple[float, float]:
    """Errors of the half-effect (decades) and the plateau of the mean curve, by bootstrap over draws."""
    rng = np.random.default_rng(1)
    rows = rng.choice(len(weight), (REPLICATES, len(weight)))
    w = weight[rows] / weight[rows].sum(1, keepdims=True)
    curves = np.einsum("drk,rk->rd", gain[:, rows], w)
    shape = describe_curves(doses, curves)
    return float(np.nanstd(np.log10(shape.half))), float(shape.plateau.std())


def noise(halves: Floats, doses: Floats, least: float) -> tuple[float, float]:
    """SDs by few patients of a row's log10 half-effect and plateau, from both halves of its patients."""
    shapes = [describe_curves(doses, np.moveaxis(x, 0, -1), least) for x in halves]
    half, top = (shapes[0].half / shapes[1].half, shapes[0].plateau - shapes[1].plateau)
    return float(np.nanstd(np.log10(half)) / 2), float(np.nanstd(top) / 2)


def interval(values: Floats, weight: Floats, show: Callable[[float], str]) -> str:
    """Weighted median and 90 % interval of what is finite."""
    good = np.isfinite(values)
    if not good.any():
        return "-"
    low, middle, high = weighted_quantile(values[good], weight[good], LEVELS)
    return f"{show(middle)} ({show(low)} to {show(high)})"


def at_least(doses: Floats) -> Callable[[float], str]:
    """Text of a dose; one at the foot of the ladder is below it."""
    return lambda x: f"<{number(doses[0])}" if x <= doses[0] * 1.001 else number(x)


def cases(gains: Mapping[Any, Any], population: str) -> Iterable[tuple[Any, Any]]:
    """Cases of a population."""
    return ((c, g) for c, g in gains.items() if c.population == population)


def head_of(case: Any, times: int) -> tuple[str, ...]:
    """First cells of a row."""
    return (HYPOTHESIS[case.hypothesis], case.draws, case.parts, "once" if times == 1 else f"x{times}")


def shapes(
    gains: Mapping[Any, Any], population: str, outcome: int, doses: Floats, infusions: Sequence[int]
) -> list[str]:
    """Half-effect and plateau over draws, by evidence, and of the mean curve."""
    rows = []
    for (case, g), (i, times) in product(cases(gains, population), enumerate(infusions)):
        gain = g.mean()[outcome, i]
        shape = describe_curves(doses, gain.T, LEAST[outcome])
        none = 100 * float(g.weights["all"] @ ~np.isfinite(shape.half))
        halves = [interval(shape.half, w, at_least(doses)) for w in g.weights.values()]
        tops = [interval(shape.plateau, w, "{:.1f}".format) for w in g.weights.values()]
        rows.append((*head_of(case, times), *halves, *tops, f"{none:.0f} %"))
    head = "cells | draws | by | infusions"
    by = [f"{what}, {KNOWN_AS[k]}" for what in ("half-effect", "plateau") for k in KNOWN_AS]
    return table(f"{head} | {' | '.join(by)} | no gain", rows)


def means(
    gains: Mapping[Any, Any], population: str, outcome: int, doses: Floats, infusions: Sequence[int]
) -> list[str]:
    """Mean gain by dose with its Monte-Carlo error, and half-effect and plateau of the mean curve."""
    rows = []
    for (case, g), (i, times) in product(cases(gains, population), enumerate(infusions)):
        gain = g.mean()[outcome, i]
        mean, error = mean_curve(gain, g.weights["all"])
        shape, (half, top) = describe_curves(doses, mean), resampled(gain, g.weights["all"], doses)
        shown = [f"{m:+.1f} ± {e:.1f}" for m, e in zip(mean, error, strict=True)]
        of_mean = (f"{number(float(shape.half))} ×/÷ {10**half:.2f}", f"{float(shape.plateau):.1f} ± {top:.1f}")
        rows.append((*head_of(case, times), *shown, *of_mean))
    head = " | ".join(("cells | draws | by | infusions", *map(number, doses)))
    return table(f"{head} | half-effect of the mean | its plateau", rows)


def evidence_of_means(gains: Mapping[Any, Any], population: str, doses: Floats, infusions: Sequence[int]) -> list[str]:
    """Half-effect and plateau of the mean curve by evidence, with errors, and effective draws."""
    rows = []
    for (case, g), (i, times) in product(cases(gains, population), enumerate(infusions)):
        for k, w in g.weights.items():
            gain = g.mean()[0, i]
            shape, (half, top) = describe_curves(doses, mean_curve(gain, w)[0]), resampled(gain, w, doses)
            of_mean = (f"{number(float(shape.half))} ×/÷ {10**half:.2f}", f"{float(shape.plateau):.1f} ± {top:.1f}")
            rows.append((*head_of(case, times), KNOWN_AS[k], *of_mean, f"{effective_draws(w):.0f} of {len(w)}"))
    return table("cells | draws | by | infusions | evidence | half-effect | plateau, days | effective draws", rows)


def falls(gains: Mapping[Any, Any], population: str, doses: Floats, infusions: Sequence[int]) -> list[str]:
    """Change of the gain from one dose to a higher one, paired, with error and the share of draws in which it falls."""
    rows = []
    for (case, g), (i, times), outcome in product(cases(gains, population), enumerate(infusions), range(2)):
        gain, w = g.mean()[outcome, i], g.weights["all"]
        shown = []
        for low, high in FALLS:
            a, b = (int(np.argmin(abs(doses - x))) for x in (low, high))
            change = gain[b] - gain[a]
            mean, error = mean_curve(change[None], w)
            shown.append(f"{mean[0]:+.1f} ± {error[0]:.1f} ({100 * float(w @ (change < 0)):.0f} %)")
        best = describe_curves(doses, mean_curve(gain, w)[0]).best
        rows.append((*head_of(case, times), UNIT[outcome], number(float(best)), *shown))
    pairs = " | ".join(f"{number(a)} to {number(b)}" for a, b in FALLS)
    return table(f"cells | draws | by | infusions | gain in | best dose of the mean | {pairs}", rows)


def scatter(gains: Mapping[Any, Any], doses: Floats, infusions: Sequence[int]) -> list[str]:
    """SD over draws of half-effect and plateau, and the part of it that few patients make."""
    rows = []
    for case, g in gains.items():
        i = len(infusions) - 1
        shape = describe_curves(doses, g.mean()[0, i].T, LEAST[0])
        half, top = noise(g.value[0, :, i], doses, LEAST[0])
        spread = (f"{np.nanstd(np.log10(shape.half)):.2f}", f"{half:.2f}", f"{shape.plateau.std():.1f}", f"{top:.1f}")
        rows.append((POPULATION[case.population], *head_of(case, infusions[i])[:3], *spread))
    return table(
        "population | cells | draws | by | half-effect, decades | by few patients | plateau, days | by few", rows
    )


def compose(
    gains: Mapping[Any, Any],
    doses: Floats,
    infusions: Sequence[int],
    *,
    draws: int,
    patients: int,
    model: str,
    checks: Any,
) -> str:
    """The page."""
    lines = [
        "# Dose-response of the gain",
        "",
        f"Written by `python experiments/dose_response_of_gain.py --draws {draws} --patients {patients} --write docs`: "
        f"model {model[:12]}, up to {draws} draws from the priors and {draws} learnt, {patients} virtual patients of "
        "each, the same ones under every dose. Marrow cells by a peripheral vein in an hour, once or four times a week "
        "apart; doses are cells per kg of each infusion. For research use. Not a medical device.",
        "",
        "## In short",
        "",
        *in_short(gains, doses, checks.spared),
        *summary(gains, doses, infusions),
        "",
        *direct_check(gains, doses, checks.direct),
    ]
    for population in dict.fromkeys(c.population for c in gains):
        lines += [
            f"## {POPULATION[population]}",
            "",
            f"![{POPULATION[population]}](img/dose-response-of-gain-{population}.svg)",
            "",
        ]
        for outcome, title in enumerate(OUTCOME):
            lines += [
                f"**{title}**: half-effect (cells/kg) and plateau over draws, median (90 %), by what the priors hold.",
                "",
            ]
            lines += [*shapes(gains, population, outcome, doses, infusions), ""]
        lines += [
            "**Half-effect and plateau of the mean over draws**, by evidence, in days; ± and ×/÷ are bootstrap errors.",
            "",
        ]
        lines += [*evidence_of_means(gains, population, doses, infusions), ""]
        for outcome, title in enumerate(OUTCOME):
            lines += [f"**{title}**: mean over draws by dose ± Monte-Carlo error.", ""]
            lines += [*means(gains, population, outcome, doses, infusions), ""]
        lines += [
            "**Fall at high dose**: change of the gain ± Monte-Carlo error (share of draws in which it falls).",
            "",
        ]
        lines += [*falls(gains, population, doses, infusions), ""]
    lines += ["## What few patients add", "", SCATTER, "", *scatter(gains, doses, infusions), ""]
    return "\n".join(lines)


def draw(gains: Mapping[Any, Any], doses: Floats, infusions: Sequence[int], folder: Path) -> None:
    """A figure for each population."""
    for population in dict.fromkeys(c.population for c in gains):
        figure = curves_figure(gains, population, doses, infusions)
        with styled():
            write_whole(
                folder / f"dose-response-of-gain-{population}.svg",
                lambda p, f=figure: f.savefig(p, format="svg", metadata={"Date": None}),  # type: ignore[misc]
            )


def curves_figure(gains: Mapping[Any, Any], population: str, doses: Floats, infusions: Sequence[int]) -> Any:
    """Mean days gained by dose with its 90 % interval over draws, with the evidence and without it."""
    with styled():
        figure, axes = panels(2, 2, width=11.0, height=3.1)
        for (row, draws), (column, hypothesis) in product(enumerate(("priors", "learnt")), enumerate(HYPOTHESIS)):
            ax = axes[row, column]
            (g,) = (
                g for c, g in cases(gains, population) if (c.draws, c.hypothesis, c.parts) == (draws, hypothesis, "all")
            )
            for i, times in enumerate(infusions):
                gain, (colour, _, marker) = g.mean()[0, i], LOOKS[i]
                for k, line in (("all", "-"), ("none", ":")):
                    mean, _ = mean_curve(gain, g.weights[k])
                    name = f"{'once' if times == 1 else f'x{times}'}, {'with' if k == 'all' else 'without'} evidence"
                    ax.plot(
                        np.log10(doses), mean, color=colour, linestyle=line, marker=marker, markersize=3, label=name
                    )
                ends = np.array([weighted_quantile(x, g.weights["all"], LEVELS) for x in gain])
                ax.fill_between(np.log10(doses), ends[:, 0], ends[:, 2], color=colour, alpha=0.12, linewidth=0)
            ax.axhline(0.0, color="0.5", linewidth=0.8)
            ax.set(title=f"{draws}: {HYPOTHESIS[hypothesis]}", xlabel="log10 cells per kg", ylabel="days")
        legend_below(figure, axes[0, 0], 4)
    return figure


def summary(gains: Mapping[Any, Any], doses: Floats, infusions: Sequence[int]) -> list[str]:
    """All that acts, four infusions: half-effect and plateau with the evidence and without, and the fall."""
    rows, i, ten = [], len(infusions) - 1, int(np.argmin(abs(doses - 1e7)))
    for case, g in gains.items():
        if case.parts != "all":
            continue
        gain = g.mean()[0, i]
        shape = describe_curves(doses, gain.T, LEAST[0])
        pair = [g.weights[k] for k in ("all", "none")]
        halves = [interval(shape.half, w, at_least(doses)) for w in pair]
        tops = [interval(shape.plateau, w, "{:.1f}".format) for w in pair]
        fall, error = mean_curve((gain[-1] - gain[ten])[None], pair[0])
        best = number(float(describe_curves(doses, gain @ pair[0]).best))
        where = (POPULATION[case.population], *head_of(case, infusions[i])[:2])
        rows.append((*where, *halves, *tops, best, f"{fall[0]:+.1f} ± {error[0]:.1f}"))
    head = "population | cells | draws | half-effect, with evidence | without | plateau, days, with | without"
    return table(f"{head} | best dose of the mean | days from 1e7 to 1e8", rows)
