from __future__ import annotations

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.imaging.biodistribution.likelihood import observed
from hepatica.imaging.biodistribution.scan_error import MOST, planned_error
from hepatica.imaging.quantification import OrganLabel
from hepatica.therapy import TRACERS


@pytest.mark.parametrize("tracer", list(TRACERS))
def test_every_tracer_has_an_error_that_decay_makes_larger(tracer: str) -> None:
    error = planned_error(tracer)
    early, late = error.sd(0.1, [0.0, 1e5])
    assert early < late <= 2 * MOST or tracer == "iron_oxide"
    assert np.isfinite(error.last_day())


def test_the_subjects_own_limits_say_the_noise() -> None:
    half = TRACERS["Zr89"]["half_life"].internal_value
    seen = observed([OrganLabel("liver", half, 0.1, 0.01, 0.05, limit=0.0658)])
    assert planned_error("Zr89", seen).noise == pytest.approx(0.0658 / 2 / 3.29)
    assert planned_error("Zr89", seen).shared == 0.05
    unknown = observed([OrganLabel("liver", half, 0.1, 0.01)])
    assert planned_error("Zr89", unknown).noise == planned_error("Zr89").noise


def test_an_unknown_tracer_is_refused() -> None:
    with pytest.raises(InputError, match="tracer"):
        planned_error("C11")
