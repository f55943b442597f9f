"""A system of two states whose every answer is known, under each engine."""

import pytest

from hepatica.engine import ENGINES, System
from hepatica.model.assemble import assemble
from hepatica.model.modules.enzymes import enzymes

NO_DEATH = {
    "hepatocytes_injured": 0.0,
    "injury_sublethal": 0.0,
    "hepatocytes": 1.0,
    "alcohol": 0.0,
    "death_flux": 0.0,
    "plasma_removed": 0.0,
    "plasma_given": 0.0,
}


@pytest.fixture(scope="session", params=[engine.name for engine in ENGINES])
def small(request, make_bench):
    """ALT and AST alone: linear, so that every answer is known."""
    return make_bench(System(assemble([enzymes], constants=NO_DEATH), request.param))


@pytest.fixture(scope="session")
def enzymes_alone():
    return assemble([enzymes], constants=NO_DEATH)


@pytest.fixture
def rest(small):
    p = small.parameters()
    return p, small.system.healthy(p)
