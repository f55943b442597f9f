"""Partial-volume correction: a blurred phantom of known means comes back."""

import numpy as np
import pytest
from scipy import ndimage

from hepatica.imaging.quantification.recovery import (
    SIGMA_PER_FWHM,
    GeometricTransfer,
    NoRecovery,
    RecoveryCurve,
)
from hepatica.imaging.quantification.regions import box, ellipsoid
from hepatica.imaging.readers.faults import ImageError


@pytest.fixture
def blurred(bare):
    """Two touching organs of 900 and 300 in 100 Bq/mL, blurred by 8 mm; image, regions, background, truth."""
    empty = bare(np.zeros((40, 40, 40)), spacing=(3.0, 3.0, 3.0))
    liver = ellipsoid("liver", empty, centre=(48, 60, 60), semi_axes=(18, 18, 18))
    spleen = ellipsoid("spleen", empty, centre=(81, 60, 60), semi_axes=(12, 12, 12))
    around = box("background", empty, centre=(60, 60, 102), sides=(40, 40, 15))
    values = np.full(empty.shape, 100.0)
    values[liver.on_grid(empty.shape)], values[spleen.on_grid(empty.shape)] = 900.0, 300.0
    seen = ndimage.gaussian_filter(values, 8 * SIGMA_PER_FWHM / 3, mode="nearest", truncate=6)
    return bare(seen, spacing=(3.0, 3.0, 3.0)), [liver, spleen], around


def means(image, regions):
    return np.array([image.values[0][r.box][r.mask].mean(dtype=float) for r in regions])


def test_transfer_matrix_gives_the_truth(blurred):
    image, regions, around = blurred
    measured = means(image, [*regions, around])
    assert measured[0] < 800 and measured[1] < 250
    true = GeometricTransfer(8.0).matrix(image, regions, around) @ measured
    np.testing.assert_allclose(true, [900, 300, 100], rtol=0.005)


def test_matrix_against_blurring_each_mask_on_the_whole_grid(blurred):
    image, regions, around = blurred
    spread = GeometricTransfer(8.0).spread(image, regions, around)
    for j, source in enumerate(regions):
        whole = ndimage.gaussian_filter(source.on_grid(image.shape).astype(float), 8 * SIGMA_PER_FWHM / 3, truncate=6)
        for i, target in enumerate([*regions, around]):
            assert spread[i, j] == pytest.approx(whole[target.on_grid(image.shape)].mean(), abs=2e-4)
    np.testing.assert_allclose(spread.sum(axis=1), 1.0)


def test_curve_with_spill_from_the_background(bare):
    image = bare(np.zeros((4, 4, 4)))
    region = box("x", image, centre=(10, 10, 10), sides=(21, 21, 21))
    curve = RecoveryCurve([1.0, 100.0], [0.5, 0.9])
    coefficient = 0.5 + 0.4 * np.log(region.voxels) / np.log(100)
    measured = coefficient * 500 + (1 - coefficient) * 80
    true = curve.matrix(image, [region], region) @ [measured, 80.0]
    np.testing.assert_allclose(true, [500, 80])
    assert curve.at(1e4) == 0.9 and (NoRecovery().matrix(image, [region], None) == np.eye(2)).all()


def test_refuses(bare, blurred):
    for wrong in (([1.0], [0.5]), ([2.0, 1.0], [0.5, 0.6]), ([1.0, 2.0], [0.0, 0.6])):
        with pytest.raises(ImageError, match="recovery curve"):
            RecoveryCurve(*wrong)
    with pytest.raises(ImageError, match="smallest sphere"):
        RecoveryCurve([1.0, 2.0], [0.5, 0.6]).at(0.2)
    with pytest.raises(ImageError, match="resolution"):
        GeometricTransfer(0.0)
    image, regions, around = blurred
    with pytest.raises(ImageError, match="too close"):
        GeometricTransfer(60.0).matrix(image, regions, around)
