"""Ranking of the regimens of a decision, the gain of the shown one, and agreement of the hypotheses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hepatica.dosing import Decision, Harm, HypothesisResult
from hepatica.dosing.variance_components import VarianceComponents
from hepatica.dosing.verdict import side


def shows_cells(d: Decision) -> bool:
    """True if a regimen with cells is shown; False where all exceed a limit of harm."""
    return d.arms[d.top].regimen.gives_cells


def largest_harm(d: Decision, harms: Sequence[Harm]) -> tuple[Harm, VarianceComponents] | None:
    """Harm of the shown regimen with the largest expected excess over standard care, the larger of the hypotheses.

    A limited harm that is likeliest above its limit comes before one that is only frequent; None without cells.
    """
    return next(iter(leading_harms(d, harms)), None)


def leading_harms(d: Decision, harms: Sequence[Harm]) -> list[tuple[Harm, VarianceComponents]]:
    """Largest harm of the shown regimen, then those that weigh as much by two Monte-Carlo errors; none without cells.

    A harm weighs its expected excess times the days that it loses; one likelier above its limit weighs more.
    """
    c = d.conclusion
    if not shows_cells(d):
        return []
    column = c.column(c.dose)
    worst = [(h, max((p.harms[h.name][column] for p in c.predictive), key=lambda s: s.mean)) for h in harms]

    def over(h: Harm) -> float:
        return max((j.harm_chance.get(h.name, 0.0) for j in c.judgements), default=0.0)

    def weight(row: tuple[Harm, VarianceComponents]) -> tuple[float, float]:
        return over(row[0]), row[1].mean * max(row[0].loss, 0.0)

    def alike(row: tuple[Harm, VarianceComponents]) -> bool:
        """True of a harm whose days are not told from those of the first, and that is as likely above a limit."""
        error = float(np.linalg.norm([s.error * max(h.loss, 0.0) for h, s in (first, row)]))
        return over(row[0]) == over(first[0]) and side(weight(first)[1] - weight(row)[1], 0.0, error) <= 0

    first = max(worst, key=weight)
    return [first, *(row for row in worst if row is not first and alike(row))]


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
    """True if the best regimens of hypotheses differ by two Monte-Carlo errors, or the verdicts on the shown one."""
    best = {h.best for h in d.by_hypothesis}
    apart = any(_is_worse(h, other) for h in d.by_hypothesis for other in best - {h.best})
    return apart or len({j.form for j in d.conclusion.judgements}) > 1


def _is_worse(h: HypothesisResult, other: int) -> bool:
    """True of an arm that gains less than the best of a hypothesis by two Monte-Carlo errors, patient by patient."""
    over = h.benefit.net[h.best] - h.benefit.net[other]
    over = over[np.isfinite(over)]
    return len(over) > 1 and side(float(over.mean()), 0.0, float(over.std() / np.sqrt(len(over)))) > 0
