"""Masks of phantoms."""

import numpy as np
import pydicom

from hepatica.imaging.phantoms.masks import write_segmentation, write_structures


def test_bits_of_a_segmentation(tmp_path):
    mask = np.random.default_rng(6).random((3, 5, 7)) > 0.5
    ds = pydicom.dcmread(write_segmentation(tmp_path / "s.dcm", {"liver": mask}))
    np.testing.assert_array_equal(ds.pixel_array.astype(bool), mask)
    assert ds.SegmentSequence[0].SegmentLabel == "liver"


def test_points_of_a_structure(tmp_path):
    line = np.array([[0, 0, 1], [2, 0, 1], [2, 2, 1.5]])
    ds = pydicom.dcmread(write_structures(tmp_path / "rs.dcm", {"lung": [line]}))
    got = np.array(ds.ROIContourSequence[0].ContourSequence[0].ContourData, float).reshape(3, 3)
    np.testing.assert_allclose(got, line)
