"""Credible set of the best arm: the fewest arms that hold it with a given probability."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def credible_set(
    net: Sequence[Floats], admissible: Sequence[Sequence[bool]], draw: NDArray[np.int64], level: float = 0.9
) -> tuple[int, ...]:
    """Credible set of the best arm: the fewest arms that hold it with this probability, the likeliest first.

    Hypotheses count alike. Draw by draw, the best is the admissible arm of the largest mean gain among its patients:
    few patients a draw make the set larger than it need be.

    Parameters
    ----------
    net : sequence of (arm, patient)
        Net benefit, one array a hypothesis.
    admissible : sequence of (arm,)
        One a hypothesis.
    draw : (patient,)
        Parameter draw of each patient.
    level : float
        Probability.

    Examples
    --------
    >>> credible_set([np.array([[0.0, 0.0], [1.0, -1.0]])], [(True, True)], np.array([0, 1]))
    (0, 1)
    """
    draws, where = np.unique(draw, return_inverse=True)
    chance = np.zeros(len(net[0]))
    for values, allowed in zip(net, admissible, strict=True):
        good = np.isfinite(values).all(axis=0)
        mean = np.stack([np.bincount(where[good], row[good], minlength=len(draws)) for row in values])
        mean[~np.array(allowed)] = -np.inf
        first = mean[:, np.bincount(where[good], minlength=len(draws)) > 0].argmax(axis=0)
        chance += np.bincount(first, minlength=len(chance)) / len(first) / len(net)
    order = np.argsort(-chance, kind="stable")
    return tuple(order[: int(np.searchsorted(np.cumsum(chance[order]), level - 1e-12)) + 1].tolist())
