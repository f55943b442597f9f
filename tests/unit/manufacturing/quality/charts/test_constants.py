"""Constants of control charts against simulation and closed forms."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.charts.constants import mean_range, mean_sd, sd_range


def test_pairs_have_closed_forms():
    assert mean_range(2) == pytest.approx(2 / np.sqrt(np.pi), abs=1e-12)
    assert sd_range(2) == pytest.approx(np.sqrt(2 - 4 / np.pi), abs=1e-9)
    assert mean_range(3) == pytest.approx(3 / np.sqrt(np.pi), abs=1e-12)
    assert mean_sd(2) == pytest.approx(np.sqrt(2 / np.pi), abs=1e-12)


@pytest.mark.parametrize("size", [4, 9, 25])
def test_by_simulation(size):
    x = np.random.Generator(np.random.Philox(size)).standard_normal((40000, size))
    ranges, sds = np.ptp(x, axis=1), x.std(axis=1, ddof=1)
    assert mean_range(size) == pytest.approx(ranges.mean(), abs=4 * ranges.std() / 200)
    assert sd_range(size) == pytest.approx(ranges.std(), rel=0.02)
    assert mean_sd(size) == pytest.approx(sds.mean(), abs=4 * sds.std() / 200)


@pytest.mark.parametrize("bad", [1, 0, 2.5, 2000])
def test_bad_sizes_are_refused(bad):
    for make in (mean_range, sd_range, mean_sd):
        with pytest.raises(InputError, match="group size"):
            make(bad)
