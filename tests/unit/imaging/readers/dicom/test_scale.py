"""From stored values to activity: units, decay corrections and private tags, each a phantom of 3600 Bq/mL or 1 SUV."""

from datetime import datetime

import numpy as np
import pytest

from hepatica.imaging.quantification.suv import standardised_uptake_value
from hepatica.imaging.readers import NoteCode, Stated, read_dicom
from hepatica.imaging.readers.faults import ImageError

DECAYED = 2 ** (3600 / 6586.2)
MIDDLE = np.full((3, 4, 5), 1.0)


def suv(image):
    return float(standardised_uptake_value(image).mean())


def test_bqml_start(pet):
    assert suv(read_dicom(pet())) == pytest.approx(1.0, rel=2e-4)


def test_slope_differs_by_slice(pet):
    image = read_dicom(pet(slopes=[0.25, 4.0, 1.0]))
    np.testing.assert_allclose(image.values[0, :, 0, 0], 3600 * DECAYED, rtol=1e-4)
    assert NoteCode.SLOPES_DIFFER in {n.code for n in image.notes}


@pytest.mark.parametrize(
    "kind, sex, one", [("BW", "O", 1.0), ("", "M", 1.0), ("LBMJAMES128", "M", 0.80743), ("IBW", "M", 1.034)]
)
def test_gml_by_type(pet, kind, sex, one):
    tags = {"Units": "GML", "SUVType": kind or None, "PatientSex": sex}
    assert suv(read_dicom(pet(values=MIDDLE * one, tags=tags))) == pytest.approx(1.0, rel=1e-4)


def test_cm2ml(pet):
    image = read_dicom(pet(values=MIDDLE * 18481.43 / 70_000, tags={"Units": "CM2ML", "SUVType": "BSA"}))
    assert suv(image) == pytest.approx(1.0, rel=1e-4)


def test_philips_counts_by_suv_factor_and_by_activity_factor(pet):
    tags = {"Units": "CNTS"}
    by_suv = read_dicom(pet(values=MIDDLE * 2000, tags=tags, private={(0x7053, 0x1000): "0.0005"}))
    by_activity = read_dicom(pet("b", values=MIDDLE * 7200, tags=tags, private={(0x7053, 0x1009): "0.5"}))
    assert suv(by_suv) == pytest.approx(1.0, rel=2e-4) and suv(by_activity) == pytest.approx(1.0, rel=2e-4)
    both = {(0x7053, 0x1000): "0.0005", (0x7053, 0x1009): "0.5"}
    image = read_dicom(pet("c", values=MIDDLE * 2000, tags=tags, private=both))
    assert NoteCode.SCALE_FACTORS_DISAGREE in {n.code for n in image.notes}


@pytest.mark.parametrize("private", [{}, {(0x7053, 0x1000): "0.0"}])
def test_counts_without_a_factor_are_refused(pet, private):
    with pytest.raises(ImageError, match="7053,1000"):
        read_dicom(pet(tags={"Units": "CNTS"}, private=private))


def test_admin(pet):
    image = read_dicom(pet(values=MIDDLE * 5258.3, tags={"DecayCorrection": "ADMIN"}))
    assert suv(image) == pytest.approx(1.0, rel=2e-4)


def test_none_is_corrected_slice_by_slice(pet):
    """A whole-body series of beds an hour and 65 minutes after the injection, 10 minutes each."""
    k = np.log(2) / 6586.2
    beds = [3600.0, 3600.0, 3900.0]
    truth = 5258.286
    stored = [truth * np.exp(-k * (s + np.linspace(0, 600, 10_001))).mean() for s in beds]
    times = ["110000.000000", "110000.000000", "110500.000000"]
    tags = {"DecayCorrection": "NONE", "CorrectedImage": ["ATTN"], "ActualFrameDuration": "600000"}
    folder = pet(
        values=np.array(stored)[:, None, None] * np.ones((3, 4, 5)),
        tags=tags,
        by_slice=lambda s: {"AcquisitionTime": times[s]},
    )
    np.testing.assert_allclose(standardised_uptake_value(read_dicom(folder)), 1.0, rtol=3e-4)
    with pytest.raises(ImageError, match="0018,1242"):
        read_dicom(pet("b", tags=tags | {"ActualFrameDuration": None}))


def test_series_time_moved_by_post_processing(pet):
    """SeriesTime after AcquisitionTime: the reference is computed from the frame reference time."""
    tags = {"SeriesTime": "150000.000000"}
    image = read_dicom(pet(tags=tags))
    assert suv(image) == pytest.approx(1.0, rel=5e-4)
    assert NoteCode.REFERENCE_COMPUTED in {n.code for n in image.notes}
    with pytest.raises(ImageError, match=r"FrameReferenceTime \(0054,1300\)"):
        read_dicom(pet("b", tags=tags | {"FrameReferenceTime": None}))
    stated = Stated(decay_reference=datetime(2025, 1, 1, 11))
    assert suv(read_dicom(pet("c", tags=tags | {"FrameReferenceTime": None}), stated=stated)) == pytest.approx(
        1, rel=5e-4
    )


def test_slices_that_disagree_on_the_reference_are_refused(pet):
    with pytest.raises(ImageError, match="reference times 100 s apart"):
        read_dicom(
            pet(tags={"SeriesTime": "150000"}, by_slice=lambda k: {"FrameReferenceTime": str(150_000 + 50_000 * k)})
        )


@pytest.mark.parametrize("name, tag", [("GE", (0x0009, 0x100D)), ("Siemens", (0x0071, 0x1022))])
def test_private_reference_time(pet, name, tag):
    tags = {"SeriesTime": "120000.000000", "AcquisitionTime": "113000.000000"}
    image = read_dicom(pet(tags=tags, private={tag: "20250101110000.000000"}))
    assert suv(image) == pytest.approx(1.0, rel=2e-4)
    note = next(n for n in image.notes if n.code is NoteCode.PRIVATE_REFERENCE)
    assert name in note.text() and image.starts[0] == 5400


@pytest.mark.parametrize(
    "tags, words",
    [
        ({"Units": None}, r"Units \(0054,1001\): missing"),
        ({"Units": "PROPCNTS"}, "BQML"),
        ({"DecayCorrection": None}, r"DecayCorrection \(0054,1102\): missing"),
        ({"DecayCorrection": "OTHER"}, "START, ADMIN, NONE"),
        ({"DecayCorrection": "NONE"}, "DECY is among"),
        ({"CorrectedImage": ["ATTN"]}, "DECY is not among"),
        ({"CorrectedImage": None}, "0028,0051"),
        ({"CorrectedImage": ["DECY"]}, "ATTN"),
        ({"RescaleSlope": None}, r"RescaleSlope \(0028,1053\): missing"),
        ({"RescaleSlope": "0"}, "0 or below"),
        ({"RescaleIntercept": "5"}, "RescaleIntercept"),
        ({"AcquisitionTime": None}, "0008,0032"),
        ({"Units": "GML", "SUVType": "LBM", "PatientSize": None}, "0010,1020"),
        ({"Units": "GML", "PatientWeight": "0"}, "0010,1030"),
    ],
)
def test_a_missing_tag_is_named(pet, tags, words):
    with pytest.raises(ImageError, match=words):
        read_dicom(pet(tags=tags))


def test_units_that_differ_between_slices(pet):
    with pytest.raises(ImageError, match="differs between slices"):
        read_dicom(pet(by_slice=lambda k: {"Units": ["BQML", "GML", "BQML"][k]}))
