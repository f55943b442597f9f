"""Random streams of simulated trials: a block of trials at a time, keyed by seed, purpose and block.

Numbers are drawn patient by patient for a whole block, so that trial 17 and its patient 5 are the same in a run of 500
trials of 40 patients or of 10,000 of 400, on any number of workers, and under every design (common random numbers).
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
WIDTH = 250
"""Trials of a block; a part of every key, and so never changed without a line in the changelog."""


def generator(seed: int, purpose: str, block: int) -> np.random.Generator:
    """Generator (Philox, Salmon2011) of a purpose in a block of trials.

    Examples
    --------
    >>> bool(generator(1, "accrual", 0).random() == generator(1, "accrual", 0).random())
    True
    """
    digest = hashlib.blake2b(f"{seed}\x1f{purpose}\x1f{block}".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))


def uniforms(seed: int, purpose: str, block: int, patients: int) -> Floats:
    """Uniform numbers (trial, patient) of a block; those of the first patients do not depend on how many there are.

    Examples
    --------
    >>> bool((uniforms(1, "x", 0, 4)[:, :2] == uniforms(1, "x", 0, 2)).all())
    True
    """
    return np.ascontiguousarray(generator(seed, purpose, block).random((patients, WIDTH)).T)


def exponentials(seed: int, purpose: str, block: int, patients: int) -> Singles:
    """Standard exponential numbers (trial, patient) of a block."""
    drawn = generator(seed, purpose, block).standard_exponential((patients, WIDTH), dtype=np.float32)
    return np.ascontiguousarray(drawn.T)


def normals(seed: int, purpose: str, block: int, patients: int) -> Floats:
    """Standard normal numbers (trial, patient) of a block."""
    return np.ascontiguousarray(generator(seed, purpose, block).standard_normal((patients, WIDTH)).T)


def gammas(seed: int, purpose: str, block: int, patients: int, variance: float) -> Floats:
    """Gamma numbers (trial, patient) of mean 1 and a variance; ones where it is 0.

    Examples
    --------
    >>> float(gammas(1, "x", 0, 2, 0.0).max())
    1.0
    """
    if variance == 0:
        return np.ones((WIDTH, patients))
    drawn = generator(seed, purpose, block).standard_gamma(1 / variance, (patients, WIDTH)) * variance
    return np.ascontiguousarray(drawn.T)
