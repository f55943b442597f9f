"""Surfaces of clinical consequence kept in the cache: computed once for a study, a dose, a product and a model."""

from __future__ import annotations

import hashlib
import io
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from hepatica import __version__
from hepatica.engine import System, cache
from hepatica.manufacturing.clinical import surface as surfaces
from hepatica.manufacturing.clinical.courses import planned_regimen
from hepatica.manufacturing.clinical.surface import Surface, SurfaceSize
from hepatica.progress import Progress
from hepatica.study import Study
from hepatica.study_system import system_of
from hepatica.therapy import Product

LAYOUT = 3
"""Number of the layout of a stored surface; raised when it changes."""


def surface_key(study: Study, system: System, *, cells: float | None, product: Product, size: SurfaceSize) -> str:
    """Hash of all that decides a surface: model, study, learnt draws, dose, reference lot and sizes."""
    known, digest = study.known(), hashlib.blake2b(digest_size=12)
    regimen = asdict(planned_regimen(study, cells))
    parts = (LAYOUT, __version__, system.model.hash, study.hash, regimen, asdict(product), tuple(size))
    digest.update(repr(parts).encode())
    if known is not None:
        for column, values in known.columns.items():
            digest.update(str(column).encode() + np.asarray(values, np.float64).tobytes())
        digest.update(repr(known.provenance.get("null_effect_probability")).encode())
    return digest.hexdigest()


def stored_surface(
    study: Study,
    *,
    cells: float | None = None,
    product: Product | None = None,
    size: SurfaceSize | None = None,
    system: System | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Surface:
    """Surface of a study from the cache, computed and kept where it is not there; parameters as `fit_surface`."""
    engine, lot, size = (
        system_of(study, system),
        product or study.product.product().typical_lot,
        size or SurfaceSize(),
    )
    key = surface_key(study, engine, cells=cells, product=lot, size=size)
    name = f"lot-surface-{key}.npz"
    content = cache.read(name)
    if content is not None:
        return _unpack(content)
    made = surfaces.fit_surface(
        study,
        cells=cells,
        product=lot,
        size=size,
        system=engine,
        workers=workers,
        progress=progress,
    )
    cache.write(name, _pack(made))
    return made


def _pack(surface: Surface) -> bytes:
    stream = io.BytesIO()
    arrays: dict[str, Any] = {f.name: np.asarray(getattr(surface, f.name)) for f in fields(surface)}
    np.savez(stream, **arrays)
    return stream.getvalue()


def _unpack(content: bytes) -> Surface:
    with np.load(io.BytesIO(content), allow_pickle=False) as held:
        arrays = {name: held[name] for name in held.files}
    return Surface(
        hypotheses=tuple(str(h) for h in arrays.pop("hypotheses")),
        viability=float(arrays.pop("viability")),
        regimen=str(arrays.pop("regimen")),
        patients=int(arrays.pop("patients")),
        failed=int(arrays.pop("failed")),
        **arrays,
    )
