"""Simple regions against their volumes and against loops."""

import numpy as np
import pytest

from hepatica.imaging.quantification.regions import above, box, ellipsoid
from hepatica.imaging.readers.faults import ImageError


def test_ellipsoid_against_every_voxel(bare):
    image = bare(np.zeros((20, 30, 25)), spacing=(5.0, 2.0, 3.0))
    region = ellipsoid("liver", image, centre=(30, 25, 50), semi_axes=(20, 15, 30))
    expected = np.zeros(image.shape, bool)
    for index in np.ndindex(*image.shape):
        x, y, z = (image.affine @ [*index, 1.0])[:3]
        expected[index] = ((x - 30) / 20) ** 2 + ((y - 25) / 15) ** 2 + ((z - 50) / 30) ** 2 <= 1
    np.testing.assert_array_equal(region.on_grid(image.shape), expected)
    assert region.voxels * image.voxel_volume == pytest.approx(4 / 3 * np.pi * 20 * 15 * 30 / 1000, rel=0.04)


def test_box_is_cut_at_the_edge(bare):
    image = bare(np.zeros((4, 10, 10)), spacing=(1.0, 1.0, 1.0))
    assert box("x", image, centre=(0, 0, 0), sides=(4, 4, 2)).voxels == 3 * 3 * 2


def test_threshold_is_connected_and_within(bare):
    values = np.zeros((3, 12, 12))
    values[1, 2:5, 2:5], values[1, 8:10, 8:10], values[1, 9, 9] = 6.0, 9.0, 10.0
    image = bare(values)
    assert above("hot", image, share=0.5).voxels == 4
    left = box("left", image, centre=(30, 30, 10), sides=(80, 80, 40))
    assert above("other", image, share=0.5, within=left).voxels == 9


@pytest.mark.parametrize(
    "draw, words",
    [
        (lambda i: ellipsoid("x", i, centre=(0, 0, 0), semi_axes=(0, 1, 1)), "three in mm"),
        (lambda i: box("x", i, centre=(9999, 0, 0), sides=(1, 1, 1)), "lies in it"),
        (lambda i: above("x", i, share=1.0), "below 1"),
        (lambda i: above("x", i, share=0.5), "no voxel above 0"),
        (lambda i: above("x", i, share=0.5, frame=3), "frame 3"),
    ],
)
def test_refuses(bare, draw, words):
    with pytest.raises(ImageError, match=words):
        draw(bare(np.zeros((2, 3, 3))))
