"""Planar counts to activity: a body of known activity counted, with background and decay."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.imaging.quantification.error_model import ErrorModel
from hepatica.imaging.quantification.planar import Camera, measure_planar
from hepatica.imaging.readers import Administration, PlanarCounts
from hepatica.imaging.readers.faults import ImageError

DOSE = Administration(activity=40e6, half_life=241920.0)
EXACT = ErrorModel(calibration=0.0, dose=0.0, own=0.0)
CAMERA = Camera(90.0, mu=0.1)
HOURS, SECONDS, BODY = (0.0, 24.0), 600.0, 20.0


def counted(shares, rng=None, background=300.0):
    """Rows of counts of organs of which the shares, (organ, time), of the dose lie at 8 cm depth."""
    rows = []
    for organ, by_time in shares.items():
        for hours, share in zip(HOURS, by_time, strict=True):
            steps = hours * 3600 + np.linspace(0, SECONDS, 2001)
            left = np.exp(-DOSE.decay_constant * steps).mean()
            emitted = 40.0 * share * left * CAMERA.sensitivity * SECONDS
            front, back = emitted * np.exp(-0.1 * 8) + 2 * background, emitted * np.exp(-0.1 * 12) + 2 * background
            around = np.array([background, background])
            if rng is not None:
                front, back, around = rng.poisson(front), rng.poisson(back), rng.poisson(around)
            rows.append((organ, hours, SECONDS, front, back, 200.0, around[0], around[1], 100.0, BODY, np.nan))
    columns = list(zip(*rows, strict=True))
    names = list(PlanarCounts.__dataclass_fields__)[: len(columns)]
    return PlanarCounts(**{n: c if n == "organ" else np.array(c, float) for n, c in zip(names, columns, strict=True)})


SHARES = {"liver": (0.05, 0.15), "lung": (0.3, 0.1)}


def test_comes_back():
    found = measure_planar(counted(SHARES), DOSE, CAMERA, EXACT)
    for organ, share in SHARES.items():
        np.testing.assert_allclose(found.share.sel(organ=organ) / 100, share, rtol=1e-5)
    np.testing.assert_allclose(found.time, [0, 1])
    assert (found.share_limit < 0.2).all()


def test_noise_is_poissons():
    rng = np.random.default_rng(10)
    found = [measure_planar(counted(SHARES, rng), DOSE, CAMERA, EXACT) for _ in range(60)]
    spread = np.std([f.share.values for f in found], axis=0)
    np.testing.assert_allclose(np.mean([f.share_sd.values for f in found], axis=0), spread, rtol=0.35)


def test_limit_of_detection_is_seen_in_95_of_100():
    """Counts of an organ at Currie's limit exceed 1.645 SDs of the background in about 95 %."""
    rng, ratio, background = np.random.default_rng(11), 2.0, 300.0
    least = 2.71 + 3.29 * np.sqrt(ratio * background * (1 + ratio))
    net = rng.poisson(least + ratio * background, 20_000) - ratio * rng.poisson(background, 20_000)
    assert (net > 1.645 * np.sqrt(ratio * background * (1 + ratio))).mean() == pytest.approx(0.95, abs=0.01)


def test_relative_to_the_whole_body():
    counts = counted(SHARES | {"whole body": (1.0, 0.9)})
    found = measure_planar(counts, DOSE, Camera(None), EXACT)
    np.testing.assert_allclose(found.share.sel(organ="liver"), [5, 15], rtol=1e-5)
    with pytest.raises(ImageError, match="whole body"):
        measure_planar(counted(SHARES), DOSE, Camera(None), EXACT)


def test_refuses():
    counts = counted(SHARES)
    with pytest.raises(ImageError, match="thickness_cm"):
        measure_planar(replace(counts, thickness_cm=counts.thickness_cm * np.nan), DOSE, CAMERA, EXACT)
    with pytest.raises(ImageError, match="no more than its background"):
        measure_planar(replace(counts, anterior=counts.anterior * 0 + 1), DOSE, CAMERA, EXACT)
    with pytest.raises(ImageError, match="every organ at every time"):
        measure_planar(replace(counts, hours=np.arange(4.0)), DOSE, CAMERA, EXACT)
