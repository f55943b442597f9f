"""U-BOIN: BOIN first, then the level of highest utility (Zhou, Lee & Yuan 2019, Statistics in Medicine 38:S5299)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepatica.trials.dose_finding.boin import ROUNDING, boundaries
from hepatica.trials.dose_finding.design import Design, move
from hepatica.trials.dose_finding.response.utility import Limits, Utility, safe_and_active
from hepatica.trials.dose_finding.state import NONE, WITH_RESPONSE, Floats, Ints, Reason, State, Step, at_level

EXPLORE, OPTIMISE = 0, 1  # stages


@dataclass(frozen=True, kw_only=True)
class UBoin(Design):
    """U-BOIN: toxicity steers until a level has enough patients, then the posterior mean utility does.

    Parameters
    ----------
    levels, max_patients, cohort, start : int
        As of `Design`.
    utility : Utility
        Utilities of the outcomes.
    limits : Limits
        Limits of what is admissible.
    stage_one : int
        Patients at a level that end the first stage.
    stop_at : int or None
        Patients at a level that end the trial.
    prior : float
        Prior patients in all, spread evenly over the four outcomes (Dirichlet).
    """

    utility: Utility
    limits: Limits
    stage_one: int = 12
    stop_at: int | None = None
    prior: float = 1.0

    categories = WITH_RESPONSE

    def mean_utility(self, state: State) -> Floats:
        """Posterior mean utility by level, (trials, levels)."""
        share = (state.counts + self.prior / WITH_RESPONSE) / (state.treated[:, :, None] + self.prior)
        return np.asarray(share @ self.utility.values)

    def step(self, state: State, last: Ints) -> Step:
        """BOIN's decision in the first stage, the level of highest utility in the second; see `Design.step`."""
        del last
        low, high = boundaries(self.limits.toxicity)
        level, treated, toxic = state.level, state.treated, state.toxic
        n, x = at_level(treated, level), at_level(toxic, level)
        safe, active = safe_and_active(state, self.limits)
        top = np.minimum(safe.sum(axis=1) - 1, state.ceiling)
        stage = np.where(n >= self.stage_one, OPTIMISE, state.stage)
        direction = np.where(x <= low * n + ROUNDING, 1, np.where(x >= high * n - ROUNDING, -1, 0))
        first, why = move(level, direction, top)
        why = np.where((top < level) & (first < level), int(Reason.ELIMINATE), why)
        # the second stage: go on up while the highest level tried looks safe, else the best
        highest = np.where(treated > 0, np.arange(self.levels), NONE).max(axis=1)
        up = np.minimum(highest + 1, self.levels - 1)
        explore = (
            (at_level(toxic, highest) <= low * at_level(treated, highest) + ROUNDING) & (up > highest) & (up <= top)
        )
        usable = safe & active & (treated > 0) & (np.arange(self.levels) <= top[:, None])
        best = np.where(usable, self.mean_utility(state).round(12), -1.0).argmax(axis=1)
        second = np.where(explore, up, best)
        goal = np.where(stage == OPTIMISE, second, first)
        reason = np.select(
            [goal > level, goal < level], [int(Reason.ESCALATE), int(Reason.DEESCALATE)], int(Reason.STAY)
        )
        reason = np.where(stage == OPTIMISE, reason, why)
        if self.stop_at is not None:
            reason = np.where((n >= self.stop_at) & (goal == level), int(Reason.STOP_AT_LEVEL), reason)
        nothing = (stage == OPTIMISE) & ~explore & ~usable.any(axis=1)
        reason = np.where(nothing, int(Reason.STOP_NO_LEVEL), reason)
        reason = np.where(top < 0, int(Reason.STOP_TOXIC), reason)
        gone = nothing | (top < 0)
        return Step(np.where(gone, level, goal).astype(np.int64), reason, np.where(gone, NONE, top), stage)

    def select(self, state: State) -> Ints:
        """Tried and admissible level of highest posterior mean utility."""
        safe, active = safe_and_active(state, self.limits)
        usable = safe & active & (state.treated > 0) & (state.ceiling >= 0)[:, None]
        best = np.where(usable, self.mean_utility(state).round(12), -1.0).argmax(axis=1)
        return np.asarray(np.where(usable.any(axis=1), best, NONE), np.int64)
