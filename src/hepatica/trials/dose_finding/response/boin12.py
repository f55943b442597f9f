"""BOIN12: the optimal biological dose by utility (Lin, Zhou, Yan, Li & Yuan 2020, JCO Precision Oncology 4:1393)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc
from scipy.stats import rankdata

from hepatica.errors import InputError
from hepatica.trials.dose_finding.boin import ROUNDING, boundaries
from hepatica.trials.dose_finding.design import Design
from hepatica.trials.dose_finding.isotonic import isotonic, posterior_mean
from hepatica.trials.dose_finding.response.utility import BEST, Limits, Utility, admissible_numbers, safe_and_active
from hepatica.trials.dose_finding.state import NONE, WITH_RESPONSE, Floats, Ints, Reason, State, Step, at_level


def benchmark(utility: Utility, limits: Limits) -> float:
    """Utility to beat: halfway from that of a level at both limits, toxicity and response independent, to the best.

    Examples
    --------
    >>> benchmark(Utility(neither=40, both=60), Limits(toxicity=0.35, response=0.25))
    70.5
    """
    t, e = limits.toxicity, limits.response
    low = float(utility.values @ np.array([(1 - t) * (1 - e), (1 - t) * e, t * (1 - e), t * e]))
    return low + (BEST - low) / 2


def desirability(total: Floats, treated: Ints, border: float) -> Floats:
    """Posterior probability that the mean utility exceeds a border.

    Parameters
    ----------
    total : array of float
        Sum of the utilities of the patients of a level; its hundredth counts as events (quasi-binomial likelihood).
    treated : array of int
        Patients of the level.
    border : float
        Utility to beat.
    """
    events = total / BEST
    return np.asarray(1 - betainc(1 + events, 1 + treated - events, border / BEST))


def rank_desirability(
    sizes: Sequence[int], utility: Utility, limits: Limits
) -> dict[tuple[int, int, int], float | None]:
    """Rank-based desirability score of numbers treated, toxic and responding: the table that a protocol prints.

    Utilities must be additive (those of neither and of both sum to that of response alone), as margins decide.

    Parameters
    ----------
    sizes : sequence of int
        Numbers treated at a level that decisions can meet; ranks are among all their outcomes.
    utility : Utility
        Utilities of the outcomes.
    limits : Limits
        Limits of what is admissible.

    Returns
    -------
    dict
        Rank by (treated, toxic, responding), ties sharing their mean; None where not admissible.

    Raises
    ------
    InputError
        If the utilities are not additive.

    Examples
    --------
    >>> table = rank_desirability([0, 3], Utility(neither=40, both=60), Limits(toxicity=0.35, response=0.25))
    >>> table[0, 0, 0], table[3, 3, 3]
    (8.0, None)
    """
    none, response, toxic, both = utility.values
    if abs(none + both - response - toxic) > ROUNDING:
        raise InputError("utility", utility.values.tolist(), "additive utilities: neither + both = the other two")
    cells = np.array([(n, x, y) for n in sizes for x in range(n + 1) for y in range(n + 1)], np.int64)
    n, x, y = cells.T
    score = desirability(none * n + (response - none) * y + (toxic - none) * x, n, benchmark(utility, limits))
    safe, active = admissible_numbers(n, x, y, limits)
    kept = safe & active
    ranks = np.full(len(cells), np.nan)
    ranks[kept] = rankdata(score[kept].round(12))
    return {
        (int(a), int(b), int(c)): None if np.isnan(rank) else float(rank)
        for (a, b, c), rank in zip(cells, ranks, strict=True)
    }


@dataclass(frozen=True, kw_only=True)
class Boin12(Design):
    """BOIN12: among the levels that toxicity lets in, the one most probably above the utility to beat.

    Parameters
    ----------
    levels, max_patients, cohort, start : int
        As of `Design`.
    utility : Utility
        Utilities of the outcomes.
    limits : Limits
        Limits of what is admissible.
    explored : int
        Patients (N*) from which on a level within the interval of tolerable toxicity is not escalated from.
    explore_next : int or None
        Patients from which on it is, once, if the level above was never tried and toxicity lies below the border of
        de-escalation. The rule and its 9 patients are those of the simulation programme of H. Shi, R. Lin and X. Lin
        (``modified_boin12.R``, ``N2``), by an author of BOIN12; in the paper itself they were not seen.
    stop_at : int or None
        Patients at a level that end the trial.
    """

    utility: Utility
    limits: Limits
    explored: int = 6
    explore_next: int | None = 9
    stop_at: int | None = None

    categories = WITH_RESPONSE

    def _admissible(self, state: State) -> tuple[Ints, Floats]:
        """Highest safe level (-1 if none), and desirability by level, -1 where not admissible."""
        safe, active = safe_and_active(state, self.limits)
        score = desirability(
            state.counts @ self.utility.values, state.treated, benchmark(self.utility, self.limits)
        ).round(12)
        return safe.sum(axis=1) - 1, np.where(safe & active, score, -1.0)

    def step(self, state: State, last: Ints) -> Step:
        """Most desirable of the levels that toxicity at the current one lets in; see `Design.step`."""
        del last
        low, high = boundaries(self.limits.toxicity)
        level, place = state.level, np.arange(self.levels)
        n, x = at_level(state.treated, level), at_level(state.toxic, level)
        top, score = self._admissible(state)
        toxic = x >= high * n - ROUNDING
        reach = np.where((x <= low * n + ROUNDING) | (n < self.explored), level + 1, level)
        reach = np.where(toxic, np.maximum(level - 1, 0), reach)
        floor = np.where(toxic, 0, level - 1)
        near = (place >= floor[:, None]) & (place <= reach[:, None]) & (score >= 0)
        # a toxic level goes one down, or to the highest admissible below
        preference = np.where(toxic[:, None], place + 1.0, score)
        goal = np.where(near, preference, -1.0).argmax(axis=1)
        elsewhere = np.where((score >= 0) & (place <= reach[:, None]), place, NONE).max(axis=1)
        goal = np.where(near.any(axis=1), goal, elsewhere)
        if self.explore_next is not None:
            above = np.minimum(level + 1, self.levels - 1)
            fresh = (at_level(state.treated, above) == 0) & (above <= top) & (n >= self.explore_next) & ~toxic
            goal = np.where(fresh, above, goal)
        reason = np.select(
            [goal > level, goal < level, (reach > level) & (level == self.levels - 1)],
            [int(Reason.ESCALATE), int(Reason.DEESCALATE), int(Reason.STAY_AT_TOP)],
            int(Reason.STAY),
        )
        reason = np.where((goal == level) & toxic, int(Reason.STAY_AT_BOTTOM), reason)
        reason = np.where((goal < level) & (top < level), int(Reason.ELIMINATE), reason)
        if self.stop_at is not None:
            reason = np.where(n >= self.stop_at, int(Reason.STOP_AT_LEVEL), reason)
        nowhere = goal < 0
        reason = np.where(nowhere, np.where(top < 0, int(Reason.STOP_TOXIC), int(Reason.STOP_NO_LEVEL)), reason)
        return Step(np.where(nowhere, level, goal).astype(np.int64), reason, np.where(nowhere, NONE, top), state.stage)

    def select(self, state: State) -> Ints:
        """Tried and admissible level of highest mean utility, not above the one whose toxicity is nearest the limit."""
        _, score = self._admissible(state)
        treated, place = state.treated, np.arange(self.levels)
        mean, weight = posterior_mean(state.toxic, treated)
        gap = np.abs(isotonic(mean, weight) + 1e-10 * place - self.limits.toxicity)
        tolerated = np.where(treated > 0, gap, np.inf).argmin(axis=1)
        events = state.counts @ self.utility.values / BEST
        value = (1 + events) / (2 + treated)  # posterior mean utility
        usable = (treated > 0) & (score >= 0) & (place <= tolerated[:, None])
        best = np.where(usable, value, -1.0).argmax(axis=1)
        return np.asarray(np.where(usable.any(axis=1) & (state.ceiling >= 0), best, NONE), np.int64)
