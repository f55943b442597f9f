"""Segmentations: bits, fractions, gaps, other grids, and pydicom's real liver."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom.data
import pytest

from hepatica.imaging.phantoms.masks import write_segmentation
from hepatica.imaging.readers import read_dicom, read_segmentation
from hepatica.imaging.readers.faults import ImageError

LIVER = Path(pydicom.data.__file__).parent / "test_files" / "liver_1frame.dcm"


@pytest.fixture
def organs():
    liver, spleen = np.zeros((2, 5, 9, 7), bool)
    liver[1:3, 2:8, 1:4], spleen[1, 2, 2], spleen[4, 8, 6] = True, True, True
    return {"liver": liver, "spleen": spleen}


@pytest.mark.parametrize("fractional", [False, True])
def test_comes_back(pet, organs, tmp_path, fractional):
    image = read_dicom(pet(shape=(5, 9, 7)))
    got = read_segmentation(write_segmentation(tmp_path / "s.dcm", organs, fractional=fractional), image)
    for region in got:
        np.testing.assert_array_equal(region.on_grid(image.shape), organs[region.name])
    assert [r.name for r in got] == ["liver", "spleen"]


def test_coarser_image_takes_the_nearest(pet, organs, tmp_path):
    image = read_dicom(pet(shape=(5, 9, 7)))
    coarse = replace(image, values=image.values[:, :, ::3, ::3], affine=image.affine @ np.diag([1.0, 3, 3, 1]))
    liver, *_ = read_segmentation(write_segmentation(tmp_path / "s.dcm", {"liver": organs["liver"]}), coarse)
    np.testing.assert_array_equal(liver.on_grid(coarse.shape), organs["liver"][:, ::3, ::3])


def test_real_liver_of_pydicom(bare):
    ds = pydicom.dcmread(LIVER)
    group = ds.PerFrameFunctionalGroupsSequence[0]
    shared = ds.SharedFunctionalGroupsSequence[0]
    spacing = shared.PixelMeasuresSequence[0].PixelSpacing
    image = bare(np.zeros((1, 512, 512)))
    affine = np.zeros((4, 4))
    affine[:, 3] = [*group.PlanePositionSequence[0].ImagePositionPatient, 1]
    orientation = np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient, float)
    affine[:3, 2], affine[:3, 1] = orientation[:3] * spacing[1], orientation[3:] * spacing[0]
    affine[:3, 0] = np.cross(orientation[:3], orientation[3:])
    (liver,) = read_segmentation(LIVER, replace(image, affine=affine))
    assert liver.name == "Liver" and liver.voxels == 36_233
    assert liver.voxels * float(spacing[0]) ** 2 / 100 == pytest.approx(238.0, abs=0.1)  # cm2


def test_refuses(pet, organs, tmp_path):
    folder = pet(shape=(5, 9, 7))
    image = read_dicom(folder)
    path = write_segmentation(tmp_path / "s.dcm", organs)
    ds = pydicom.dcmread(path)
    for change, words in (
        (("PixelData", b"\0" * 4), "4 bytes of"),
        (("BitsAllocated", 16), "16 bits"),
        (("SegmentSequence", []), "SegmentSequence"),
        (("NumberOfFrames", "9"), "for 9 frames"),
    ):
        made = pydicom.dcmread(path)
        setattr(made, *change)
        made.save_as(tmp_path / "x.dcm")
        with pytest.raises(ImageError, match=words):
            read_segmentation(tmp_path / "x.dcm", image)
    assert ds.Modality == "SEG"
    with pytest.raises(ImageError, match="Modality"):
        read_segmentation(next(folder.iterdir()), image)
    with pytest.raises(ImageError, match="lies in it"):
        read_segmentation(path, replace(image, affine=image.affine + _far()))


def _far():
    shift = np.zeros((4, 4))
    shift[:3, 3] = 1e4
    return shift
