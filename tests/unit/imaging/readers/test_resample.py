"""Nearest voxel against a loop over every voxel."""

import numpy as np

from hepatica.imaging.readers.resample import nearest, same_grid


def test_against_a_loop(bare):
    image = bare(np.ones((4, 5, 6)), spacing=(3.0, 2.0, 2.0))
    mask = np.random.default_rng(2).random((3, 4, 5)) > 0.5
    angle = 0.3
    affine = np.array(
        [
            [0, -np.sin(angle) * 4, np.cos(angle) * 3, 1.0],
            [0, np.cos(angle) * 4, np.sin(angle) * 3, -2],
            [5, 0, 0, 1],
            [0, 0, 0, 1],
        ]
    )
    expected = np.zeros(image.shape, bool)
    for index in np.ndindex(*image.shape):
        point = np.linalg.solve(affine, image.affine @ [*index, 1.0])[:3]
        there = np.floor(point + 0.5 - 1e-9).astype(int)
        if ((there >= 0) & (there < mask.shape)).all():
            expected[index] = mask[tuple(there)]
    got = nearest(mask, affine, image)
    np.testing.assert_array_equal(got, expected)
    assert expected.any() and not expected.all()


def test_own_grid_is_left(bare):
    image = bare(np.ones((2, 2, 2)))
    mask = np.ones((2, 2, 2), bool)
    assert nearest(mask, image.affine, image) is mask
    assert not same_grid((2, 2, 3), image.affine, image)
