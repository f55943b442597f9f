"""Organs: activity by hand, errors by simulation, attenuation and limits."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.imaging.quantification.detection import voxel_limit
from hepatica.imaging.quantification.error_model import ErrorModel
from hepatica.imaging.quantification.organs import DETECTED, Method, measure_organs
from hepatica.imaging.quantification.regions import box
from hepatica.imaging.readers.faults import ImageError

EXACT = ErrorModel(calibration=0.0, dose=0.0, own=0.0, fwhm=0.0)


@pytest.fixture
def scene(bare):
    values = np.full((2, 10, 10, 10), 50.0)
    values[:, 2:5, 2:5, 2:5] = np.array([4000.0, 2000.0])[:, None, None, None]
    image = bare(values)
    organ = box("liver", image, centre=(30, 30, 30), sides=(21, 21, 21))
    around = box("background", image, centre=(80, 80, 80), sides=(31, 31, 31))
    return image, organ, around


def test_by_hand(scene):
    image, organ, around = scene
    found = measure_organs(image, [organ], Method(EXACT, background=around))
    np.testing.assert_allclose(found.activity.sel(organ="liver"), [27 * 4000, 27 * 2000])
    np.testing.assert_allclose(found.share.sel(organ="liver"), [0.108, 0.054])
    np.testing.assert_allclose(found.time, [300 / 86400, 3900 / 86400])
    assert float(found.volume[0]) == pytest.approx(27.0) and found.share.attrs["units"] == "percent"


def test_noise_is_that_of_repeats(bare):
    rng, results = np.random.default_rng(19), []
    for _ in range(150):
        image = bare(1000 + 100 * rng.normal(size=(10, 10, 10)))
        organ = box("liver", image, centre=(20, 20, 20), sides=(31, 31, 31))
        around = box("background", image, centre=(70, 70, 70), sides=(31, 31, 31))
        results.append(measure_organs(image, [organ], Method(EXACT, background=around)))
    spread = np.std([float(r.activity[0, 0]) for r in results])
    assert np.mean([float(r.activity_sd[0, 0]) for r in results]) == pytest.approx(spread, rel=0.2)
    assert float(results[0].share_limit[0, 0]) == pytest.approx(DETECTED * float(results[0].share_sd[0, 0]))
    of_voxels = np.mean([float(r.voxel_limit[0, 0]) for r in results])
    assert of_voxels == pytest.approx(100 * float(voxel_limit(100.0, 1.0)) / 1e8, rel=0.03)


def test_relative_errors_add_in_quadrature(scene):
    image, organ, _ = scene
    found = measure_organs(image, [organ], Method(ErrorModel(calibration=0.03, dose=0.04, own=0.12)))
    np.testing.assert_allclose(found.share_sd / found.share, 0.13)
    assert float(found.share_shared_sd) == pytest.approx(0.05) and np.isnan(found.share_limit).all()


def test_attenuation_is_stated_where_an_image_lacks_it(scene):
    image, organ, _ = scene
    raw = replace(image, attenuation_corrected=False)
    with pytest.raises(ImageError, match="liver"):
        measure_organs(raw, [organ], Method(EXACT))
    found = measure_organs(raw, [organ], Method(EXACT, attenuation={"liver": 2.5}))
    assert float(found.activity[0, 0]) == pytest.approx(2.5 * 27 * 4000)
    with pytest.raises(ImageError, match="is corrected"):
        measure_organs(image, [organ], Method(EXACT, attenuation={"liver": 2.5}))


def test_refuses_an_organ_twice(scene):
    image, organ, _ = scene
    for regions in ([organ, organ], []):
        with pytest.raises(ImageError, match="one for each organ"):
            measure_organs(image, regions, Method(EXACT))
