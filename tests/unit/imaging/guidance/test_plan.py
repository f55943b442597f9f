from __future__ import annotations

import pytest

from hepatica.errors import InputError
from hepatica.imaging.guidance.plan import Plan
from hepatica.therapy import Regimen


def test_an_empty_plan_and_an_unknown_population_are_refused() -> None:
    with pytest.raises(InputError, match="next"):
        Plan("hbv_aclf", ())
    with pytest.raises(InputError, match="population"):
        Plan("nobody", (Regimen(1e6),))
