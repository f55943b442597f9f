"""A small window with every kind of variation that a sentence names."""

import pytest

from hepatica import check_study
from hepatica.therapeutic_window import Group, WindowSettings, compute_window

GRID = {"dose": ["1e6 cells/kg"], "infusions": [2], "interval": ["3 d"]}
SMALL = {"title": "t", "patients": 24, "draws": 24, "horizon": "20 d", "posterior": "prior", "grid": GRID}


@pytest.fixture(scope="package")
def found(system):
    groups = (Group.ROUTE, Group.SPLITTING, Group.HOMING, Group.PASSAGE)
    settings = WindowSettings(points=4, draws=10, varied_draws=10, central_patients=10, groups=groups)
    return compute_window(check_study(SMALL), settings, system=system)
