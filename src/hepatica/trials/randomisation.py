"""Randomisation schemes: complete, permuted blocks, stratified, biased coin and minimisation, with any ratio.

Every scheme is sequential: patients in order of arrival, with their strata or covariates, are given arms. Draws are
keyed by seed, patient and purpose, so that patient 17 has the same draw whatever else is asked.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepatica.errors import InputError
from hepatica.patients.streams import uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def checked_ratio(ratio: Sequence[int]) -> Ints:
    """Allocation ratio in lowest terms.

    Raises
    ------
    InputError
        Unless there are at least two arms, each with a positive whole number.

    Examples
    --------
    >>> checked_ratio((2, 4)).tolist()
    [1, 2]
    """
    parts = np.asarray(ratio)
    if parts.ndim != 1 or len(parts) < 2 or (parts != parts.astype(int)).any() or (parts < 1).any():
        raise InputError("ratio", list(ratio), "give a positive whole number for each of at least two arms")
    return np.asarray(parts.astype(np.int64) // gcd(*(int(p) for p in parts)))


class Scheme(ABC):
    """Randomisation scheme."""

    @abstractmethod
    def assign(self, factors: Ints, seed: int) -> Ints:
        """Arms (patients,) of patients in order of arrival.

        Parameters
        ----------
        factors : (patients, factors)
            Levels of each patient's stratification factors, from 0; no column for none.
        seed : int
            Of the trial.
        """


def _uniform(seed: int, patients: int, purpose: str) -> Floats:
    return uniforms(seed, np.arange(patients), f"randomisation:{purpose}")[:, 0]


def _strata(factors: Ints) -> Ints:
    """Number of each patient's stratum."""
    if factors.shape[1] == 0:
        return np.zeros(len(factors), np.int64)
    return np.asarray(np.unique(factors, axis=0, return_inverse=True)[1].ravel())


@final
@dataclass(frozen=True)
class CompleteRandomisation(Scheme):
    """Complete randomisation: every patient by the ratio, independently.

    Attributes
    ----------
    ratio : tuple of int
        Of the arms.
    """

    ratio: tuple[int, ...] = (1, 1)

    def assign(self, factors: Ints, seed: int) -> Ints:
        """Arms; see `Scheme`."""
        parts = checked_ratio(self.ratio)
        edges = np.cumsum(parts)[:-1] / parts.sum()
        return np.searchsorted(edges, _uniform(seed, len(factors), "complete"), side="right").astype(np.int64)


