"""Sentences of the page of the dose-response of the gain, their figures from what was simulated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from dose_response_page import number

from hepatica.translation.dose_response.gain_curve import describe_curves

Floats = np.ndarray
LEAST = (0.5, 0.5)  # day, point of survival: largest gains below are none
POPULATION = {
    "hbv_aclf": "HBV-related acute-on-chronic liver failure",
    "decompensated_cirrhosis": "decompensated cirrhosis",
}
SCATTER = (
    "SD over draws of log10 half-effect and of plateau (days, four infusions), and the part of it that a few patients "
    "a draw make, from two halves of them: intervals over draws above are wider than what is not known by that much."
)
DEFINED = (
    "A half-effect is the lowest dose with half of the largest gain of the ladder, by log dose; draws whose largest "
    "gain is below half a day, or half a point, have none (`no gain`). An interval is over draws. `mechanisms` leaves "
    "out what no mechanism explains. The chance that cells do nothing in people (10 % before, below 1 % learnt) is not "
    "mixed in: this is the gain where they act as in the model. Reweighted draws say with how many effective draws "
    "they speak."
)


class Reading(NamedTuple):
    """Quantities read off the mean curves of one population, over all cases, infusions and outcomes."""

    halves: Floats  # with all the evidence
    moved: Floats  # half-effect without the evidence over that with it
    plateau: Floats  # plateau without over with
    learnt: Floats  # half-effect learnt over that of the priors
    falls: Floats  # change of days from 1e7 to 1e8, and its error
    share: Floats  # draws in which they fall
    rises: Floats  # change of days from 1e6 to 1e7, four infusions, and its error


def mean_curve(gain: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Weighted mean over draws of gains (doses, rows), and its Monte-Carlo error, (doses,)."""
    mean = gain @ weight
    return mean, np.sqrt(((gain - mean[:, None]) ** 2) @ weight**2)


def read_curves(gains: Mapping[Any, Any], doses: Floats, population: str) -> Reading:
    """Ranges over all cases of a population."""
    halves, moved, plateau, falls, share, rises = ([] for _ in range(6))
    by_case: dict[tuple[Any, ...], float] = {}
    one, ten, hundred = (int(np.argmin(abs(doses - x))) for x in (1e6, 1e7, 1e8))
    for case, g in gains.items():
        if case.population != population:
            continue
        every = g.mean()
        for outcome, i in np.ndindex(every.shape[:2]):
            gain, w = every[outcome, i], g.weights["all"]
            here, without = (describe_curves(doses, gain @ g.weights[k]) for k in ("all", "none"))
            halves.append(float(here.half))
            moved.append(float(without.half / here.half))
            plateau.append(float(without.plateau / here.plateau))
            by_case[case._replace(draws=""), outcome, i, case.draws] = float(here.half)
            if outcome == 0:
                change = gain[hundred] - gain[ten]
                falls.append([float(x[0]) for x in mean_curve(change[None], w)])
                share.append(float(w @ (change < 0)))
            if outcome == 0 and i == every.shape[1] - 1:
                rises.append([float(x[0]) for x in mean_curve((gain[ten] - gain[one])[None], w)])
    learnt = [x / by_case[(*k[:3], "priors")] for k, x in by_case.items() if k[3] == "learnt"]
    return Reading(*(np.array(x) for x in (halves, moved, plateau, learnt, falls, share, rises)))


def _range(x: Floats, show: str = "{:.1f}") -> str:
    return f"{show.format(x.min())} to {show.format(x.max())}"


def _without_clots(gains: Mapping[Any, Any], doses: Floats, spared: Mapping[str, Floats]) -> str:
    """Change of days from 1e7 to 1e8, four infusions, priors and mechanisms, as it is and by cells that do not clot."""
    ten, hundred = (int(np.argmin(abs(doses - x))) for x in (1e7, 1e8))
    parts = []
    for population, other in spared.items():
        g = next(
            x
            for c, x in gains.items()
            if (c.population, c.hypothesis, c.draws, c.parts) == (population, "label_is_cells", "priors", "mechanisms")
        )
        shown = []
        for gain in (g.mean()[0, -1], other):
            mean, error = mean_curve((gain[hundred] - gain[ten])[None], np.full(gain.shape[-1], 1 / gain.shape[-1]))
            shown.append(f"{mean[0]:+.1f} ± {error[0]:.1f}")
        parts.append(
            f"in {POPULATION[population]} {shown[1]} days from 1e7 to 1e8, four times, by cells that do not "
            f"clot, where it is {shown[0]}"
        )
    return "; ".join(parts)


def in_short(gains: Mapping[Any, Any], doses: Floats, spared: Mapping[str, Floats]) -> list[str]:
    """Sentences of the tables, by population."""
    lines = []
    for population in dict.fromkeys(c.population for c in gains):
        r = read_curves(gains, doses, population)
        lines += [
            f"**{POPULATION[population]}**, over all cases below. The mean gain has half of its plateau at "
            f"{number(r.halves.min())} to {number(r.halves.max())} cells/kg. Without animals and other diseases that "
            f"takes {_range(r.moved)} times as many cells, and the plateau is {_range(r.plateau, '{:.2f}')} of what it "
            f"is with them; learning from people with liver disease moves the half-effect by a factor of "
            f"{_range(r.learnt)}. From 1e6 to 1e7 cells/kg, four times, the gain changes by {_range(r.rises[:, 0])} "
            f"days (errors up to {r.rises[:, 1].max():.1f}), from 1e7 to 1e8 by {_range(r.falls[:, 0])} days (errors "
            f"up to {r.falls[:, 1].max():.1f}), falling in {_range(100 * r.share, '{:.0f}')} % of draws.",
            "",
        ]
    return [
        *lines,
        "So benefit falls again at high dose, and that is no matter of Monte-Carlo errors. Most of it is clotting, "
        "each thrombo-embolism counted as ten good days and one in twenty as a death ([harms by dose and "
        f"rate](cells.md)): {_without_clots(gains, doses, spared)}. Its size rests on a number at 1e6 and on how fast "
        "cells are given, so that the fall is surer than where it begins. The evidence of animals and other diseases "
        "says how many cells are enough, not what they can do: it moves half-effects by a third of a decade at the "
        "most, where their 90 % intervals are two decades wide, and leaves plateaus where they are within two "
        "Monte-Carlo errors.",
        "",
        DEFINED,
        "",
    ]


def direct_check(gains: Mapping[Any, Any], doses: Floats, direct: Mapping[str, Any]) -> list[str]:
    """Reweighted draws beside draws that were simulated with the prior before any evidence."""
    lines = []
    for case, gain in direct.items():
        g = next(x for c, x in gains.items() if "/".join(c) == case)
        w, equal = g.weights["none"], np.full(gain.shape[-1], 1 / gain.shape[-1])
        weighted, simulated = (mean_curve(x, y) for x, y in ((g.mean()[0, 0], w), (gain, equal)))
        shown = [f"{a:.1f} ± {e:.1f} and {b:.1f} ± {f:.1f}" for a, e, b, f in zip(*weighted, *simulated, strict=True)]
        by_dose = "; ".join(f"{number(d)}: {x}" for d, x in zip(doses, shown, strict=True))
        lines += [
            f"The weights were checked by simulating draws that have the priors before any evidence ({case}, one "
            f"infusion): days by the weights and by that simulation are {by_dose}.",
            "",
        ]
    return lines
