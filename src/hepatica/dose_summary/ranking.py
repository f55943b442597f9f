"""Ranking of the regimens of a decision, the gain of the shown one, and agreement of the hypotheses."""

from __future__ import annotations

import numpy as np

from hepatica.dosing import Decision
from hepatica.dosing.variance_components import VarianceComponents


def shows_cells(d: Decision) -> bool:
    """True if a regimen with cells is shown; False where all exceed a limit of harm."""
    return d.arms[d.top].regimen.gives_cells


def shown_gains(d: Decision, place: int) -> tuple[VarianceComponents, VarianceComponents]:
    """Gain (quality-adjusted life days) and survival gain of the shown regimen under a hypothesis, confirmed if it was.

    Parameters
    ----------
    d : Decision
        Of one study.
    place : int
        Of the hypothesis in `Decision.by_hypothesis`.
    """
    if d.confirmed:
        return d.confirmed[place].gain, d.confirmed[place].survival_gain
    h = d.by_hypothesis[place]
    return h.gain[d.top], h.survival_gain[d.top]


def ranking(d: Decision) -> list[int]:
    """Arms by worst regret, the least first; those over a limit of harm last, by their worst gain."""
    worst = d.regret.max(axis=0)
    gain = np.min([[s.mean for s in h.gain] for h in d.by_hypothesis], axis=0)
    return sorted(range(len(d.arms)), key=lambda a: (worst[a], -gain[a], a))


def is_admissible(d: Decision, arm: int) -> bool:
    """True of an arm within every limit of harm under every hypothesis."""
    return bool(np.isfinite(d.regret[:, arm]).all())


def hypotheses_disagree(d: Decision) -> bool:
    """True if the hypotheses differ in their best regimen, or in whether the gain's interval lies above zero."""
    gains = [c.gain for c in d.confirmed] or [h.gain[d.top] for h in d.by_hypothesis]
    return len({h.best for h in d.by_hypothesis}) > 1 or len({g.low > 0 for g in gains}) > 1
