"""One small answer, of which reports are made."""

import pytest

from hepatica.dose_study import answer
from hepatica.study import check_study

SMALL = {
    "title": "A small <question>",
    "patients": 40,
    "draws": 40,
    "horizon": "90 d",
    "grid": {
        "dose": ["1e5 cells/kg", "2e6 cells/kg"],
        "infusions": [1, 4],
        "route": ["peripheral_vein", "portal_vein"],
    },
}


@pytest.fixture(scope="session")
def found(system):
    return answer(check_study(SMALL), system=system)


@pytest.fixture(scope="session")
def ask(system):
    """An answer to a tiny study with some keys changed."""

    def make(**changes):
        grid = changes.pop("grid", {})
        small = SMALL | {"patients": 4, "draws": 4, "horizon": "22 d"} | changes
        return answer(check_study(small | {"grid": SMALL["grid"] | grid}), system=system)

    return make
