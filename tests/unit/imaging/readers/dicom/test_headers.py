"""Files of a folder: one patient, one series, nothing compressed or damaged."""

import gzip
from pathlib import Path

import pydicom.data
import pytest

from hepatica.imaging.readers import read_dicom
from hepatica.imaging.readers.dicom.headers import choose, scan
from hepatica.imaging.readers.faults import ImageError

FILES = Path(pydicom.data.__file__).parent / "test_files"


def test_counts_other_files(pet):
    folder = pet()
    (folder / "notes.txt").write_text("not an image")
    found = scan(folder)
    assert (len(found.headers), found.others) == (3, 1)


def test_two_patients_are_refused_without_a_name(pet):
    pet(tags={"PatientName": "Known^Someone", "PatientID": "11"})
    folder = pet(first=3, tags={"PatientName": "Other^Someone", "PatientID": "12"})
    with pytest.raises(ImageError, match="more than one patient") as caught:
        read_dicom(folder)
    assert "Someone" not in str(caught.value) and "12" not in str(caught.value)


def test_mixed_series_are_named_and_chosen(pet):
    pet(series=1)
    folder = pet(first=3, series=2)
    with pytest.raises(ImageError, match=r"2 series mixed \(numbers 1, 2\)"):
        read_dicom(folder)
    assert len(choose(folder, scan(folder), series=2)) == 3
    with pytest.raises(ImageError, match="no series 7"):
        read_dicom(folder, series=7)


@pytest.mark.parametrize(
    "name, words",
    [
        ("CT_small.dcm", "Modality"),
        ("JPEG2000.dcm", "JPEG 2000"),
        ("image_dfl.dcm", "Deflated"),
        ("rtstruct.dcm", "no DICOM file|Modality"),
    ],
)
def test_refuses_files_of_pydicom(name, words):
    with pytest.raises(ImageError, match=words):
        read_dicom(FILES / name)


def test_an_empty_file_is_no_slice_left_out(pet):
    """A slice of no bytes at the end of a volume would leave a smaller one that looks right."""
    folder = pet()
    (folder / "slice_0002.dcm").write_bytes(b"")
    with pytest.raises(ImageError, match="slice_0002.dcm: the file is empty"):
        read_dicom(folder)
    (folder / "slice_0002.dcm").rename(folder / ".slice_0002.dcm")  # on its way by rsync
    assert len(scan(folder).headers) == 2


def test_a_slice_that_is_no_dicom_is_not_passed_over(pet):
    folder = pet()
    (folder / "slice_0000.dcm").write_bytes(gzip.compress(b"0" * 1_000_000))
    with pytest.raises(ImageError, match="slice_0000.dcm: it is named as the DICOM files beside it"):
        read_dicom(folder)


def test_refuses_places(tmp_path):
    for place, words in ((tmp_path, "no DICOM file"), (tmp_path / "nowhere", "no such")):
        with pytest.raises(ImageError, match=words):
            scan(place)
    (tmp_path / "all.zip").write_bytes(b"PK\x03\x04" + bytes(200))
    with pytest.raises(ImageError, match="ZIP"):
        scan(tmp_path)
