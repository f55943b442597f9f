"""Structure sets: filled by the even-odd rule, against a test of each voxel's centre."""

import numpy as np
import pydicom
import pytest
from matplotlib.path import Path as Polygon

from hepatica.imaging.phantoms.masks import write_structures
from hepatica.imaging.readers import read_dicom, read_structures
from hepatica.imaging.readers.dicom.contours import fill
from hepatica.imaging.readers.faults import ImageError


def ring(radius, centre, z, points=40):
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return np.stack([centre + radius * np.cos(angle), centre + radius * np.sin(angle), np.full(points, z)], axis=1)


def test_against_another_point_in_polygon(bare):
    image = bare(np.zeros((3, 30, 30)), spacing=(4.0, 1.0, 1.0))
    star = np.random.default_rng(4).uniform(2, 27, (9, 2))
    star = star[np.argsort(np.arctan2(*(star - star.mean(0)).T))]
    mask = fill([np.column_stack([star, np.full(9, 8.0)])], image)
    rows, columns = np.mgrid[:30, :30]
    inside = Polygon(star).contains_points(np.stack([columns.ravel(), rows.ravel()], axis=1)).reshape(30, 30)
    np.testing.assert_array_equal(mask[2], inside)
    assert not mask[:2].any()


def test_area_of_a_ring_with_a_hole(pet, tmp_path):
    image = read_dicom(pet(shape=(3, 60, 60), spacing=(4.0, 1.0, 1.0)))
    path = write_structures(tmp_path / "rs.dcm", {"liver": [ring(25, 30, 4.0, 200), ring(10, 30, 4.0, 200)]})
    (liver,) = read_structures(path, image)
    assert liver.name == "liver" and liver.voxels == pytest.approx(np.pi * (25**2 - 10**2), rel=0.01)


def test_refuses(pet, tmp_path):
    image = read_dicom(pet(shape=(3, 60, 60)))
    good = write_structures(tmp_path / "rs.dcm", {"liver": [ring(25, 30, 4.0)]})
    tilted = ring(25, 30, 4.0) + np.linspace(0, 9, 40)[:, None] * [0, 0, 1]
    with pytest.raises(ImageError, match="across slices"):
        read_structures(write_structures(tmp_path / "t.dcm", {"liver": [tilted]}), image)
    with pytest.raises(ImageError, match="lies in it"):
        read_structures(write_structures(tmp_path / "t.dcm", {"liver": [ring(2, 30, 400.0)]}), image)
    for change, words in (
        (lambda c: setattr(c, "ContourGeometricType", "POINT"), "closed planar"),
        (lambda c: setattr(c, "ContourData", ["1", "2"]), "ContourData"),
        (lambda c: setattr(c, "NumberOfContourPoints", "41"), "ContourData"),
    ):
        ds = pydicom.dcmread(good)
        change(ds.ROIContourSequence[0].ContourSequence[0])
        ds.save_as(tmp_path / "x.dcm")
        with pytest.raises(ImageError, match=words):
            read_structures(tmp_path / "x.dcm", image)
    with pytest.raises(ImageError, match="Modality"):
        read_structures(next((tmp_path / "pet").iterdir()), image)
