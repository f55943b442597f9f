"""Library of a kind of person: made in blocks, kept in the cache with checksums, grown when more are needed."""

from __future__ import annotations

import hashlib
import io
from dataclasses import asdict, dataclass, field

import numpy as np

from hepatica import __version__
from hepatica.engine import System, cache
from hepatica.errors import InputError
from hepatica.individual.library.candidates import AXES, HORIZONS, LABS, TIMES, Candidates, join
from hepatica.individual.library.proposals import Component, Kind, assign, mixture
from hepatica.individual.library.simulate import Design, simulate_candidates
from hepatica.patients import Cohort, Draws, identity
from hepatica.progress import Progress, ignore_progress

BLOCK = 500
"""Candidates of a block, the unit of simulation and storage."""
SIZE, LARGE, MAX_SIZE = 8_000, 20_000, 100_000
"""Candidates unless asked otherwise; of a careful forecast; at most."""
LAYOUT = 2
"""Number of the layout of a stored block; raised when it changes."""
_memory: dict[str, Candidates] = {}


@dataclass(frozen=True, kw_only=True)
class Library:
    """Settings of a library, and its candidates on demand.

    Attributes
    ----------
    system : System
        The compiled model.
    kind : Kind
    known : Draws or None
        Posterior parameter draws; from the priors where None.
    design : Design
    seed : int
    workers : int or None
    """

    system: System
    kind: Kind
    known: Draws | None
    design: Design = field(default_factory=Design)
    seed: int = 1
    workers: int | None = None

    @property
    def key(self) -> str:
        """Hash of all that decides the candidates: model, draws, populations, design and seed."""
        digest = hashlib.blake2b(digest_size=12)
        parts = (
            LAYOUT,
            self.system.model.hash,
            self.kind.value,
            self.seed,
            LABS,
            HORIZONS,
            TIMES.tolist(),
            __version__,
        )
        design = ([asdict(r) for r in self.design.regimens], self.design.hypotheses, self.design.background)
        digest.update(repr((parts, design)).encode())
        for part in self.parts:
            digest.update(f"{part.name} {part.weight} {part.population.model_dump_json()}".encode())
        if self.known is not None:
            for column, values in self.known.columns.items():
                digest.update(str(column).encode() + np.asarray(values, np.float64).tobytes())
            digest.update(repr(self.known.provenance.get("null_effect_probability")).encode())
        return digest.hexdigest()

    @property
    def parts(self) -> tuple[Component, ...]:
        """Components of the mixture."""
        return mixture(self.kind, self.system)

    def candidates(self, size: int = SIZE, progress: Progress | None = None) -> Candidates:
        """The first candidates of the library, from memory, from the cache, or simulated now.

        Parameters
        ----------
        size : int
            Rounded up to whole blocks; a larger library holds the smaller one.
        progress : Progress, optional
            Told of the stage "library", in candidates.

        Raises
        ------
        InputError
            If the size is out of range, or nobody could be simulated.
        """
        if not 1 <= size <= MAX_SIZE:
            raise InputError("library", size, f"a number of virtual people from 1 to {MAX_SIZE}")
        report, blocks, key = progress or ignore_progress, -(-size // BLOCK), self.key
        held = f"{key} {blocks}"
        if held not in _memory:
            made = []
            for k in range(blocks):
                made.append(self._block(key, k))
                report("library", (k + 1) * BLOCK, blocks * BLOCK)
            _memory.clear()  # one library at a time stays in memory
            _memory[held] = join(made)
        if not _memory[held].n:
            raise InputError("library", size, "a model whose candidates can be solved; none could")
        return _memory[held]

    def is_stored(self, size: int = SIZE) -> bool:
        """True where all blocks of a size are in memory or in the cache."""
        key, blocks = self.key, -(-size // BLOCK)
        return f"{key} {blocks}" in _memory or all(
            (cache.cache_folder() / _entry(key, k)).exists() for k in range(blocks)
        )

    def cohort(self, component: int, who: np.ndarray) -> Cohort:
        """Cohort of some candidates of one component."""
        population = self.parts[component].population
        return Cohort(self.system.model, population, self.seed, identity(who, 0), who, self.known)

    def _block(self, key: str, k: int) -> Candidates:
        """One block, read or made and kept."""
        stored = cache.read(_entry(key, k))
        if stored is not None:
            return _unpack(stored, self)
        who = np.arange(k * BLOCK, (k + 1) * BLOCK)
        parts, which = self.parts, assign(who, self.parts)
        made = [
            simulate_candidates(
                self.system,
                self.cohort(c, who[which == c]),
                self.design,
                component=c,
                components=tuple(p.name for p in parts),
                workers=self.workers,
            )
            for c in np.unique(which).tolist()
        ]
        block = join(made)
        cache.write(_entry(key, k), _pack(block))
        return block


def _entry(key: str, k: int) -> str:
    return f"people-{key}-{k}.npz"


def _pack(block: Candidates) -> bytes:
    """Bytes of a block's arrays."""
    out = io.BytesIO()
    np.savez(out, null_effect=np.array(block.null_effect), **{name: getattr(block, name) for name in AXES})
    return out.getvalue()


def _unpack(content: bytes, library: Library) -> Candidates:
    """Block of the bytes of `_pack`."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return Candidates(
            courses=library.design.courses,
            regimens=library.design.regimens,
            components=tuple(p.name for p in library.parts),
            null_effect=tuple(arrays["null_effect"].tolist()),
            draws=0 if library.known is None else library.known.n,
            **{name: arrays[name] for name in AXES},
        )
