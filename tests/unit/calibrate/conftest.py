"""A small calibration with two publications, one of them of cells, which several files look at."""

import pytest

from hepatica.calibrate.course import Settings
from hepatica.calibrate.run import calibrate
from hepatica.evidence import load


@pytest.fixture(scope="session")
def small():
    """Sizes of the smallest calibration that can be looked at."""
    return Settings(
        draws=20, waves=(120, 60), people=5, particles=200, moves=3, last_moves=6, cell_draws=3, cell_people=4, seed=3
    )


@pytest.fixture(scope="session")
def publications():
    return tuple(load(key) for key in ("lin2017", "alss2019"))


@pytest.fixture(scope="session")
def made(system, publications, tmp_path_factory, small):
    folder = tmp_path_factory.mktemp("work")
    return calibrate(system, publications, folder, small, hypotheses=("label_is_cells", "lung_only"))
