"""The interface to the model: observations by organ and time."""

import numpy as np
import pytest

from hepatica.imaging.quantification.error_model import ErrorModel
from hepatica.imaging.quantification.organ_label import OrganLabel, as_arrays, observations
from hepatica.imaging.quantification.organs import label_dataset
from hepatica.imaging.readers.faults import ImageError

ERRORS = ErrorModel(calibration=0.03, dose=0.04, own=0.0)


def scan(days, activity):
    return label_dataset(
        ["lung", "liver"],
        np.array(days),
        activity=np.array(activity),
        noise=np.full((2, len(days)), 1e5),
        dose=1e7,
        errors=ERRORS,
    )


def test_scans_are_joined_by_time():
    seen = observations([scan([2.0], [[1e6], [2e6]]), scan([0.1, 1.0], [[3e6, 2e6], [1e6, 1e6]])])
    assert [(r.organ, r.time) for r in seen[:3]] == [("liver", 0.1), ("lung", 0.1), ("liver", 1.0)]
    assert seen[0].sd == pytest.approx(0.01) and seen[0].shared_sd == pytest.approx(0.05)
    arrays = as_arrays(seen)
    assert arrays.organs == ("liver", "lung")
    np.testing.assert_allclose(arrays.share, [[0.1, 0.1, 0.2], [0.3, 0.2, 0.1]])


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [OrganLabel("lung", 1.0, 0.1, 0.1)] * 2,
        [OrganLabel("lung", 1.0, 0.1, 0.1), OrganLabel("liver", 2.0, 0.1, 0.1)],
        [OrganLabel("lung", 1.0, float("nan"), 0.1)],
        [OrganLabel("lung", -1.0, 0.1, 0.1)],
    ],
)
def test_refuses(rows):
    with pytest.raises(ImageError, match="label of organs"):
        as_arrays(rows)
    with pytest.raises(ImageError, match="scans"):
        observations([])
