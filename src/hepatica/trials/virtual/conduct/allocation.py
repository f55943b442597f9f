"""Allocation of patients to arms in many trials at once, by the schemes of `hepatica.trials.randomisation`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.trials.randomisation import (
    BiasedCoin,
    CompleteRandomisation,
    Minimisation,
    PermutedBlocks,
    Scheme,
    checked_ratio,
)
from hepatica.trials.virtual.conduct.streams import WIDTH, uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def allocate(scheme: Scheme, factors: Ints, seed: int, block: int, *, purpose: str = "allocation") -> Ints:
    """Arms (trial, patient) of a block of trials, patients in order of arrival.

    Parameters
    ----------
    scheme : Scheme
        One of `SCHEMES`.
    factors : (trial, patient, factor)
        Levels from 0.
    seed, block : int
        Of the streams.
    purpose : str
        Of the streams: a second stage has its own.

    Raises
    ------
    InputError
        If the scheme is none of them.

    Examples
    --------
    >>> arms = allocate(PermutedBlocks(sizes=(4,)), np.zeros((250, 8, 0), int), 1, 0)
    >>> bool((arms[:, :4].sum(axis=1) == 2).all())
    True
    """
    patients = factors.shape[1]
    if isinstance(scheme, CompleteRandomisation):
        parts = checked_ratio(scheme.ratio)
        edges = np.cumsum(parts)[:-1] / parts.sum()
        return np.searchsorted(edges, uniforms(seed, purpose, block, patients), side="right").astype(np.int64)
    if isinstance(scheme, PermutedBlocks):
        return _blocks(
            scheme, strata_of(factors) if scheme.stratified else np.zeros(factors.shape[:2], int), seed, block, purpose
        )
    draw = uniforms(seed, purpose, block, patients)
    if isinstance(scheme, BiasedCoin):
        return _coin(scheme, strata_of(factors) if scheme.stratified else np.zeros(factors.shape[:2], int), draw)
    if isinstance(scheme, Minimisation):
        return _minimise(scheme, factors, draw)
    raise InputError("randomisation", type(scheme).__name__, "complete, blocks, biased coin or minimisation")


def strata_of(factors: Ints) -> Ints:
    """Number of each patient's stratum, (trial, patient), from the levels of its factors.

    Parameters
    ----------
    factors : (trial, patient, factor)
        Levels from 0.
    """
    strata = np.zeros(factors.shape[:2], np.int64)
    for k in range(factors.shape[2]):
        strata = strata * (int(factors[..., k].max(initial=0)) + 1) + factors[..., k]
    return strata


def _blocks(scheme: PermutedBlocks, strata: Ints, seed: int, block: int, purpose: str) -> Ints:
    """Permuted blocks: each stratum has its own sequence of blocks of random sizes."""
    patients = strata.shape[1]
    arms = np.zeros(strata.shape, np.int64)
    for stratum in range(int(strata.max(initial=0)) + 1):
        here = strata == stratum
        place = np.cumsum(here, axis=1) - 1  # order within the stratum
        longest = int(here.sum(axis=1).max(initial=0))
        if longest:
            sequence = _sequence(
                scheme, min(longest + max(scheme.sizes), patients + max(scheme.sizes)), seed, block, purpose, stratum
            )
            arms[here] = np.take_along_axis(sequence, np.maximum(place, 0), axis=1)[here]
    return arms


def _sequence(scheme: PermutedBlocks, length: int, seed: int, block: int, purpose: str, stratum: int) -> Ints:
    """Sequence of arms (trial, length) of one stratum."""
    parts, sizes = checked_ratio(scheme.ratio), np.array(scheme.sizes)
    number = -(-length // int(sizes.min()))
    size = sizes[(uniforms(seed, f"{purpose}:sizes:{stratum}", block, number) * len(sizes)).astype(int)]
    key = uniforms(seed, f"{purpose}:order:{stratum}", block, number * int(sizes.max())).reshape(WIDTH, number, -1)
    content = np.full((len(sizes), int(sizes.max())), 0)
    for k, s in enumerate(sizes):
        content[k, :s] = np.repeat(np.arange(len(parts)), parts * (s // parts.sum()))
    which = np.argmax(size[..., None] == sizes, axis=-1)
    inside = np.arange(int(sizes.max())) < size[..., None]
    order = np.argsort(np.where(inside, key, 2.0), axis=-1, kind="stable")
    mixed = np.take_along_axis(content[which], order, axis=-1)
    keep = inside.reshape(WIDTH, -1)
    packed = np.argsort(~keep, axis=1, kind="stable")
    return np.take_along_axis(mixed.reshape(WIDTH, -1), packed, axis=1)[:, :length]


def _coin(scheme: BiasedCoin, strata: Ints, draw: Floats) -> Ints:
    trials = np.arange(len(strata))
    lead = np.zeros((len(strata), int(strata.max(initial=0)) + 1), np.int64)
    arms = np.empty(strata.shape, np.int64)
    for i in range(strata.shape[1]):
        ahead = lead[trials, strata[:, i]]
        chance = np.select([ahead > 0, ahead < 0], [1 - scheme.probability, scheme.probability], 0.5)
        arms[:, i] = draw[:, i] < chance
        lead[trials, strata[:, i]] += 2 * arms[:, i] - 1
    return arms


def _minimise(scheme: Minimisation, factors: Ints, draw: Floats) -> Ints:
    trials, patients, columns = factors.shape
    weights = np.asarray(scheme.weights or np.ones(columns), float)
    parts = checked_ratio(scheme.ratio).astype(float)
    counts = np.zeros((trials, columns, int(factors.max(initial=0)) + 1, len(parts)))
    rows, which = np.arange(trials)[:, None], np.arange(columns)[None, :]
    arms = np.empty((trials, patients), np.int64)
    for i in range(patients):
        here = counts[rows, which, factors[:, i]]  # (trial, factor, arm)
        after = (here[:, :, None, :] + np.eye(len(parts))) / parts
        imbalance = (
            np.einsum("f,tfa->ta", weights, np.ptp(after, axis=-1)) if columns else np.zeros((trials, len(parts)))
        )
        best = imbalance <= imbalance.min(axis=1, keepdims=True) + 1e-12
        inside, outside = parts * best, parts * ~best
        share = inside / inside.sum(axis=1, keepdims=True)
        rest = outside / np.maximum(outside.sum(axis=1, keepdims=True), 1e-300)
        chance = np.where(
            best.all(axis=1, keepdims=True), share, scheme.probability * share + (1 - scheme.probability) * rest
        )
        arms[:, i] = (draw[:, i, None] > np.cumsum(chance, axis=1)[:, :-1]).sum(axis=1)
        counts[rows, which, factors[:, i], arms[:, i, None]] += 1
    return arms
