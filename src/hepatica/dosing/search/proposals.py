"""Batches of candidates to evaluate next: Thompson samples of the worst regret over the hypotheses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from hepatica.dosing.search.outcomes import worst_regret
from hepatica.dosing.search.space import Space, drop_repeats
from hepatica.dosing.search.surrogate import fit_surrogate
from hepatica.patients.streams import normals

Floats = NDArray[np.float64]
TOP = 0.03  # share of the candidates so far, the best ones, whose neighbours are looked at
WIDTHS = (0.04, 0.12)  # SD of a neighbour's steps, as a share of an axis


def propose(
    space: Space, points: Floats, gain: Floats, allowed: NDArray[np.bool_], *, n: int, seed: int, batch: int
) -> Floats:
    """Next batch of candidates, chosen by posterior samples (Thompson) of surrogates, one per hypothesis.

    Parameters
    ----------
    space : Space
        Of all candidates.
    points : (m, axes)
        Candidates so far.
    gain : (hypothesis, m)
        Their mean gains in the same patients.
    allowed : (hypothesis, m)
        Admissible.
    n : int
        Size of the batch.
    seed, batch : int
        Keys of the random numbers.

    Returns
    -------
    (n, axes) ndarray
        None of them among `points`; fewer if the space holds no more.
    """
    pool = _pool(space, points, worst_regret(gain, allowed), n=3 * n, seed=seed, batch=batch)
    if len(pool) <= n:
        return pool
    places, new = space.encode(points), space.encode(pool)
    samples = []
    with threadpool_limits(1):  # the same bits on any number of cores
        for h, values in enumerate(gain):
            low = np.nanmin(values)
            held = np.where(allowed[h] & np.isfinite(values), values, low)
            surrogate = fit_surrogate(places, held, space.is_category)
            z = normals(seed, np.arange(len(pool)), f"search:thompson:{batch}:{h}", n)
            samples.append(surrogate.sample(new, z))
        sampled = np.stack(samples)  # hypothesis, candidate, sample
    regret = (sampled.max(axis=1, keepdims=True) - sampled).max(axis=0)
    return pool[_first_choices(regret)]


def _first_choices(regret: Floats) -> NDArray[np.int64]:
    """Best candidate of each sample in turn that no earlier sample took, regret (candidate, sample)."""
    order, taken = np.argsort(regret, axis=0, kind="stable"), np.zeros(len(regret), bool)
    chosen = []
    for column in order.T:
        best = int(column[np.argmin(taken[column])])
        taken[best] = True
        chosen.append(best)
    return np.array(chosen)


def _pool(space: Space, points: Floats, regret: Floats, *, n: int, seed: int, batch: int) -> Floats:
    """Candidates to choose from: a third spread over the space, the others neighbours of the best so far."""
    wide = space.sample(seed, 10_000_000 + batch * n, n // 3)  # a part of the sequence that no first batch reaches
    best = points[np.argsort(regret, kind="stable")[: max(3, round(TOP * len(points)))]]
    near = best[np.arange(n) % len(best)]
    half, first = n // 3, batch * 2 * n
    local = [
        space.perturb(near[k * half : (k + 1) * half], seed=seed, first=first + k * half, width=width)
        for k, width in enumerate(WIDTHS)
    ]
    return drop_repeats(np.concatenate([*local, wide]), [points])
