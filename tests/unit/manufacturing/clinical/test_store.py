"""A surface is computed once, and another for all that decides it."""

from dataclasses import fields
from types import SimpleNamespace

import numpy as np

from hepatica.manufacturing.clinical import store
from hepatica.manufacturing.clinical.surface import SurfaceSize
from hepatica.study import check_study

STUDY = check_study({"title": "t", "patients": 8, "draws": 8, "posterior": "prior", "grid": {"dose": ["1e6 cells/kg"]}})


def test_it_is_kept_and_comes_back_whole(surface_of, monkeypatch, tmp_path):
    monkeypatch.setenv("HEPATICA_CACHE", str(tmp_path / "cache"))
    made, asked = surface_of(3.0, spread=0.2), []
    monkeypatch.setattr(store.surfaces, "fit_surface", lambda *_, **given: asked.append(given) or made)
    system = SimpleNamespace(model=SimpleNamespace(hash="m"))
    first, again = (store.stored_surface(STUDY, cells=1e6, system=system) for _ in range(2))
    assert len(asked) == 1 and first is made
    for field in fields(made):
        assert np.array_equal(getattr(again, field.name), getattr(made, field.name)), field.name
    store.stored_surface(STUDY, cells=2e6, system=system)
    store.stored_surface(STUDY, cells=1e6, size=SurfaceSize(draws=40), system=system)
    store.stored_surface(STUDY, cells=1e6, system=SimpleNamespace(model=SimpleNamespace(hash="other")))
    assert len(asked) == 4
