"""A small calibration with two publications, one of them of cells, which several files look at."""

import pytest

from hepatica.calibrate.run import calibrate
from hepatica.evidence import load


@pytest.fixture(scope="session")
def small(smallest_calibration):
    return smallest_calibration


@pytest.fixture(scope="session")
def publications():
    return tuple(load(key) for key in ("lin2017", "alss2019"))


@pytest.fixture(scope="session")
def made(system, publications, tmp_path_factory, small):
    folder = tmp_path_factory.mktemp("work")
    return calibrate(system, publications, folder, small, hypotheses=("label_is_cells", "lung_only"))