@final
@dataclass(frozen=True)
class PermutedBlocks(Scheme):
    """Permuted blocks, within each stratum; block sizes vary at random if several are given.

    Attributes
    ----------
    ratio : tuple of int
        Of the arms.
    sizes : tuple of int
        Patients of a block, multiples of the sum of the ratio in lowest terms.
    stratified : bool
        False for one sequence of blocks whatever the strata.

    Examples
    --------
    >>> arms = PermutedBlocks(sizes=(4,)).assign(np.zeros((8, 0), int), 1)
    >>> [int(arms[:4].sum()), int(arms[4:].sum())]
    [2, 2]
    """

    ratio: tuple[int, ...] = (1, 1)
    sizes: tuple[int, ...] = (4, 6)
    stratified: bool = True

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        total = int(checked_ratio(self.ratio).sum())
        if not self.sizes or any(s < total or s % total for s in self.sizes):
            raise InputError("sizes", self.sizes, f"give multiples of {total}, the sum of the allocation ratio")

    def assign(self, factors: Ints, seed: int) -> Ints:
        """Arms; see `Scheme`."""
        strata = _strata(factors) if self.stratified else np.zeros(len(factors), np.int64)
        arms = np.empty(len(factors), np.int64)
        for stratum in np.unique(strata):
            here = np.flatnonzero(strata == stratum)
            arms[here] = self._sequence(len(here), seed, int(stratum))
        return arms

    def _sequence(self, patients: int, seed: int, stratum: int) -> Ints:
        """Blocks one after the other, the last cut short."""
        parts, filled, block = checked_ratio(self.ratio), 0, 0
        sequence = []
        while filled < patients:
            draw = uniforms(seed, np.array([block]), f"randomisation:blocks:{stratum}", 1 + max(self.sizes))[0]
            size = self.sizes[int(draw[0] * len(self.sizes))]
            content = np.repeat(np.arange(len(parts)), parts * (size // parts.sum()))
            sequence.append(content[np.argsort(draw[1 : 1 + size], kind="stable")])
            filled, block = filled + size, block + 1
        return np.concatenate(sequence)[:patients] if sequence else np.empty(0, np.int64)


@final
@dataclass(frozen=True)
class BiasedCoin(Scheme):
    """Efron's biased coin of two arms, within each stratum (1971, Biometrika 58:403).

    Attributes
    ----------
    probability : float
        Of the arm with fewer patients; 1/2 if they are even.
    stratified : bool
        False for one count whatever the strata.
    """

    probability: float = 2 / 3
    stratified: bool = True

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not 0.5 <= self.probability <= 1:
            raise InputError("probability", self.probability, "give a probability from 0.5 to 1")

    def assign(self, factors: Ints, seed: int) -> Ints:
        """Arms; see `Scheme`."""
        strata = _strata(factors) if self.stratified else np.zeros(len(factors), np.int64)
        draw, lead = _uniform(seed, len(factors), "biased coin"), np.zeros(int(strata.max(initial=0)) + 1, np.int64)
        arms = np.empty(len(factors), np.int64)
        for i, stratum in enumerate(strata):
            ahead = lead[stratum]  # patients of arm 1 more than of arm 0
            chance = 0.5 if ahead == 0 else (1 - self.probability if ahead > 0 else self.probability)
            arms[i] = int(draw[i] < chance)
            lead[stratum] += 2 * arms[i] - 1
        return arms


@final
@dataclass(frozen=True)
class Minimisation(Scheme):
    """Minimisation of imbalance over the margins of covariates (Pocock and Simon 1975, Biometrics 31:103).

    The imbalance of a factor's level is the range of patients over arms, each divided by its part of the ratio; factors
    are weighted. The arm of least total imbalance is given with the stated probability, the others with what is left,
    by the ratio (Han, Enas and McEntegart 2009, Stat Med 28).

    Attributes
    ----------
    ratio : tuple of int
        Of the arms.
    weights : tuple of float
        Of the factors; empty for equal ones.
    probability : float
        Of the arm of least imbalance; 1 is deterministic but for ties.
    """

    ratio: tuple[int, ...] = (1, 1)
    weights: tuple[float, ...] = ()
    probability: float = 0.8

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        share = checked_ratio(self.ratio).max() / checked_ratio(self.ratio).sum()
        if not share <= self.probability <= 1:
            raise InputError("probability", self.probability, f"give one from {share:.3g}, the largest share, to 1")
        if any(not 0 <= w < np.inf for w in self.weights):
            raise InputError("weights", self.weights, "give weights of at least 0")

    def assign(self, factors: Ints, seed: int) -> Ints:
        """Arms; see `Scheme`."""
        n, columns = factors.shape
        weights = np.asarray(self.weights or np.ones(columns), float)
        if len(weights) != columns:
            raise InputError("weights", self.weights, f"give {columns}, one for each factor")
        parts, levels = checked_ratio(self.ratio), int(factors.max(initial=0)) + 1
        counts, arms = np.zeros((columns, levels, len(parts))), np.empty(n, np.int64)
        draw = _uniform(seed, n, "minimisation")
        which = np.arange(columns)
        for i in range(n):
            here = counts[which, factors[i]]  # (factors, arms)
            after = (here[:, None, :] + np.eye(len(parts))) / parts
            imbalance = weights @ np.ptp(after, axis=2)
            arms[i] = _pick(self._chances(imbalance, parts), draw[i])
            counts[which, factors[i], arms[i]] += 1
        return arms

    def _chances(self, imbalance: Floats, parts: Ints) -> Floats:
        best = imbalance <= imbalance.min() + 1e-12
        if best.all():
            return np.asarray(parts / parts.sum())
        inside, outside = parts * best, parts * ~best
        return np.asarray(self.probability * inside / inside.sum() + (1 - self.probability) * outside / outside.sum())


def _pick(chances: Floats, draw: float) -> int:
    return int(np.searchsorted(np.cumsum(chances)[:-1], draw, side="right"))


SCHEMES = (CompleteRandomisation, PermutedBlocks, BiasedCoin, Minimisation)


def randomise(scheme: Scheme, factors: ArrayLike, seed: int) -> Ints:
    """Arms (patients,) of patients in order of arrival.

    Parameters
    ----------
    scheme : Scheme
        One of `SCHEMES`.
    factors : (patients, factors)
        Whole numbers from 0; (patients,) for one factor.
    seed : int
        Of the trial.

    Raises
    ------
    InputError
        If a factor has levels that are no whole numbers from 0.

    Examples
    --------
    >>> randomise(PermutedBlocks((2, 1), (3,)), [0, 0, 0], 4).sum().item()
    1
    """
    levels = np.asarray(factors)
    levels = levels[:, None] if levels.ndim == 1 else levels
    if levels.ndim != 2 or (levels.size and ((levels < 0).any() or (levels != np.floor(levels)).any())):
        raise InputError("factors", levels.shape, "give patients by factors, levels as whole numbers from 0")
    return scheme.assign(levels.astype(np.int64), seed)
