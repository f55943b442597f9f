"""Exact run lengths of combined run rules by a Markov chain (Champ and Woodall 1987, Technometrics 29:393).

A state holds, for every zone that a rule watches, which of its last points lie in it, as far as they can still matter.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_matrix, identity
from scipy.sparse.linalg import splu
from scipy.special import ndtr

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, finite, positive, whole
from hepatica.manufacturing.quality.charts.run_rules import Rule, TrendRule, ZoneRule
from hepatica.patients.streams import normals

MAX_STATES = 60_000
State = tuple[int, ...]


class _Watch(NamedTuple):
    """Zone of one rule: the interior of each cell in it or not, hits and window."""

    inside: tuple[bool, ...]
    hits: int
    window: int


class _Chain(NamedTuple):
    """Transitions between states that have not alarmed: from, to, and the cell of the new point."""

    size: int
    source: list[int]
    target: list[int]
    cell: list[int]


def _cells(rules: tuple[ZoneRule, ...]) -> tuple[Floats, list[_Watch]]:
    """Edges between cells of the line, and the zones as sets of cells."""
    borders = sorted({s for rule in rules for s in (rule.sigma, -rule.sigma)})
    edges = np.array([-np.inf, *borders, np.inf])
    middle = 0.5 * (np.clip(edges[:-1], -1e3, None) + np.clip(edges[1:], None, 1e3))
    watched = []
    for rule in rules:
        for members in rule.members(middle):
            watched.append(_Watch(tuple(bool(m) for m in members), rule.hits, rule.window))
    return edges, watched


def _next(bits: int, hit: bool, watch: _Watch) -> int:
    """History after a new point, newest bit lowest, without hits that can no longer matter; -1 is an alarm."""
    bits = (bits << 1 | hit) & ((1 << watch.window) - 1)
    if hit and bits.bit_count() >= watch.hits:
        return -1
    bits &= (1 << (watch.window - 1)) - 1  # the oldest leaves the window with the next point
    for age in range(watch.window - 2, -1, -1):
        newer = (bits & ((2 << age) - 1)).bit_count()
        if bits >> age & 1 and newer + watch.window - 1 - age < watch.hits:
            bits &= ~(1 << age)
    return bits


def _chain(watched: list[_Watch], cells: int) -> _Chain:
    start: State = (0,) * len(watched)
    places, queue = {start: 0}, [start]
    source: list[int] = []
    target: list[int] = []
    cell: list[int] = []
    for state in queue:
        for c in range(cells):
            after = tuple(_next(bits, w.inside[c], w) for bits, w in zip(state, watched, strict=True))
            if -1 in after:
                continue
            if after not in places:
                if len(places) >= MAX_STATES:
                    raise InputError("rules", f"more than {MAX_STATES:,} states", "fewer or shorter rules")
                places[after] = len(queue)
                queue.append(after)
            source.append(places[state])
            target.append(places[after])
            cell.append(c)
    return _Chain(len(queue), source, target, cell)


class RunLength(NamedTuple):
    """Run length of run rules, points to the first alarm, the alarming one included.

    Attributes
    ----------
    shift : ndarray, (n,)
        Of the mean, in standard errors.
    mean, sd : ndarray, (n,)
    error : ndarray, (n,)
        Monte-Carlo standard error of the mean; 0 where it is exact.
    """

    shift: Floats
    mean: Floats
    sd: Floats
    error: Floats


def run_length(rules: tuple[Rule, ...], shift: ArrayLike = (0.0,), *, scale: float = 1.0) -> RunLength:
    """Exact mean and standard deviation of the run length of zone rules, combined, known centre and sigma.

    Parameters
    ----------
    rules : tuple of ZoneRule
        Rules of trends and alternation are no Markov chain on zones; `simulate_run_length` takes them.
    shift : array_like, (n,)
        Of the mean, in standard errors.
    scale : float
        Standard deviation of a point over that of the limits.

    Raises
    ------
    InputError
        If there is no rule, a trend rule, or too many states.

    Examples
    --------
    >>> from hepatica.manufacturing.quality.charts.run_rules import WESTERN_ELECTRIC
    >>> run_length(WESTERN_ELECTRIC, [0.0, 1.0]).mean.round(2).tolist()
    [91.75, 9.22]
    """
    zones = tuple(rule for rule in rules if isinstance(rule, ZoneRule))
    if not rules or len(zones) < len(rules):
        named = ", ".join(rule.name for rule in rules if isinstance(rule, TrendRule)) or "no rule"
        raise InputError("rules", named, "rules of zones; simulate_run_length takes trends and alternation")
    shifts = finite(shift, "shift")
    edges, watched = _cells(zones)
    chain = _chain(watched, edges.size - 1)
    mean, sd = np.empty_like(shifts), np.empty_like(shifts)
    for i, delta in enumerate(shifts):
        chance = np.diff(ndtr((edges - delta) / positive(scale, "scale")))
        moves = csr_matrix((chance[chain.cell], (chain.source, chain.target)), (chain.size, chain.size))
        solve = splu((identity(chain.size, format="csr") - moves).tocsc()).solve
        first = solve(np.ones(chain.size))
        second = solve(2.0 * first - 1.0)  # E N^2 = sum of (2 n - 1) P(N >= n)
        mean[i], sd[i] = first[0], np.sqrt(max(second[0] - first[0] ** 2, 0.0))
    return RunLength(shifts, mean, sd, np.zeros_like(mean))


def simulate_run_length(
    rules: tuple[Rule, ...], shift: ArrayLike = (0.0,), *, runs: int = 2_000, seed: int = 1, longest: int = 5_000
) -> RunLength:
    """Simulated run length of any rules, trends and alternation among them, with its Monte-Carlo error.

    Parameters
    ----------
    rules : tuple of Rule
        Rules that act together.
    shift : array_like, (n,)
        Of the mean, in standard errors.
    runs : int
        Runs that are simulated.
    seed : int
        Of the random streams.
    longest : int
        Points of a run; one without alarm by then counts as that long, which is refused above 1 % of runs.

    Raises
    ------
    InputError
        If more than 1 % of runs end without an alarm.

    Examples
    --------
    >>> from hepatica.manufacturing.quality.charts.run_rules import BEYOND
    >>> found = simulate_run_length((BEYOND,), [2.0], runs=500)
    >>> bool(abs(found.mean[0] - 6.30) < 4 * found.error[0])
    True
    """
    shifts = finite(shift, "shift")
    whole(runs, "runs", least=2)
    first = np.stack([_first_alarms(rules, float(delta), seed, runs, longest) for delta in shifts])
    open_ended = (first >= longest).mean()
    if open_ended > 0.01:
        raise InputError("longest", longest, f"more points a run: {open_ended:.0%} of the runs had no alarm")
    sd = first.std(axis=1, ddof=1)
    return RunLength(shifts, first.mean(axis=1), sd, sd / np.sqrt(runs))


def _first_alarms(rules: tuple[Rule, ...], delta: float, seed: int, runs: int, longest: int) -> Floats:
    """Points to the first alarm of each run, (runs,); the same points whatever the rules."""
    first, going, length = np.full(runs, float(longest)), np.arange(runs), 64
    while going.size:
        length = min(length, longest)
        z = normals(seed, going, "quality:run length", length) + delta
        alarms = np.any([rule.fires(z) for rule in rules], axis=0)
        ended = alarms.any(axis=1)
        first[going[ended]] = np.argmax(alarms[ended], axis=1) + 1
        going, length = going[~ended] if length < longest else going[:0], 4 * length
    return first
