"""Values of attributes, checked."""

from datetime import datetime

import pytest
from pydicom.dataset import Dataset

from hepatica.imaging.readers.dicom import tags
from hepatica.imaging.readers.faults import ImageError

WHERE = "x"


def test_names_and_private_blocks():
    assert tags.tag_name("Units") == "Units (0054,1001)"
    ds = Dataset()
    ds.add_new(0x00090010, "LO", "OTHER")
    ds.add_new(0x00090011, "LO", "GEMS_PETD_01")
    ds.add_new(0x0009100D, "DT", "20250101000000")
    ds.add_new(0x0009110D, "DT", "20250101110000")
    assert tags.private(ds, "GE scan time") == "20250101110000"
    del ds[0x00090011]
    assert tags.private(ds, "GE scan time") == ""


def test_private_zero_is_unknown():
    ds = Dataset()
    ds.add_new(0x70531000, "DS", "0.0")
    assert tags.private_number(ds, "Philips SUV scale factor") is None
    ds.add_new(0x70531009, "UN", b"1.5 ")
    assert tags.private_number(ds, "Philips activity scale factor") == 1.5


@pytest.mark.parametrize(
    "said, zone, expected",
    [
        ("20250101110000.5", "", datetime(2025, 1, 1, 11, 0, 0, 500_000)),
        ("202501011100", "", datetime(2025, 1, 1, 11)),
        ("20250101233000-0500", "+0100", datetime(2025, 1, 2, 5, 30)),
    ],
)
def test_datetime(said, zone, expected):
    assert tags.parse_datetime(said, WHERE, zone) == expected


@pytest.mark.parametrize("said", ["20250101", "20251301110000", "20250101250000", "20250101110000+0100", "nonsense"])
def test_refuses_datetimes(said):
    with pytest.raises(ImageError, match="^x: "):
        tags.parse_datetime(said, WHERE)


def test_refuses_numbers_and_dates():
    ds = Dataset()
    ds.RescaleSlope = "1"
    ds["RescaleSlope"]._value = "nan"
    with pytest.raises(ImageError, match="RescaleSlope"):
        tags.number(ds, "RescaleSlope")
    ds.ImagePositionPatient = [1, 2]
    with pytest.raises(ImageError, match="not 3 finite"):
        tags.numbers(ds, "ImagePositionPatient", 3)
    ds.SeriesDate, ds.SeriesTime = "20250101", "110000"
    assert tags.date_and_time(ds, "Series") == datetime(2025, 1, 1, 11)
    assert tags.date_and_time(ds, "Acquisition") is None
