"""R2* and cells by iron: fits of known signals, a calibration, and its limits."""

import numpy as np
import pytest

from hepatica.imaging.phantoms.mr import write_echoes
from hepatica.imaging.quantification.regions import box
from hepatica.imaging.quantification.relaxation import IronCalibration, fit_relaxation, relaxation_map
from hepatica.imaging.readers import read_dicom
from hepatica.imaging.readers.faults import ImageError

TIMES = np.array([0.001, 0.003, 0.006, 0.012])


def test_fit_is_weighted_least_squares():
    rng = np.random.default_rng(12)
    signal = 1000 * np.exp(-TIMES[:, None] * [30.0, 90.0, 200.0]) + rng.normal(scale=5, size=(4, 3))
    for k, rate in enumerate(fit_relaxation(signal, TIMES)):
        expected = -np.polyfit(TIMES, np.log(signal[:, k]), 1, w=signal[:, k])[0]
        assert rate == pytest.approx(expected, rel=1e-9)


def test_echoes_in_noise_are_left_out():
    signal = np.array([1000 * np.exp(-300 * TIMES)]).T
    floor = np.maximum(signal, 150.0)
    assert fit_relaxation(floor, TIMES)[0] < 290
    assert fit_relaxation(floor, TIMES, noise=51.0)[0] == pytest.approx(300, rel=1e-6)
    assert np.isnan(fit_relaxation(floor, TIMES, noise=400.0)[0])


@pytest.fixture
def calibration():
    cells = np.array([0, 0.5, 1, 2, 2.5]) * 1e6
    rates = 20 + 4e-5 * cells + np.array([0.5, -0.5, 0.3, -0.4, 0.1])
    return IronCalibration.fit(cells, rates, tissue=40.0, tissue_sd=2.0)


def test_cells_of_an_organ(tmp_path, calibration):
    rates = np.full((4, 10, 10), 40.0)
    rates[1:3, 3:7, 3:7] = 40.0 + calibration.slope * 1e6
    image = relaxation_map(read_dicom(write_echoes(tmp_path / "mr", rates, echo_times=TIMES)))
    region = box("liver", image, centre=(9, 9, 6), sides=(7, 7, 5))
    found = calibration.count(image, region)
    volume = region.voxels * 4 * 2 * 2 / 1000
    assert found.cells == pytest.approx(1e6 * volume, rel=0.005) and found.in_range
    assert found.low < found.cells < found.high
    assert found.limit == pytest.approx(3 * 2.0 / calibration.slope * volume)
    elsewhere = calibration.count(image, box("lung", image, centre=(16, 16, 0), sides=(5, 5, 1)))
    assert elsewhere.cells == 0 and not elsewhere.in_range and not elsewhere.is_beyond


def test_voxels_without_signal_are_no_tissue(tmp_path, calibration):
    rates = np.full((2, 10, 10), 40.0 + calibration.slope * 1e6)
    rates[0, :2] = 1e5  # a tenth of all voxels: no echo has a signal
    image = relaxation_map(read_dicom(write_echoes(tmp_path / "mr", rates, echo_times=TIMES)))
    found = calibration.count(image, box("liver", image, centre=(9, 9, 2), sides=(40, 40, 40)))
    assert found.concentration == pytest.approx(1e6, rel=0.005) and found.is_beyond and not found.in_range
    nothing = calibration.count(image, box("spleen", image, centre=(9, 1, 0), sides=(40, 5, 1)))
    assert nothing.is_beyond and np.isnan(nothing.cells) and not nothing.in_range


def test_fit_against_polyfit(calibration):
    cells = np.array([0, 0.5, 1, 2, 2.5]) * 1e6
    rates = 20 + 4e-5 * cells + np.array([0.5, -0.5, 0.3, -0.4, 0.1])
    (slope, _), covariance = np.polyfit(cells, rates, 1, cov=True)
    assert calibration.slope == pytest.approx(slope) and calibration.slope_sd == pytest.approx(covariance[0, 0] ** 0.5)


def test_refuses(bare):
    with pytest.raises(ImageError, match="three or more"):
        IronCalibration.fit([0, 1], [1, 2], tissue=1.0, tissue_sd=1.0)
    with pytest.raises(ImageError, match="no rise"):
        IronCalibration.fit([0, 1, 2], [1, 5, 0], tissue=1.0, tissue_sd=1.0)
    with pytest.raises(ImageError, match="echoes"):
        fit_relaxation([1.0], [0.001])
    with pytest.raises(ImageError, match="not MR signal"):
        relaxation_map(bare(np.ones((1, 1, 1))))
    with pytest.raises(ImageError, match=r"not R2\*"):
        image = bare(np.ones((1, 1, 1)))
        calibration = IronCalibration.fit([0, 1, 2], [1, 2, 3], tissue=1.0, tissue_sd=1.0)
        calibration.count(image, box("x", image, centre=(0, 0, 0), sides=(1, 1, 1)))
