"""Shelf life by ICH Q1E of a study with factors, such as strength and container: analysis of covariance over batches.

Lines of an attribute over time may differ in slope and in intercept by batch, by each factor and by their interactions.
Terms are tested from the most complicated to the simplest, slopes before intercepts, and dropped where the test lets
them: at 0.25 where the batch is part of the term, at 0.05 otherwise. The shelf life of a combination of factors is
where the one-sided confidence limit of the mean of its worst batch meets the specification, under the model that is
left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import f as fisher

from hepatica.errors import InputError
from hepatica.manufacturing.quality.arrays import Floats, finite, probability
from hepatica.manufacturing.quality.stability import FEWEST_BATCHES
from hepatica.manufacturing.quality.stability_line import Line, Specification, crossing

BATCH = "batch"
MOST_FACTORS = 3
MOST_COLUMNS = 400


class TermTest(NamedTuple):
    """Test of one term.

    Attributes
    ----------
    term : str
        Factors joined by ``:``; with ``time`` where slopes differ by it.
    df : int
    f, p : float
        Against the residual mean square of the model of all terms.
    alpha : float
        Significance asked of it.
    is_kept : bool
    """

    term: str
    df: int
    f: float
    p: float
    alpha: float
    is_kept: bool


class FactorialStability(NamedTuple):
    """Stability study with factors.

    Attributes
    ----------
    tests : tuple of TermTest
        In the order in which they were made. Terms that a kept one contains are not tested: they stay.
    kept : tuple of str
        Terms of the model that is left, beyond a common line.
    lines : dict of tuple of str to dict of str to Line
        By combination of factors, then by batch.
    crossing : dict of tuple of str to float
        Where the limit of the worst batch of a combination meets the specification.
    shelf_life : dict of tuple of str to float
        `crossing`, at most `longest`.
    worst : tuple of str
        Batch that decides, of the combination with the shortest crossing, then its factors.
    common_shelf_life : float
        Shortest of all combinations.
    longest : float
        Last time observed plus the extrapolation allowed.
    sse, df : float
        Residual of the model that is left.
    is_few : bool
        Fewer than three batches.
    """

    tests: tuple[TermTest, ...]
    kept: tuple[str, ...]
    lines: dict[tuple[str, ...], dict[str, Line]]
    crossing: dict[tuple[str, ...], float]
    shelf_life: dict[tuple[str, ...], float]
    worst: tuple[str, ...]
    common_shelf_life: float
    longest: float
    sse: float
    df: float
    is_few: bool


class _Columns(NamedTuple):
    """Labels of each value by factor, batch first, and the columns of an effect."""

    names: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int64]
    time: Floats
    value: Floats

    def effect(self, term: tuple[str, ...], codes: NDArray[np.int64]) -> Floats:
        """Columns of an effect coded to sum to zero, (rows, any), products of those of its factors."""
        made = np.ones((len(codes), 1))
        for name in term:
            k = self.names.index(name)
            own = (codes[:, k, None] == np.arange(len(self.levels[k]))).astype(float)
            own = own[:, :-1] - own[:, -1:]
            made = (made[:, :, None] * own[:, None, :]).reshape(len(codes), -1)
        return made


def factorial_shelf_life(
    time: ArrayLike,
    value: ArrayLike,
    batch: Sequence[str],
    factors: Mapping[str, Sequence[str]],
    test: Specification,
    *,
    pool_alpha: tuple[float, float] = (0.25, 0.05),
    extrapolation: float = 0.0,
) -> FactorialStability:
    """Shelf life of each combination of factors.

    Parameters
    ----------
    time, value : array_like
        (n,) each. Values may be transformed before, such as by the logarithm.
    batch : sequence of str
        (n,).
    factors : mapping of str to sequence of str
        (n,) each, one to three, such as strength and container. Combinations need not all be there, nor all batches in
        each: what is not there is not estimated.
    test : Specification
        Limits, confidence, and a release limit if shelf life is that of a lot which starts there; see `specify`.
    pool_alpha : tuple of float
        Significance of the tests of terms with batch, and of terms without.
    extrapolation : float
        Time allowed beyond the last that was observed; 0 for frozen cells.

    Raises
    ------
    InputError
        If lengths differ, a factor has one level, there is no limit, nothing is left for the error, a line is not
        determined, or the mean at time 0 does not meet the specification with this confidence.

    References
    ----------
    ICH Q1E, Evaluation of stability data, 2003, appendix B.

    Examples
    --------
    >>> from hepatica.manufacturing.quality.stability_line import specify
    >>> t = [0, 3, 6, 9, 12] * 4
    >>> box = ["bag"] * 10 + ["vial"] * 10
    >>> lot = (["a"] * 5 + ["b"] * 5) * 2
    >>> y = [100 - (0.5 if b == "bag" else 0.2) * x + 0.1 * (-1) ** i for i, (x, b) in enumerate(zip(t, box))]
    >>> found = factorial_shelf_life(t, y, lot, {"container": box}, specify(90), extrapolation=60)
    >>> found.kept, {k[0]: round(v) for k, v in found.crossing.items()}
    (('container', 'time:container'), {'bag': 20, 'vial': 47})
    """
    data = _read(time, value, batch, factors)
    levels = tuple(probability(a, "significance of pooling") for a in pool_alpha)
    if not 0.0 <= extrapolation < np.inf:
        raise InputError("extrapolation", extrapolation, "a time of 0 or more")
    tests, kept = _eliminate(data, (levels[0], levels[-1]))
    beta, covariance, sse, df = _fit(data, kept)
    lines = _lines(data, kept, (beta, covariance, df), test)
    by_combination = {c: min(line.crossing for line in own.values()) for c, own in lines.items()}
    longest = float(data.time.max()) + extrapolation
    shortest = min(by_combination, key=lambda c: by_combination[c])
    worst = min(lines[shortest], key=lambda b: lines[shortest][b].crossing)
    return FactorialStability(
        tests=tuple(tests),
        kept=tuple(_name(t) for t in kept),
        lines=lines,
        crossing=by_combination,
        shelf_life={c: min(x, longest) for c, x in by_combination.items()},
        worst=(worst, *shortest),
        common_shelf_life=min(by_combination[shortest], longest),
        longest=longest,
        sse=sse,
        df=df,
        is_few=len(data.levels[0]) < FEWEST_BATCHES,
    )


Effect = tuple[bool, tuple[str, ...]]
"""True for slopes, and the factors of a term."""


def _name(effect: Effect) -> str:
    return ":".join(("time",) * effect[0] + effect[1])


def _read(time: ArrayLike, value: ArrayLike, batch: Sequence[str], factors: Mapping[str, Sequence[str]]) -> _Columns:
    x, y = finite(time, "times", least=3), finite(value, "values", least=3)
    if not 1 <= len(factors) <= MOST_FACTORS or BATCH in factors or "time" in factors:
        raise InputError("factors", list(factors), f"one to {MOST_FACTORS} factors beside batch and time")
    labels: dict[str, list[str]] = {BATCH: list(batch), **{name: list(own) for name, own in factors.items()}}
    if y.size != x.size or any(len(own) != x.size for own in labels.values()):
        raise InputError("factors", {n: len(o) for n, o in labels.items()}, f"{x.size} labels each, as there are times")
    if x.min() < 0.0:
        raise InputError("times", float(x.min()), "times of 0 or more")
    levels, codes = [], []
    for name, own in labels.items():
        names = tuple(dict.fromkeys(str(o) for o in own))
        if len(names) < 2:
            raise InputError(name, names, "two levels or more; leave out a factor that does not vary")
        levels.append(names)
        codes.append([names.index(str(o)) for o in own])
    if np.prod([len(own) for own in levels]) > MOST_COLUMNS:
        raise InputError("factors", [len(own) for own in levels], f"at most {MOST_COLUMNS} combinations with batches")
    return _Columns(tuple(labels), tuple(levels), np.array(codes, np.int64).T, x, y)


def _effects(data: _Columns) -> list[Effect]:
    """All terms, the most complicated first, slopes before intercepts; batch last among equals."""
    terms = [c for size in range(len(data.names), 0, -1) for c in combinations(data.names, size)]
    return [(slope, term) for slope in (True, False) for term in terms]


def _design(data: _Columns, effects: Sequence[Effect], codes: NDArray[np.int64], time: Floats) -> Floats:
    parts = [np.ones((len(codes), 1)), time[:, None]]
    for slope, term in effects:
        columns = data.effect(term, codes)
        parts.append(columns * time[:, None] if slope else columns)
    return np.hstack(parts)


def _residual(data: _Columns, effects: Sequence[Effect]) -> tuple[float, int]:
    design = _design(data, effects, data.codes, data.time)
    u, s, _ = np.linalg.svd(design, full_matrices=False)
    basis = u[:, s > 1e-9 * s[0]]
    left = data.value - basis @ (basis.T @ data.value)
    return float(left @ left), data.time.size - basis.shape[1]


def _eliminate(data: _Columns, levels: tuple[float, float]) -> tuple[list[TermTest], list[Effect]]:
    """Backward elimination under marginality; slopes by a term keep its intercepts."""
    left = _effects(data)
    full, full_df = _residual(data, left)
    if full_df < 1:
        raise InputError("factors", f"{data.time.size} values", "more values than lines have coefficients")
    tests: list[TermTest] = []
    for effect in list(left):
        slope, term = effect
        if any(set(term) < set(other) and other_slope == slope for other_slope, other in left):
            continue
        if not slope and (True, term) in left:
            continue
        without = [e for e in left if e != effect]
        (sse, df), (small, small_df) = _residual(data, left), _residual(data, without)
        gained = small_df - df
        if gained == 0:  # combinations that are not there tell nothing of it
            left = without
            continue
        f = (small - sse) / gained / (full / full_df) if full > 0 else np.inf
        p = float(fisher.sf(f, gained, full_df))
        alpha = levels[0] if BATCH in term else levels[1]
        tests.append(TermTest(_name(effect), gained, float(f), p, alpha, p < alpha))
        left = left if p < alpha else without
    return tests, left[::-1]


def _fit(data: _Columns, kept: Sequence[Effect]) -> tuple[Floats, Floats, float, float]:
    design = _design(data, kept, data.codes, data.time)
    sse, df = _residual(data, kept)
    beta = np.linalg.lstsq(design, data.value, rcond=None)[0].astype(np.float64)
    return beta, np.linalg.pinv(design.T @ design, hermitian=True) * sse / df, sse, float(df)


def _lines(
    data: _Columns, kept: Sequence[Effect], fit: tuple[Floats, Floats, float], limits: Specification
) -> dict[tuple[str, ...], dict[str, Line]]:
    """Line of each batch of each combination that was studied."""
    beta, covariance, df = fit
    made: dict[tuple[str, ...], dict[str, Line]] = {}
    for row in np.unique(data.codes, axis=0):
        start = _design(data, kept, row[None], np.zeros(1))[0]
        per = _design(data, kept, row[None], np.ones(1))[0] - start
        variance = float(start @ covariance @ start), float(start @ covariance @ per), float(per @ covariance @ per)
        labels = [own[k] for own, k in zip(data.levels, row, strict=True)]
        a, b = float(start @ beta), float(per @ beta)
        if len(np.unique(data.time[(data.codes == row).all(axis=1)])) < 2 and (True, data.names) in kept:
            raise InputError(f"batch {labels[0]}", labels[1:], "two times or more of each batch and combination")
        line = Line(a, b, crossing(a, b, variance, df, limits), variance, df)
        made.setdefault(tuple(labels[1:]), {})[labels[0]] = line
    return made
