"""Random streams keyed by seed, subject and purpose: the same number whoever asks, in whatever order.

Philox4x32-10 (Salmon2011), a counter-based generator: the key is a hash of seed and purpose, the counter
is the subject, so a whole cohort is drawn at once and patient 17 is the same in a cohort of 20 or 20,000.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Words = NDArray[np.uint64]
_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_MULTIPLY = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_BUMP = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
_AT_ONCE = 1 << 18  # numbers, so that the words of many purposes stay in the cache


def philox(
    counter: tuple[Words, Words, Words, Words], key: tuple[int | Words, int | Words]
) -> tuple[Words, Words, Words, Words]:
    """Ten rounds of Philox4x32 on arrays of counters; 32-bit words held in uint64.

    Keys may be arrays that broadcast against the counters.

    Examples
    --------
    >>> zero = np.zeros(1, np.uint64)
    >>> [hex(int(w[0])) for w in philox((zero, zero, zero, zero), (0, 0))]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    c0, c1, c2, c3 = counter
    k0, k1 = (np.asarray(k, np.uint64) for k in key)
    for _ in range(10):
        a, b = _MULTIPLY[0] * c0, _MULTIPLY[1] * c2
        c0, c1, c2, c3 = ((b >> _SHIFT) ^ c1 ^ k0), b & _LOW, ((a >> _SHIFT) ^ c3 ^ k1), a & _LOW
        k0, k1 = (k0 + _BUMP[0]) & _LOW, (k1 + _BUMP[1]) & _LOW
    return c0, c1, c2, c3


def _key(seed: int, purpose: str) -> tuple[int, int]:
    digest = hashlib.blake2b(f"{seed}\x1f{purpose}".encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")


def _fraction(high: Words, low: Words) -> NDArray[np.float64]:
    """52 bits of two words as a number in (0, 1)."""
    return (((high << np.uint64(20)) | (low >> np.uint64(12))).astype(np.float64) + 0.5) * 2.0**-52


def uniforms(seed: int, subjects: NDArray[np.int64], purpose: str, width: int = 1) -> NDArray[np.float64]:
    """Uniform numbers in (0, 1), one row a subject.

    Examples
    --------
    >>> both = uniforms(1, np.array([4, 17]), "age")
    >>> bool(uniforms(1, np.array([17]), "age")[0, 0] == both[1, 0])
    True
    """
    key = _key(seed, purpose)
    who = np.asarray(subjects, np.int64).astype(np.uint64)
    blocks = []
    for block in range((width + 1) // 2):
        here = np.full_like(who, block)
        words = philox((who & _LOW, who >> _SHIFT, here, np.zeros_like(who)), key)
        for high, low in (words[:2], words[2:]):
            blocks.append(_fraction(high, low))
    return np.stack(blocks[:width], axis=1)


def uniforms_by_purpose(seed: int, subjects: NDArray[np.int64], purposes: Sequence[str]) -> NDArray[np.float64]:
    """Uniform numbers in (0, 1) for many purposes at once, (purposes, subjects): column 0 of `uniforms` of each.

    Examples
    --------
    >>> who = np.array([4, 17])
    >>> both = uniforms_by_purpose(1, who, ["age", "weight"])
    >>> bool((both[1] == uniforms(1, who, "weight")[:, 0]).all())
    True
    """
    who = np.asarray(subjects, np.int64).astype(np.uint64)
    counter = (who & _LOW, who >> _SHIFT, np.zeros_like(who), np.zeros_like(who))
    out = np.empty((len(purposes), len(who)))
    size = max(1, _AT_ONCE // max(len(who), 1))
    for first in range(0, len(purposes), size):
        keys = np.array([_key(seed, p) for p in purposes[first : first + size]], np.uint64)
        words = philox(counter, (keys[:, :1], keys[:, 1:]))
        out[first : first + size] = _fraction(words[0], words[1])
    return out


def normals(seed: int, subjects: NDArray[np.int64], purpose: str, width: int = 1) -> NDArray[np.float64]:
    """Standard normal numbers, one row a subject."""
    return np.asarray(ndtri(uniforms(seed, subjects, purpose, width)), float)
