"""Proportions, ANCOVA, ranks with death as the worst, and win statistics of two arms in many trials at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
FEW = 2  # observations of an arm below which nothing is tested
AT_ONCE = 1_000_000  # pairs of patients compared at a time, so that they stay in the cache
MOST_Z = 37.0  # of a p value that double precision can hold


def proportions(hit: Bools, treated: Bools, present: Bools) -> tuple[Floats, Floats]:
    """Difference of proportions, treated less control, and the pooled statistic z, (trial,) each.

    Parameters
    ----------
    hit, treated, present : (trial, patient)
        Truth for each patient; those who are not present are not counted.

    Examples
    --------
    >>> hit, arm = np.array([[1, 1, 1, 0]]) > 0, np.array([[1, 1, 0, 0]]) > 0
    >>> difference, z = proportions(hit, arm, np.ones((1, 4), bool))
    >>> difference.tolist(), z.round(3).tolist()
    ([0.5], [1.155])
    """
    n = [np.sum(present & side, axis=1).astype(float) for side in (~treated, treated)]
    x = [np.sum(present & side & hit, axis=1) for side in (~treated, treated)]
    with np.errstate(invalid="ignore", divide="ignore"):
        difference = np.where((n[0] > 0) & (n[1] > 0), x[1] / n[1] - x[0] / n[0], 0.0)
        pooled = (x[0] + x[1]) / (n[0] + n[1])
        error = np.sqrt(pooled * (1 - pooled) * (1 / n[0] + 1 / n[1]))
        z = np.where(error > 0, difference / error, 0.0)
    return difference, np.where(np.isfinite(z), z, 0.0)


def ancova(value: Floats, baseline: Floats, treated: Bools, present: Bools) -> tuple[Floats, Floats]:
    """Difference of means adjusted for baseline, treated less control, and its t statistic as a z, (trial,) each.

    Parameters
    ----------
    value, baseline : (trial, patient)
        Numbers where present.
    treated, present : (trial, patient)
        Truth for each patient.

    Returns
    -------
    difference, z : (trial,)
        0 where an arm has fewer than two values.
    """
    w = present.astype(float)
    y, x, a = (np.where(present, v, 0.0) for v in (value, baseline, treated.astype(float)))
    n = w.sum(axis=1)
    mean = [np.sum(v, axis=1) / np.maximum(n, 1) for v in (y, x, a)]
    y, x, a = (w * (v - m[:, None]) for v, m in zip((y, x, a), mean, strict=True))
    xx, ax, aa = (np.sum(p, axis=1) for p in (x * x, a * x, a * a))
    slope = np.where(xx > 1e-12, ax / np.maximum(xx, 1e-12), 0.0)
    own = a - slope[:, None] * x  # the arm, the baseline taken out
    size = np.sum(own * own, axis=1)
    difference = np.where(size > 1e-9, np.sum(own * y, axis=1) / np.maximum(size, 1e-9), 0.0)
    rest = y - difference[:, None] * own - (np.sum(x * y, axis=1) / np.maximum(xx, 1e-12))[:, None] * x
    df = np.maximum(n - 3, 1)
    error = np.sqrt(np.sum(w * rest * rest, axis=1) / df / np.maximum(size, 1e-9))
    enough = (np.sum(w * treated, axis=1) >= FEW) & (np.sum(w * ~treated, axis=1) >= FEW) & (n > 3) & (error > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        t = np.where(enough, difference / np.maximum(error, 1e-300), 0.0)
    z = np.where(t < 0, ndtri(stdtr(df, t)), -ndtri(stdtr(df, -t)))
    return np.where(enough, difference, 0.0), np.where(enough, np.clip(z, -MOST_Z, MOST_Z), 0.0)


def rank_sum(value: Floats, treated: Bools, present: Bools) -> tuple[Floats, Floats]:
    """Mann-Whitney probability that a treated patient has the higher value, less 1/2, and z with ties, (trial,) each.

    Parameters
    ----------
    value : (trial, patient)
        -inf ranks below all.
    treated, present : (trial, patient)
        Truth for each patient.

    Examples
    --------
    >>> p, z = rank_sum(np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([[0, 0, 1, 1]]) > 0, np.ones((1, 4), bool))
    >>> p.tolist(), z.round(3).tolist()
    ([0.5], [1.549])
    """
    trials, n = value.shape
    order = np.argsort(np.where(present, value, np.inf), axis=1, kind="stable")
    v = np.take_along_axis(value, order, axis=1)
    here = np.take_along_axis(present, order, axis=1)
    a = np.take_along_axis(treated & present, order, axis=1)
    # those who are absent stand last or tie with +inf: put them behind
    behind = np.argsort(~here, axis=1, kind="stable")
    v = np.take_along_axis(v, behind, axis=1)
    here, a = np.take_along_axis(here, behind, axis=1), np.take_along_axis(a, behind, axis=1)
    same = (v[:, 1:] == v[:, :-1]) & here[:, 1:]
    place = np.broadcast_to(np.arange(n), (trials, n))
    start = np.maximum.accumulate(
        np.concatenate([np.zeros((trials, 1), int), np.where(same, 0, place[:, 1:])], 1), axis=1
    )
    last = np.concatenate([np.where(same, n, place[:, :-1]), np.full((trials, 1), n - 1)], axis=1)
    end = np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
    rank = 0.5 * (start + end) + 1.0
    total, own = here.sum(axis=1).astype(float), a.sum(axis=1).astype(float)
    other = total - own
    u = np.sum(rank * a, axis=1) - own * (own + 1) / 2
    size = (end - start + 1.0) * here
    ties = np.sum(np.where(here, size**2 - 1, 0.0), axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = own * other / 12 * (total + 1 - ties / (total * (total - 1)))
        shift = np.where((own > 0) & (other > 0), u / (own * other) - 0.5, 0.0)
        z = np.where(variance > 0, (u - own * other / 2) / np.sqrt(np.maximum(variance, 1e-300)), 0.0)
    return shift, np.where(np.isfinite(z), z, 0.0)


def win_statistics(time: Floats, died: Bools, value: Floats, treated: Bools, margin: float) -> tuple[Floats, Floats]:
    """Log win ratio of death, then a value, and z of Finkelstein and Schoenfeld's permutation test, (trial,) each.

    Parameters
    ----------
    time, died : (trial, patient)
        Last day known alive or of death; a patient with a negative time is not in the trial.
    value : (trial, patient)
        Higher is better; NaN where it is missing.
    treated : (trial, patient)
        Truth for each patient.
    margin : float
        Smallest difference of values that decides a pair.

    References
    ----------
    Pocock2012; Finkelstein and Schoenfeld 1999, Stat Med 18:1341
    """
    size = max(1, AT_ONCE // time.shape[1] ** 2)
    parts = [
        _wins(time[k : k + size], died[k : k + size], value[k : k + size], treated[k : k + size], margin)
        for k in range(0, len(time), size)
    ]
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def win_scores(time: Floats, died: Bools, value: Floats, margin: float) -> Floats:
    """Wins less losses of each patient against all others of both arms, (trial, patient).

    Parameters
    ----------
    time, died, value, margin :
        As of `win_statistics`.

    Examples
    --------
    >>> win_scores(np.array([[9.0, 5.0]]), np.array([[False, True]]), np.zeros((1, 2)), 0.0).tolist()
    [[1.0, -1.0]]
    """
    size = max(1, AT_ONCE // time.shape[1] ** 2)
    rows = [slice(k, k + size) for k in range(0, len(time), size)]
    parts = [_pairs(time[r], died[r], value[r], margin).sum(axis=2, dtype=np.int64) for r in rows]
    return np.concatenate(parts).astype(float)


def _pairs(time: Floats, died: Bools, value: Floats, margin: float) -> NDArray[np.int8]:
    """1 where the first patient of a pair wins, -1 where the second does, 0 for a tie, (trial, patient, patient)."""
    present = time >= 0
    later = (time[:, :, None] > time[:, None, :]) & died[:, None, :]  # i outlives j's death
    first = later.astype(np.int8) - later.swapaxes(1, 2).astype(np.int8)
    with np.errstate(invalid="ignore"):
        more = (value[:, :, None] - value[:, None, :]) > margin
    second = more.astype(np.int8) - more.swapaxes(1, 2).astype(np.int8)
    both_known = (first == 0) & ~(died[:, :, None] | died[:, None, :])
    score = first + second * both_known
    score *= (present[:, :, None] & present[:, None, :]).astype(np.int8)
    return np.asarray(score, np.int8)


def _wins(time: Floats, died: Bools, value: Floats, treated: Bools, margin: float) -> tuple[Floats, Floats]:
    present, score = time >= 0, _pairs(time, died, value, margin)
    own = score.sum(axis=2, dtype=np.int64)  # wins less losses of each patient
    arm, n = treated & present, present.sum(axis=1).astype(float)
    n1 = arm.sum(axis=1).astype(float)
    statistic = np.sum(own * arm, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = n1 * (n - n1) / (n * (n - 1)) * np.sum(own.astype(float) ** 2 * present, axis=1)
        z = np.where(variance > 0, statistic / np.sqrt(np.maximum(variance, 1e-300)), 0.0)
        cross = arm[:, :, None] & (present & ~treated)[:, None, :]
        wins, losses = np.sum((score > 0) & cross, axis=(1, 2)), np.sum((score < 0) & cross, axis=(1, 2))
        ratio = np.log(np.maximum(wins, 0.5) / np.maximum(losses, 0.5))
    return ratio, np.where(np.isfinite(z), z, 0.0)
