"""Ranking of the regimens of a decision, the gain of the shown one, and agreement of the hypotheses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hepatica.dosing import Decision, Harm
from hepatica.dosing.variance_components import VarianceComponents


def shows_cells(d: Decision) -> bool:
    """True if a regimen with cells is shown; False where all exceed a limit of harm."""
    return d.arms[d.top].regimen.gives_cells


def largest_harm(d: Decision, harms: Sequence[Harm]) -> tuple[Harm, VarianceComponents] | None:
    """Harm of the shown regimen with the largest expected excess over standard care, the larger of the hypotheses.

    A limited harm that is likeliest above its limit comes before one that is only frequent; None without cells.
    """
    c = d.conclusion
    if not shows_cells(d):
        return None
    column = c.column(c.dose)
    worst = [(h, max((p.harms[h.name][column] for p in c.predictive), key=lambda s: s.mean)) for h in harms]

    def weight(row: tuple[Harm, VarianceComponents]) -> tuple[float, float]:
        over = max((j.harm_chance.get(row[0].name, 0.0) for j in c.judgements), default=0.0)
        return over, row[1].mean * max(row[0].loss, 0.0)

    return max(worst, key=weight)


def shown_gains(d: Decision, place: int) -> tuple[VarianceComponents, VarianceComponents]:
    """Gain (quality-adjusted life days) and survival gain of the shown regimen under a hypothesis, as concluded.

    Parameters
    ----------
    d : Decision
        Of one study.
    place : int
        Of the hypothesis in `Decision.by_hypothesis`.
    """
    h, j = d.by_hypothesis[place], d.conclusion.judgements[place]
    gain = replace(h.gain[d.top], mean=j.gain, low=j.low, high=j.high, above_zero=j.chance, error=j.error)
    alive = replace(
        h.survival_gain[d.top], mean=j.survival_gain, low=j.survival_low, high=j.survival_high, error=j.survival_error
    )
    return gain, alive


def ranking(d: Decision) -> list[int]:
    """Arms by worst regret, the least first; those over a limit of harm last, by their worst gain."""
    worst = d.regret.max(axis=0)
    gain = np.min([[s.mean for s in h.gain] for h in d.by_hypothesis], axis=0)
    return sorted(range(len(d.arms)), key=lambda a: (worst[a], -gain[a], a))


def is_admissible(d: Decision, arm: int) -> bool:
    """True of an arm within every limit of harm under every hypothesis."""
    return bool(np.isfinite(d.regret[:, arm]).all())


def hypotheses_disagree(d: Decision) -> bool:
    """True if the hypotheses differ in their best regimen, or in the verdict on the shown one."""
    return len({h.best for h in d.by_hypothesis}) > 1 or len({j.form for j in d.conclusion.judgements}) > 1
