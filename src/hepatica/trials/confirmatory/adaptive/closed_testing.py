"""Closed testing of several hypotheses, each intersection by one p-value (Marcus, Peritz and Gabriel 1976).

A hypothesis is rejected if every intersection that contains it is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import combinations
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from hepatica.errors import InputError
from hepatica.trials.confirmatory.dunnett import none_above

Floats = NDArray[np.float64]
MAX_HYPOTHESES = 8


class Intersection(ABC):
    """Test of an intersection hypothesis from one-sided p-values."""

    @abstractmethod
    def p_value(self, p: Floats) -> Floats:
        """p-values (...) of the intersection of all hypotheses with p-values (..., m)."""


@final
@dataclass(frozen=True)
class Bonferroni(Intersection):
    """Bonferroni's test: m times the smallest p-value."""

    def p_value(self, p: Floats) -> Floats:
        """p-values; see `Intersection`."""
        return np.asarray(np.minimum(1.0, p.shape[-1] * p.min(axis=-1)))


@final
@dataclass(frozen=True)
class Sidak(Intersection):
    """Sidak's test, for independent or positively dependent statistics."""

    def p_value(self, p: Floats) -> Floats:
        """p-values; see `Intersection`."""
        return np.asarray(-np.expm1(p.shape[-1] * np.log1p(-np.minimum(p.min(axis=-1), 1 - 1e-16))))


@final
@dataclass(frozen=True)
class Simes(Intersection):
    """Simes' test (1986, Biometrika 73:751): the smallest of m p_(i) / i."""

    def p_value(self, p: Floats) -> Floats:
        """p-values; see `Intersection`."""
        m = p.shape[-1]
        return np.asarray((m * np.sort(p, axis=-1) / np.arange(1, m + 1)).min(axis=-1))


@final
@dataclass(frozen=True)
class Dunnett(Intersection):
    """Dunnett's test with treatments of equal size.

    Attributes
    ----------
    correlation : float
        Of two comparisons: one half with as many controls as patients of a treatment.
    """

    correlation: float = 0.5

    def p_value(self, p: Floats) -> Floats:
        """p-values; see `Intersection`."""
        m = p.shape[-1]
        largest = -ndtri(np.clip(p.min(axis=-1), 1e-300, 1 - 1e-16))
        loading = np.full(m, np.sqrt(self.correlation))
        flat = largest.ravel()
        parts = [
            none_above(np.repeat(part[:, None], m, axis=1), loading)
            for part in np.array_split(flat, len(flat) // 4096 + 1)
        ]
        return np.asarray(np.clip(1 - np.concatenate(parts).reshape(largest.shape), 0.0, 1.0))


def subsets(m: int) -> list[tuple[int, ...]]:
    """All intersections of m hypotheses.

    Examples
    --------
    >>> subsets(2)
    [(0,), (1,), (0, 1)]
    """
    if not 1 <= m <= MAX_HYPOTHESES:
        raise InputError("hypotheses", m, f"give 1 to {MAX_HYPOTHESES}")
    return [s for size in range(1, m + 1) for s in combinations(range(m), size)]


def intersection_p_values(p: ArrayLike, test: Intersection) -> Floats:
    """p-values (..., intersections) of all `subsets` from those of the hypotheses (..., m)."""
    values = np.asarray(p, float)
    return np.stack([test.p_value(values[..., list(s)]) for s in subsets(values.shape[-1])], axis=-1)


def close(rejected: NDArray[np.bool_], m: int) -> NDArray[np.bool_]:
    """Hypotheses rejected (..., m) by the closure, from the intersections rejected (..., intersections).

    Examples
    --------
    >>> close(np.array([True, True, False]), 2).tolist()
    [False, False]
    """
    all_of = subsets(m)
    return np.stack([rejected[..., [i in s for s in all_of]].all(axis=-1) for i in range(m)], axis=-1)


def closed_test(p: ArrayLike, test: Intersection, alpha: float = 0.025) -> NDArray[np.bool_]:
    """Hypotheses (..., m) rejected at familywise level alpha from p-values (..., m).

    Examples
    --------
    >>> closed_test([0.01, 0.02, 0.4], Bonferroni(), 0.05).tolist()
    [True, True, False]
    """
    values = np.asarray(p, float)
    return close(intersection_p_values(values, test) <= alpha, values.shape[-1])
