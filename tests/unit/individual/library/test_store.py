"""Store: the same people from memory, cache and simulation; larger libraries hold smaller ones; the key holds all."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.engine import cache
from hepatica.errors import InputError
from hepatica.individual.library.candidates import AXES
from hepatica.individual.library.simulate import Design
from hepatica.therapy import NO_CELLS


@pytest.fixture(scope="module")
def small(acute_library):
    design = Design(regimens=(NO_CELLS,), hypotheses=(), until=1.0)
    return replace(acute_library, design=design)


def same(a, b):
    assert all(np.array_equal(getattr(a, name), getattr(b, name)) for name in AXES)


def test_memory_cache_and_growth(small, small_store, monkeypatch):
    monkeypatch.setattr(small_store, "BLOCK", 20)
    told = []
    first = small.candidates(30, lambda *row: told.append(row))
    assert told == [("library", 20, 40), ("library", 40, 40)] and small.is_stored(40) and not small.is_stored(41)
    assert small.candidates(40) is first
    small_store._memory.clear()
    monkeypatch.setattr(small_store, "simulate_candidates", None)  # nothing is simulated again
    again = small.candidates(40)
    same(first, again)
    assert again.components == first.components and again.null_effect == first.null_effect
    monkeypatch.undo()
    monkeypatch.setattr(small_store, "BLOCK", 20)
    larger = small.candidates(60)
    same(larger.take(np.arange(first.n)), first)


def test_a_damaged_block_is_made_again(small, small_store, monkeypatch, tmp_path):
    monkeypatch.setattr(small_store, "BLOCK", 20)
    monkeypatch.setattr(small_store, "cache", cache)
    monkeypatch.setenv("HEPATICA_CACHE", str(tmp_path / "cache"))
    small_store._memory.clear()
    first = small.candidates(20)
    entry = cache.cache_folder() / small_store._entry(small.key, 0)
    content = bytearray(entry.read_bytes())
    content[len(content) // 2] ^= 1
    entry.write_bytes(bytes(content))
    small_store._memory.clear()
    same(small.candidates(20), first)


def test_the_key_holds_what_decides(small):
    others = [
        replace(small, seed=2),
        replace(small, design=Design()),
        replace(small, design=replace(small.design, background=("corticosteroid",))),
        replace(small, kind=type(small.kind).CIRRHOSIS),
    ]
    assert len({small.key, *(o.key for o in others)}) == 5 and small.key == replace(small, workers=7).key


def test_sizes(small):
    for size in (0, 10**6):
        with pytest.raises(InputError, match="library"):
            small.candidates(size)
