"""Two small populations followed untreated, for the tests of the natural history."""

import pytest

from hepatica.calibrate.natural_history.courses import follow
from hepatica.patients import load_population


@pytest.fixture(scope="package")
def courses(system):
    """Two small populations as they stand."""
    return {k: follow(system, load_population(k), n=8, seed=3) for k in ("hbv_aclf", "alf_paracetamol")}
