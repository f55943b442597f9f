"""A small window of a study, computed once."""

import pytest

from hepatica import check_study
from hepatica.therapeutic_window import Group, WindowSettings, compute_window

GRID = {"dose": ["1e6 cells/kg"], "infusions": [1, 2], "route": ["peripheral_vein"]}
SMALL = {"title": "t", "patients": 24, "draws": 24, "horizon": "20 d", "posterior": "prior", "grid": GRID}


@pytest.fixture(scope="package")
def study():
    return check_study(SMALL)


@pytest.fixture(scope="package")
def settings():
    groups = (Group.PASSAGE, Group.DURATION, Group.POTENCY, Group.SEVERITY)
    return WindowSettings(
        points=5, draws=12, varied_draws=10, central_patients=10, groups=groups, limits={"reaction": 0.2}
    )


@pytest.fixture(scope="package")
def found(study, settings, system):
    return compute_window(study, settings, system=system, workers=1)
