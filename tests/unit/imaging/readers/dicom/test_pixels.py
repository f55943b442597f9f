"""Stored values: signs, bits, byte order, RLE, and files that are cut short."""

from pathlib import Path

import numpy as np
import pydicom
import pydicom.data
import pytest

from hepatica.imaging.readers import read_dicom
from hepatica.imaging.readers.faults import ImageError

FILES = Path(pydicom.data.__file__).parent / "test_files"


@pytest.mark.parametrize(
    "name", ["MR_small.dcm", "MR_small_bigendian.dcm", "MR_small_implicit.dcm", "MR_small_RLE.dcm"]
)
def test_real_mr_of_pydicom(name):
    image = read_dicom(FILES / name)
    expected = pydicom.dcmread(FILES / "MR_small.dcm").pixel_array
    np.testing.assert_array_equal(image.values[0, 0], expected)
    assert len(image.echo_times) == 1 and image.identifiers


def rewritten(folder, change):
    path = sorted(folder.iterdir())[1]
    ds = pydicom.dcmread(path)
    change(ds)
    ds.save_as(path)
    return folder


def test_bits_above_those_stored_are_ignored(pet):
    def overlay(ds):
        stored = ds.pixel_array.astype(np.int64) >> 5
        ds.BitsStored, ds.HighBit = 12, 11
        ds.PixelData = (np.where(stored < 0, stored + 4096, stored) | 0x4000).astype("<u2").tobytes()

    folder = pet(slopes=[1.0, 1.0, 1.0])
    clean = read_dicom(pet("other", slopes=[1.0, 1.0, 1.0])).values[0, 1]
    got = read_dicom(rewritten(folder, overlay)).values[0, 1]
    np.testing.assert_allclose(got * 32, clean, rtol=0.01)


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda ds: setattr(ds, "PixelData", ds.PixelData[:-10]), "bytes of 40"),
        (lambda ds: delattr(ds, "PixelData"), "PixelData .* missing"),
        (lambda ds: setattr(ds, "BitsAllocated", 12), "12 bits"),
        (lambda ds: setattr(ds, "Rows", 2), "different sizes"),
        (lambda ds: setattr(ds, "Columns", 65_000), "bytes of"),
        (lambda ds: setattr(ds, "SamplesPerPixel", 3), "colours"),
    ],
)
def test_refuses(pet, change, words):
    with pytest.raises(ImageError, match=words):
        read_dicom(rewritten(pet(), change))


def test_a_file_cut_short(pet):
    folder = pet()
    path = sorted(folder.iterdir())[2]
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ImageError, match="slice_0002.dcm"):
        read_dicom(folder)
