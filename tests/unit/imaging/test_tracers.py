"""Images: label as share of dose, with and without physical decay."""

import numpy as np
import pytest
import xarray as xr

from hepatica.errors import InputError
from hepatica.imaging import counts, living_share
from hepatica.therapy import TRACERS

TIMES = np.array([0.0, 1.0, 4.0])


@pytest.fixture
def seen():
    names = {
        "image_lung": [40.0, 20.0, 5.0],
        "image_liver": [2.0, 10.0, 15.0],
        "image_spleen": [5.0, 20.0, 30.0],
        "cells_lung": [40.0, 15.0, 0.0],
        "cells_liver": [2.0, 5.0, 0.0],
        "cells_spleen": [5.0, 10.0, 0.0],
        "label_per_cell": [1.0, 0.5, 0.25],
    }
    return xr.Dataset({k: ("time", v) for k, v in names.items()}, coords={"time": TIMES})


@pytest.mark.parametrize("tracer", sorted(TRACERS))
def test_decay_by_hand(seen, tracer):
    raw, corrected = (counts(seen, tracer, dose=200.0, corrected=c) for c in (False, True))
    half = TRACERS[tracer]["half_life"].value / 24
    np.testing.assert_allclose(corrected["spleen"], [2.5, 10.0, 15.0])
    np.testing.assert_allclose(
        raw["spleen"], [v * 0.5 ** (t / half) for v, t in zip([2.5, 10.0, 15.0], TIMES, strict=True)]
    )
    assert raw["spleen"].attrs["units"] == "percent"


def test_living_share_by_hand(seen):
    np.testing.assert_allclose(living_share(seen).sel(organ="lung"), [1.0, 0.375, 0.0])


@pytest.mark.parametrize("change, words", [({"tracer": "Po210"}, "one of"), ({"dose": 0.0}, "above 0")])
def test_refuses(seen, change, words):
    with pytest.raises(InputError, match=words):
        counts(**({"ds": seen, "tracer": "In111", "dose": 1.0} | change))
    with pytest.raises(InputError, match="image_liver"):
        counts(seen.drop_vars("image_liver"), "In111", dose=1.0)
