"""Random streams keyed by seed, subject and purpose: the same number whoever asks, in whatever order."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray


def stream(seed: int, *purpose: object) -> np.random.Generator:
    """Counter-based stream for one purpose.

    Examples
    --------
    >>> stream(1, 17, "age").normal() == stream(1, 17, "age").normal()
    True
    """
    text = "\x1f".join(str(part) for part in (seed, *purpose)).encode()
    key = np.frombuffer(hashlib.blake2b(text, digest_size=16).digest(), np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


def normals(seed: int, subjects: NDArray[np.int64], purpose: str, width: int = 1) -> NDArray[np.float64]:
    """Standard normal numbers, one row a subject."""
    return np.stack([stream(seed, int(s), purpose).standard_normal(width) for s in subjects])


def uniforms(seed: int, subjects: NDArray[np.int64], purpose: str, width: int = 1) -> NDArray[np.float64]:
    """Uniform numbers in [0, 1), one row a subject."""
    return np.stack([stream(seed, int(s), purpose).random(width) for s in subjects])
