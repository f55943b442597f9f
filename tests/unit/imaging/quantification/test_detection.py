"""Limits of detection, with the numbers of publications."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.imaging.quantification.detection import (
    cells_detected,
    iron_detected,
    left_in_cell,
    published_limits,
    voxel_limit,
)
from hepatica.imaging.readers.faults import ImageError
from hepatica.therapy import TRACERS


def test_lechermann_2020():
    """68,000 cells of 27.8 kBq per million are 1.9 kBq; 33,000 of 15.4 are 0.51 kBq."""
    well, concentration = (p.value for p in published_limits() if p.tracer == "Zr89")
    assert cells_detected(1890.0, per_cell=0.0278, tracer="Zr89", days=0.0) == pytest.approx(well, rel=0.01)
    assert cells_detected(508.0, per_cell=0.0154, tracer="Zr89", days=0.0) == pytest.approx(concentration, rel=0.01)


def test_heyn_2005():
    """100 um voxels at SNR 60 show 1.34 pg of iron, 1 mm ones 61 cells of 22 pg."""
    assert iron_detected(1e-3, 60.0) == pytest.approx(1.34, abs=0.01)
    assert iron_detected(1.0, 60.0, per_cell=22.0) == pytest.approx(61, abs=0.2)


@pytest.mark.parametrize("tracer", sorted(TRACERS))
def test_label_of_a_cell_falls_by_efflux_division_and_decay(tracer):
    efflux = TRACERS[tracer]["efflux"].value * 24
    half = TRACERS[tracer]["half_life"].value / 24
    got = left_in_cell(tracer, [0.0, 3.0], division=0.1)
    np.testing.assert_allclose(got, [1.0, np.exp(-3 * (efflux + 0.1)) * 0.5 ** (3 / half)], rtol=1e-9)
    early, late = cells_detected(100.0, per_cell=1.0, tracer=tracer, days=[0.0, 3.0])
    assert late > early


def test_voxel():
    assert voxel_limit(10.0, 2.0) == pytest.approx(65.8)


def test_refuses():
    with pytest.raises(InputError, match="one of"):
        left_in_cell("Po210", 1.0)
    with pytest.raises(ImageError, match="above 0"):
        cells_detected(1.0, per_cell=0.0, tracer="Zr89", days=0.0)
    with pytest.raises(ImageError, match="above 0"):
        iron_detected(0.0, 60.0)
