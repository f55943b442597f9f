"""Scripts of experiments/ import each other by name; the reduced problem of inference that they share."""

import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "experiments"
if str(FOLDER) not in sys.path:
    sys.path.insert(0, str(FOLDER))


@pytest.fixture(scope="session")
def problem(system):
    from reduced import reduced

    return reduced(system)
