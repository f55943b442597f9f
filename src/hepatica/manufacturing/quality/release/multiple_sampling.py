"""Double and multiple sampling by attributes: operating characteristic and average sample number, exact.

After each stage a lot is accepted if the failing units so far are at most the acceptance number, rejected if they reach
the rejection number, and sampled again otherwise (Dodge and Romig 1941, Bell Syst Tech J 20:1).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom, hypergeom

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, whole


class Stage(NamedTuple):
    """Stage of a plan: units sampled in it, acceptance and rejection number of failing units so far."""

    n: int
    accept: int
    reject: int


class SamplingCharacteristic(NamedTuple):
    """Operating characteristic of a multiple plan, by failing share.

    Attributes
    ----------
    share : ndarray, (m,)
    acceptance : ndarray, (m,)
        Chance that a lot is accepted.
    sample_number : ndarray, (m,)
        Mean number of units sampled, stages finished once begun.
    """

    share: Floats
    acceptance: Floats
    sample_number: Floats


def multiple_sampling(
    stages: Sequence[Stage | tuple[int, int, int]], share: ArrayLike, *, lot: int | None = None
) -> SamplingCharacteristic:
    """Operating characteristic of a double or multiple sampling plan by attributes.

    Parameters
    ----------
    stages : sequence of (n, accept, reject)
        Numbers of failing units are of all stages so far; an acceptance number of -1 accepts nothing yet. In the last
        stage the rejection number is one more than the acceptance number.
    share : array_like, (m,)
        Failing shares of the lot.
    lot : int, optional
        Units in the lot; infinite unless given. The number that fails is rounded up to a whole one.

    Raises
    ------
    InputError
        If there is no stage, numbers are out of order, the last stage decides not every lot, or a share is no share.

    Examples
    --------
    >>> made = multiple_sampling([(50, 0, 3), (50, 3, 4)], [0.02])
    >>> made.acceptance.round(4).tolist(), made.sample_number.round(1).tolist()
    ([0.8433], [77.9])
    """
    plan = _check(stages)
    p = np.atleast_1d(np.asarray(share, float))
    if not ((p >= 0.0) & (p <= 1.0)).all():
        raise InputError("failing share", p.tolist(), "from 0 to 1")
    if lot is not None and sum(s.n for s in plan) > whole(lot, "lot"):
        raise InputError("sample", sum(s.n for s in plan), f"at most the {lot} units of the lot")
    made = [_one_share(plan, float(q), lot) for q in p]
    return SamplingCharacteristic(p, np.array([a for a, _ in made]), np.array([n for _, n in made]))


def _one_share(plan: Sequence[Stage], share: float, lot: int | None) -> tuple[float, float]:
    """Chance of acceptance and mean units sampled: failing units so far are followed from stage to stage."""
    failing = 0 if lot is None else int(np.ceil(share * lot - 1e-9))
    going, drawn, accepted, units = np.ones(1), 0, 0.0, 0.0
    for stage in plan:
        units += stage.n * going.sum()
        after = np.zeros(going.size + stage.n)
        for seen in np.flatnonzero(going):
            new = np.arange(stage.n + 1)
            if lot is None:
                chance = binom.pmf(new, stage.n, share)
            else:
                chance = hypergeom.pmf(new, lot - drawn, max(failing - seen, 0), stage.n)
            after[seen : seen + stage.n + 1] += going[seen] * chance
        accepted += float(after[: stage.accept + 1].sum())
        after[: stage.accept + 1] = 0.0
        going, drawn = after[: stage.reject], drawn + stage.n
    return accepted, units


def _check(stages: Sequence[Stage | tuple[int, int, int]]) -> tuple[Stage, ...]:
    plan = tuple(Stage(*stage) for stage in stages)
    if not plan:
        raise InputError("stages", 0, "one stage at least")
    for k, stage in enumerate(plan):
        whole(stage.n, f"stage {k + 1}, sample")
        before = plan[k - 1] if k else Stage(0, -1, 0)
        if not -1 <= stage.accept < stage.reject or stage.accept < before.accept or stage.reject < before.reject:
            raise InputError(
                f"stage {k + 1}", list(stage), "an acceptance number below the rejection number, neither falling"
            )
    if plan[-1].reject != plan[-1].accept + 1:
        raise InputError("last stage", list(plan[-1]), "a rejection number one above the acceptance number")
    return plan
