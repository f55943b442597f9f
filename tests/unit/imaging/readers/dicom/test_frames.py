"""Frames of per-slice files, NM objects and enhanced objects."""

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from hepatica.imaging.phantoms.gamma import write_spect
from hepatica.imaging.phantoms.objects import change, new_object, save, set_pixels
from hepatica.imaging.phantoms.pet import INJECTION
from hepatica.imaging.readers import read_dicom
from hepatica.imaging.readers.dicom.frames import frames_of
from hepatica.imaging.readers.dicom.headers import scan
from hepatica.imaging.readers.faults import ImageError


def item(**tags):
    made = Dataset()
    change(made, tags)
    return made


def enhanced(path, slices=4, **tags):
    """An enhanced PET object of one frame a slice, slopes 1, 2, 3, ..."""
    ds = new_object("PT")
    change(ds, {"Units": "BQML", "DecayCorrection": "ADMIN", "CorrectedImage": ["DECY", "ATTN"]})
    ds.RadiopharmaceuticalInformationSequence = [item(**INJECTION)]
    measures = item(PixelSpacing=[2.0, 2.0], SliceThickness="3.0")
    ds.SharedFunctionalGroupsSequence = [
        item(
            PixelMeasuresSequence=[measures],
            PlaneOrientationSequence=[item(ImageOrientationPatient=[1.0, 0, 0, 0, 1, 0])],
        )
    ]
    ds.PerFrameFunctionalGroupsSequence = [
        item(
            PlanePositionSequence=[item(ImagePositionPatient=[0.0, 0.0, -3.0 * k])],
            PixelValueTransformationSequence=[item(RescaleSlope=str(k + 1), RescaleIntercept="0")],
            FrameContentSequence=[
                item(FrameAcquisitionDateTime="20250101110000.000000", FrameAcquisitionDuration=60_000.0)
            ],
        )
        for k in range(slices)
    ]
    set_pixels(ds, np.arange(slices)[:, None, None] + np.ones((slices, 3, 2), np.int16))
    change(ds, tags)
    return save(ds, path)


def test_multi_frame_pet_is_scaled_by_frame_and_sorted(tmp_path):
    image = read_dicom(enhanced(tmp_path / "e.dcm"))
    np.testing.assert_allclose(image.values[0, :, 0, 0], [16, 9, 4, 1])
    np.testing.assert_allclose(image.affine[:3, 3], [0, 0, -9])
    assert image.durations[0] == 60 and image.starts[0] == 3600


def test_nm_planes_follow_the_detectors_position(tmp_path):
    frames = frames_of(scan(write_spect(tmp_path / "n.dcm", np.ones((3, 2, 2)), spacing=(5.0, 4, 4))).headers)
    assert [f.position[2] for f in frames] == [0, 5, 10] and frames[0].duration == 1200


@pytest.mark.parametrize(
    "tags, words",
    [
        ({"NumberOfFrames": "9"}, "4 groups for 9 frames"),
        ({"NumberOfFrames": "-1"}, "NumberOfFrames"),
        ({"PerFrameFunctionalGroupsSequence": None}, "PerFrameFunctionalGroupsSequence"),
    ],
)
def test_refuses(tmp_path, tags, words):
    with pytest.raises(ImageError, match=words):
        read_dicom(enhanced(tmp_path / "e.dcm", **tags))


@pytest.mark.parametrize("keyword", ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"])
def test_missing_place_names_the_tag(pet, keyword):
    with pytest.raises(ImageError, match=keyword):
        read_dicom(pet(tags={keyword: None}, by_slice=lambda k: {keyword: None}))


@pytest.mark.parametrize(
    "tags, words",
    [
        ({"ImageType": ["ORIGINAL", "PRIMARY", "TOMO", "EMISSION"]}, "ImageType .*TOMO; give a reconstructed"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION"]}, "planar counts as a table"),
        ({"ImageType": None}, "ImageType .*missing"),
        ({"NumberOfEnergyWindows": 2}, "NumberOfEnergyWindows"),
        ({"NumberOfTimeSlots": 8}, "NumberOfTimeSlots"),
    ],
)
def test_nm_frames_that_are_no_slices_are_refused(tmp_path, tags, words):
    with pytest.raises(ImageError, match=words):
        read_dicom(write_spect(tmp_path / "n.dcm", np.ones((3, 2, 2)), tags=tags))


def test_times_of_frames_with_an_offset_are_in_the_scanners_clock(tmp_path):
    path = enhanced(tmp_path / "e.dcm", TimezoneOffsetFromUTC="+0100")
    ds = dcmread(path)
    for group in ds.PerFrameFunctionalGroupsSequence:
        group.FrameContentSequence[0].FrameAcquisitionDateTime = "20250101100000.000000+0000"
    ds.save_as(path)
    assert read_dicom(path).starts[0] == 3600
