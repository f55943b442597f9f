"""A subject whose scans can be simulated."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hepatica.imaging.biodistribution.infusion import Infusion
from hepatica.imaging.biodistribution.parameter_space import ParameterSpace
from hepatica.imaging.biodistribution.submodel import organs_of, simulate_infusion, submodel, surroundings_of
from hepatica.imaging.biodistribution.surroundings import Surroundings, summarise
from hepatica.imaging.quantification import LabelledCells, OrganLabel


@pytest.fixture(scope="session")
def around() -> Surroundings:
    """Surroundings with spread, of no population."""
    names = surroundings_of(submodel())
    sample = np.exp(np.random.default_rng(3).normal(-3.0, 0.5, size=(100, len(names))))
    return summarise(names, sample, np.array([n.startswith("shunt") for n in names]), "made")


@pytest.fixture(scope="session")
def infusion() -> Infusion:
    return Infusion(LabelledCells(tracer="Zr89", number=1.5e8))


@pytest.fixture(scope="session")
def scans(around: Surroundings, infusion: Infusion) -> Callable[..., tuple[list[OrganLabel], np.ndarray]]:
    """Scans of a subject drawn from the prior of a hypothesis, and its coordinates."""

    def made(hypothesis: str, times: list[float], seed: int, own: float = 0.1) -> tuple[list[OrganLabel], np.ndarray]:
        space, rng = ParameterSpace(hypothesis, infusion, around), np.random.default_rng(seed)
        z = rng.standard_normal((1, space.size))
        outputs = tuple(f"image_{o}" for o in organs_of(submodel()))
        course = simulate_infusion(space.parameters(z), infusion, np.array(times), outputs)
        common = 1.0 + 0.06 * rng.standard_normal()
        labels = []
        for t, day in enumerate(times):
            for k, organ in enumerate(organs_of(submodel())):
                share = course.values[0, t, k] * (1 + own * rng.standard_normal()) * common
                share += 0.004 * rng.standard_normal()
                label = OrganLabel(organ, day, float(share), float(np.hypot(own * share, 0.004)), 0.06)
                labels.append(label._replace(relative_sd=own))
        return labels, z

    return made
