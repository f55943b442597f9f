"""Error model: noise of a blurred field, and rows of the table."""

import numpy as np
import pytest
from scipy import ndimage

from hepatica.imaging.quantification.error_model import SIGMA_PER_FWHM, ErrorModel, _table
from hepatica.imaging.readers.faults import ImageError


def test_independent_samples_of_smoothed_noise():
    """SD of a cube's mean over that of a voxel, by simulation: 1 / sqrt(independent)."""
    rng, side = np.random.default_rng(8), 20
    ratios = []
    for _ in range(3):
        field = ndimage.gaussian_filter(rng.normal(size=(100, 100, 100)), 2.0, mode="wrap")
        blocks = field.reshape(5, side, 5, side, 5, side).mean(axis=(1, 3, 5))
        ratios.append(np.var(blocks) / np.var(field))
    model = ErrorModel(calibration=0, dose=0, own=0, fwhm=2.0 / SIGMA_PER_FWHM)
    independent = float(model.independent(side**3 / 1000))
    assert 1 / np.mean(ratios) == pytest.approx(independent, rel=0.15)


def test_every_row_of_the_table():
    for kind in _table():
        model = ErrorModel.of(kind)
        assert model.shared == pytest.approx(np.hypot(model.calibration, model.dose))
        for row in _table()[kind].values():
            assert row["grade"] and (row.get("reason") or row.get("cite"))


@pytest.mark.parametrize("wrong", [{"calibration": -0.1}, {"own": 1.0}, {"fwhm": 200.0}])
def test_refuses(wrong):
    with pytest.raises(ImageError, match="error model"):
        ErrorModel(**({"calibration": 0.0, "dose": 0.0, "own": 0.0} | wrong))
    with pytest.raises(ImageError, match="pet, spect, planar"):
        ErrorModel.of("ct")
