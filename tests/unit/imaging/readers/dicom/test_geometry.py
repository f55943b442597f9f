"""Grid of a series: order, gaps, doubles, directions."""

import numpy as np
import pytest

from hepatica.imaging.phantoms.pet import PetPhantom
from hepatica.imaging.readers import read_dicom
from hepatica.imaging.readers.faults import ImageError


def test_slices_are_sorted_by_place_not_by_name(tmp_path):
    values = np.arange(4.0)[:, None, None] * 100 + np.ones((4, 3, 3))
    flipped = PetPhantom(values=values, by_slice=lambda k: {"ImagePositionPatient": [5.0, 6.0, 20.0 - 4.0 * k]})
    image = read_dicom(flipped.write(tmp_path / "pet"))
    assert (np.diff(image.values[0, :, 0, 0]) < 0).all()
    np.testing.assert_allclose(image.affine @ [3, 0, 0, 1], [5, 6, 20, 1])


def test_oblique_slices_have_their_affine(tmp_path):
    row, column = np.array([0.0, 0.6, 0.8]), np.array([1.0, 0.0, 0.0])
    normal = np.cross(row, column)
    tags = {"ImageOrientationPatient": [*row, *column]}
    phantom = PetPhantom(
        values=np.ones((3, 4, 5)),
        spacing=(3.0, 1.0, 2.0),
        tags=tags,
        by_slice=lambda k: {"ImagePositionPatient": [round(float(v), 6) for v in normal * 3 * k + 7]},
    )
    image = read_dicom(phantom.write(tmp_path / "pet"))
    np.testing.assert_allclose(
        (image.affine @ [1, 2, 3, 1])[:3], 7 + 3 * normal + 2 * 1 * column + 3 * 2 * row, atol=1e-5
    )
    assert image.voxel_volume == pytest.approx(0.006)


def test_dynamic_series_has_its_frames(pet):
    tags = {"AcquisitionTime": "111000.000000", "FrameReferenceTime": "750000"}
    pet()
    folder = pet(first=3, values=np.full((3, 4, 5), 1800.0), tags=tags)
    image = read_dicom(folder)
    assert image.values.shape == (2, 3, 4, 5)
    np.testing.assert_allclose(image.starts, [3600, 4200])
    assert image.values[0].mean() == pytest.approx(2 * image.values[1].mean(), rel=1e-3)


@pytest.mark.parametrize(
    "by_slice, words",
    [
        (lambda k: {"ImagePositionPatient": [0.0, 0.0, [0, 4, 12][k]]}, "4 to 8 mm apart"),
        (lambda k: {"ImagePositionPatient": [0.0, 0.0, [0, 4, 4][k]]}, "missing or there twice"),
        (lambda k: {"ImagePositionPatient": [0.0, 0.0, 0.0]}, "there twice"),
        (lambda k: {"PixelSpacing": [4.0 + k, 4.0]}, "different pixel sizes"),
        (
            lambda k: {"ImageOrientationPatient": [[1.0, 0, 0, 0, 1, 0], [0.0, 1, 0, 1, 0, 0]][k % 2]},
            "different directions",
        ),
        (lambda k: {"ImageOrientationPatient": [1.0, 0, 0, 1, 0, 0]}, "right angles"),
    ],
)
def test_refuses(pet, by_slice, words):
    with pytest.raises(ImageError, match=words):
        read_dicom(pet(by_slice=by_slice))
