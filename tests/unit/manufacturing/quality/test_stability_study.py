"""Stability study with and without factors: the same numbers as of the methods that it calls."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.stability import shelf_life
from hepatica.manufacturing.quality.stability_factors import factorial_shelf_life
from hepatica.manufacturing.quality.stability_line import specify
from hepatica.manufacturing.quality.stability_study import StabilityData, study_stability

TIME = np.tile([0.0, 3.0, 6.0, 9.0, 12.0], 6)
BATCH = tuple(np.repeat(list("abc"), 10))
BAG = tuple(np.tile(np.repeat(["small", "large"], 5), 3))


def values(slopes, bag=0.0):
    noise = np.random.Generator(np.random.Philox(3)).normal(size=30)
    rate = np.repeat(slopes, 10) + bag * (np.array(BAG) == "large")
    return 100 + rate * TIME + 0.2 * noise


@pytest.mark.parametrize("slopes", [(-0.4, -0.4, -0.4), (-0.2, -0.4, -0.8)])
def test_batches_alone(slopes):
    y = values(slopes)
    found = study_stability(StabilityData(time=TIME, value=y, batch=BATCH), limits=(90, None), extrapolation=99)
    own = {b: (TIME[np.array(BATCH) == b], y[np.array(BATCH) == b]) for b in "abc"}
    other = shelf_life(own, lower=90, extrapolation=99)
    assert found.common == other.shelf_life and found.worst == (other.worst,)
    assert found.lines[found.worst].crossing == pytest.approx(other.crossing)
    assert [t.p for t in found.tests] == [other.p_slope, other.p_intercept]
    assert [t.is_kept for t in found.tests][0] == ("time:batch" in found.model)


def test_with_a_factor():
    y = values((-0.4, -0.4, -0.4), bag=-0.3)
    data = StabilityData(time=TIME, value=y, batch=BATCH, factors={"bag": BAG})
    found = study_stability(data, limits=(90, None), release=98.0)
    other = factorial_shelf_life(TIME, y, BATCH, {"bag": BAG}, specify(90, release=98.0))
    assert (
        found.shelf_life == other.shelf_life and found.worst == other.worst and found.lines.keys() >= {("a", "small")}
    )
    assert found.lines[found.worst].df == other.df and min(found.crossing, key=found.crossing.get) == ("large",)


def test_labels_of_another_length_are_refused():
    with pytest.raises(InputError, match="batch"):
        study_stability(StabilityData(time=TIME, value=TIME, batch=BATCH[:3]), limits=(90, None))
