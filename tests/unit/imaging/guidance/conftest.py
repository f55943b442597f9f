"""Fits of one subject by which the next dose is guided."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest

from hepatica.imaging.biodistribution import Infusion, SubjectFit, fit_subject, stated
from hepatica.imaging.biodistribution.submodel import submodel, surroundings_of
from hepatica.imaging.quantification import LabelledCells, OrganLabel


@pytest.fixture(scope="session")
def fitted() -> Callable[..., SubjectFit]:
    """Fit to shares of lung, liver and spleen at hours, from a peripheral vein."""

    @functools.lru_cache
    def fit(rows: tuple[tuple[float, tuple[float, float, float]], ...]) -> SubjectFit:
        labels = [
            OrganLabel(organ, hours / 24.0, share, 0.05 * share + 0.002, 0.03)
            for hours, shares in rows
            for organ, share in zip(("lung", "liver", "spleen"), shares, strict=True)
        ]
        given = Infusion(LabelledCells(tracer="Zr89", number=1.5e8))
        around = stated(dict.fromkeys(surroundings_of(submodel()), 0.1))
        return fit_subject(labels, given, around, draws=150, points=400)

    return lambda rows: fit(tuple(rows.items()))
