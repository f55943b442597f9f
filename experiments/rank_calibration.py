"""Simulation-based calibration of a sampler: ranks of truths drawn from the prior among particles of their posteriors.

If the sampler is right, ranks are uniform (Talts et al. 2018, doi 10.48550/arXiv.1804.06788), and their ECDF stays in a
band of 99 % for all parameters, the log likelihood and places at once (Saeilynoja, Buerkner & Vehtari 2022, doi
10.1007/s11222-022-10090-6). Imported by `posterior.py`, which runs it.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from reduced import Reduced
from scipy.stats import binom

from hepatica.calibrate.inference import smc

Floats = np.ndarray
RANKS = 63
"""Particles among which a truth is ranked."""
LEVEL = 0.99
AT_ONCE = 40
"""Replicates whose samplers run side by side."""


def ranks(
    simulate: Callable[[Floats, int], Floats],
    fit: Callable[[Floats, Floats], Floats],
    dimension: int,
    replicates: int,
    *,
    particles: int,
    moves: int,
    seed: int = 1,
    progress: Callable[[int], None] = lambda i: None,
) -> Floats:
    """Rank, 0 to `RANKS`, of each replicate's truth, and of its log likelihood, among particles of its posterior.

    Parameters
    ----------
    simulate : callable
        Data of a truth (dimension,) and a seed.
    fit : callable
        Log likelihood of points (n, dimension) and data, those of one truth or (n, ...) of each point its own.
    dimension, replicates : int
        Parameters, and truths drawn.
    particles, moves : int
        Of the sampler, at each power.
    seed : int
        Of truths and sampler.
    progress : callable
        Called with the number of each replicate that is done.

    Returns
    -------
    (replicates, dimension + 1) ndarray of int
    """
    ranks_of = np.zeros((replicates, dimension + 1), int)

    def one(i: int, together: Together) -> None:
        with together.member():
            truth = np.random.default_rng([seed, i, 1]).standard_normal(dimension)
            seen = simulate(truth, i)
            if not np.isfinite(seen).all():
                raise ValueError(f"replicate {i}: the course of its truth could not be solved")
            own = smc.sample(lambda x: together(i, x, seen), dimension, particles, seed=seed + 1000 + i, moves=moves)
            some = np.arange(RANKS) * particles // RANKS
            ranks_of[i, :-1] = (own.points[some] < truth).sum(axis=0)
            ranks_of[i, -1] = (own.log_likelihood[some] < fit(truth[None], seen)[0]).sum()
        progress(i)

    for first in range(0, replicates, AT_ONCE):
        some = range(first, min(first + AT_ONCE, replicates))
        together = Together(fit, len(some))
        with ThreadPoolExecutor(len(some)) as pool:
            list(pool.map(one, some, [together] * len(some)))
    return ranks_of


class Together:
    """Likelihood that several samplers ask at once: one call answers all, so that the engine's lanes are full.

    An answer depends on nothing but its own point, so that each sampler gets what it would alone.

    Parameters
    ----------
    fit : callable
        Log likelihood of points and of each its own data.
    members : int
        Samplers, each a thread of its own; a call waits until all that still run have asked.
    """

    def __init__(self, fit: Callable[[Floats, Floats], Floats], members: int) -> None:
        self._fit, self._members = fit, members
        self._asked: dict[int, tuple[Floats, Floats]] = {}
        self._answers: dict[int, Floats | BaseException] = {}
        self._changed = threading.Condition()

    def __call__(self, who: int, points: Floats, seen: Floats) -> Floats:
        """Log likelihood of the points (n,)."""
        with self._changed:
            self._asked[who] = (points, np.broadcast_to(seen, (len(points), *seen.shape)))
            self._answer()
            self._changed.wait_for(lambda: who in self._answers)
            found = self._answers.pop(who)
        if isinstance(found, BaseException):
            raise found
        return found

    @contextmanager
    def member(self) -> Iterator[None]:
        """While a sampler runs; the others do not wait for one that has ended, however it did."""
        try:
            yield
        finally:
            with self._changed:
                self._members -= 1
                self._answer()

    def _answer(self) -> None:
        """Answer all, once the last has asked."""
        if not self._asked or len(self._asked) < self._members:
            return
        points, seen = (np.concatenate(part) for part in zip(*self._asked.values(), strict=True))
        ends = np.cumsum([len(x) for x, _ in self._asked.values()])[:-1]
        try:
            found = np.split(self._fit(points, seen), ends)
            self._answers |= dict(zip(self._asked, found, strict=True))
        except Exception as error:
            self._answers |= dict.fromkeys(self._asked, error)
        self._asked.clear()
        self._changed.notify_all()


@functools.cache
def _table(n: int) -> Floats:
    """P(at most r - 1 of n ranks are up to k), (n + 2, RANKS), if ranks are uniform."""
    share = np.arange(1, RANKS + 1) / (RANKS + 1)
    return binom.cdf(np.arange(-1, n + 1)[:, None], n, share)


def tails(ranks_of: Floats) -> Floats:
    """Least two-sided tail probability, (..., quantities), of the ECDF of ranks (..., replicates, quantities)."""
    n = ranks_of.shape[-2]
    below = np.stack([(ranks_of <= k).sum(axis=-2) for k in range(RANKS)], axis=-1)
    table, place = _table(n), np.arange(RANKS)
    return 2 * np.minimum(table[below + 1, place], 1 - table[below, place]).min(axis=-1)


def threshold(replicates: int, quantities: int, *, level: float = LEVEL, tries: int = 4000, seed: int = 1) -> float:
    """Simultaneous bound of the tail probability, which uniform ranks stay above with probability `level`."""
    rng = np.random.default_rng([seed, 2022])
    least = tails(rng.integers(0, RANKS + 1, (tries, replicates, quantities), dtype=np.int8)).min(axis=-1)
    return float(np.quantile(least, 1 - level))


def calibration(
    problem: Reduced,
    replicates: int,
    *,
    particles: int,
    moves: int,
    seed: int = 1,
    progress: Callable[[int], None] = lambda i: None,
) -> dict[str, Any]:
    """Simulation-based calibration of the sampler on the problem."""
    began = time.perf_counter()
    ranks_of = ranks(
        lambda truth, i: problem.observe(truth, [seed, i, 2]),
        problem.log_likelihood,
        problem.dimension,
        replicates,
        particles=particles,
        moves=moves,
        seed=seed,
        progress=progress,
    )
    names, least, limit = [*problem.names, "log likelihood"], tails(ranks_of), threshold(replicates, ranks_of.shape[1])
    rows = [
        {
            "quantity": n,
            "mean_rank": float(ranks_of[:, k].mean() / RANKS),
            "sd_rank": float(ranks_of[:, k].std() / RANKS),
            "tail": float(least[k]),
            "inside": bool(least[k] >= limit),
        }
        for k, n in enumerate(names)
    ]
    return {
        "rows": rows,
        "passed": all(r["inside"] for r in rows),
        "replicates": replicates,
        "particles": particles,
        "moves": moves,
        "limit": limit,
        "seconds": time.perf_counter() - began,
        "ranks": ranks_of.tolist(),
    }


def figure(answer: dict[str, Any], path: Path) -> None:
    """ECDF of ranks less the uniform one, with its simultaneous band."""
    from matplotlib.figure import Figure

    from hepatica.report.style import BLUE, GREY, VERMILLION, styled

    ranks_of, n = np.array(answer["ranks"]), answer["replicates"]
    share = np.arange(1, RANKS + 1) / (RANKS + 1)
    low, high = (binom.ppf(q, n, share) / n - share for q in (answer["limit"] / 2, 1 - answer["limit"] / 2))
    with styled():
        fig = Figure(figsize=(7.5, 5.6), layout="constrained")
        axes = fig.subplots(3, 3, sharex=True, sharey=True)
        for k, (one, row) in enumerate(zip(axes.flat, answer["rows"], strict=True)):
            one.fill_between(share, low, high, color=GREY, alpha=0.2, linewidth=0, step="mid")
            ecdf = [(ranks_of[:, k] <= j).mean() for j in range(RANKS)] - share
            one.step(share, ecdf, where="mid", color=BLUE if row["inside"] else VERMILLION)
            one.set_title(row["quantity"].replace("_", " "), fontsize=9)
        fig.supxlabel("rank of the truth, as a share", fontsize=9)
        fig.supylabel("ECDF less the uniform one", fontsize=9)
        fig.savefig(path, metadata={"Date": None})
