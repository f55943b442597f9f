"""TITE-BOIN: BOIN with pending outcomes, by effective sample size or by expected toxicity.

Effective sample size: Lin & Yuan 2020, Biostatistics 21:807: a pending patient counts as the share of the window
that was followed, so that the estimate is toxicities / effective patients. Expected toxicity: Yuan, Lin, Li, Nie &
Warren 2018, Clin Cancer Res 24:4921: a pending patient counts whole, with the expected toxicity of the time to come.
The second reproduces the decision table that is printed for that design, for up to 9 patients, in Contemp Clin Trials
Commun 2022, 28:100943, Table 1; its boundaries are those of a target of 0.2. The table settles what the formula leaves
open: the prior, a beta of one patient with half the target's toxicity; no step down while fewer toxicities than the
target's share are seen; levels closed on all patients, pending ones without toxicity; accrual that waits before pending
patients count. The paper's own appendix was not seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc

from hepatica.errors import InputError
from hepatica.trials.dose_finding.boin import CUTOFF, MIN_TO_ELIMINATE, ROUNDING, boundaries
from hepatica.trials.dose_finding.design import move
from hepatica.trials.dose_finding.isotonic import nearest_to_target
from hepatica.trials.dose_finding.state import NONE, Floats, Ints, Reason
from hepatica.trials.dose_finding.time_to_event.follow_up import Snapshot
from hepatica.trials.dose_finding.time_to_event.tite_design import TiteDesign, TiteStep


@dataclass(frozen=True, kw_only=True)
class TiteBoin(TiteDesign):
    """BOIN's boundaries on an estimate of toxicity that takes pending patients for what was seen of them.

    Parameters
    ----------
    levels, max_patients, cohort, start, target, weight
        As of `TiteDesign`.
    impute : bool
        Use expected toxicity instead of effective sample size.
    most_pending : float
        Accrual waits while more than this share of the patients at the level is pending.
    cutoff : float
        Posterior probability of exceeding the target that closes a level.
    stop_at : int or None
        Patients at a level that end the trial when the decision is to go on there.
    """

    impute: bool = False
    most_pending: float = 0.5
    cutoff: float = CUTOFF
    stop_at: int | None = None

    def __post_init__(self) -> None:
        """Check the share of pending patients.

        Raises
        ------
        InputError
            If it is not between 0 and 1.
        """
        super().__post_init__()
        if not 0 <= self.most_pending <= 1:
            raise InputError("most_pending", self.most_pending, "a share from 0 to 1")

    def estimate(self, toxic: Floats, treated: Floats, pending: Floats, followed: Floats) -> Floats:
        """Estimated toxicity of a level.

        Parameters
        ----------
        toxic, treated, pending : array of float
            Patients with toxicity, in all, and pending.
        followed : array of float
            Sum of the weights of the pending patients.
        """
        if not self.impute:
            return np.asarray(toxic / np.maximum(treated - pending + followed, 1e-12))
        # prior of one patient with half the target's toxicity; a pending patient's toxicity is p (1 - w) / (1 - p)
        p = (toxic + self.target / 2) / (treated - pending + 1)
        return np.asarray((toxic + p / (1 - p) * (pending - followed)) / np.maximum(treated, 1))

    def decide(self, seen: Snapshot, level: Ints, ceiling: Ints) -> TiteStep:
        """BOIN's decision on the estimate at the current level; see `TiteDesign.decide`."""
        low, high = boundaries(self.target)
        here = seen.level == level[:, None]
        treated, toxic = here.sum(axis=1).astype(float), (here & seen.toxic).sum(axis=1).astype(float)
        waiting = here & seen.pending
        pending = waiting.sum(axis=1).astype(float)
        followed = np.where(waiting, self.weight.of(seen), 0.0).sum(axis=1)
        rate = self.estimate(toxic, treated, pending, followed)
        effective = treated - pending + followed
        counted = treated if self.impute else effective
        above = 1 - betainc(1 + toxic, 1 + np.maximum(counted - toxic, 0), self.target)
        closed = (above > self.cutoff) & (treated >= MIN_TO_ELIMINATE)
        direction = np.where(rate <= low + ROUNDING, 1, np.where(rate >= high - ROUNDING, -1, 0))
        if self.impute:
            direction = np.where(toxic < self.target * treated - ROUNDING, np.maximum(direction, 0), direction)
        ceiling = np.where(closed, np.minimum(ceiling, level - 1), ceiling)
        to, reason = move(level, np.where(closed, -1, direction), ceiling)
        # with too many pending, only a decision to go down does not wait; imputed, one that no outcome can change
        down = toxic >= high * treated - ROUNDING if self.impute else direction < 0
        suspended = (pending > self.most_pending * treated) & ~down & ~closed
        reason = np.where(closed, int(Reason.ELIMINATE), reason)
        if self.stop_at is not None:
            enough = (treated >= self.stop_at) & (to == level) & ~closed & (pending == 0)
            reason = np.where(enough, int(Reason.STOP_AT_LEVEL), reason)
        reason = np.where(suspended, int(Reason.SUSPEND), reason)
        stop = closed & (level == 0)
        reason = np.where(stop, int(Reason.STOP_TOXIC), reason)
        return TiteStep(np.where(suspended, level, to), reason, np.where(stop, NONE, ceiling))

    def select(self, toxic: Ints, treated: Ints, ceiling: Ints) -> Ints:
        """Open level whose isotonic estimate is nearest to the target."""
        return nearest_to_target(toxic, treated, self.target, ceiling)
