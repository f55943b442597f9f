"""Belief about a true value: on the scale of the attribute, shrunk to earlier lots."""

import numpy as np
import pytest

from hepatica.manufacturing.quality.release.attribute_belief import (
    attribute_error,
    attribute_process,
    result_and_belief,
)
from hepatica.manufacturing.quality.release.lot_file import Attribute


def test_replicates_share_the_error_of_their_run():
    a = Attribute(name="a", values=[1.0, 3.0], assay_sd=0.2, run_sd=0.3, lower=0.0)
    assert attribute_error(a) == pytest.approx(np.hypot(0.2 / np.sqrt(2), 0.3))
    assert result_and_belief(a)[0] == 2.0 and attribute_process(a) is None


def test_a_log_scale_takes_logarithms_of_results_and_of_the_process_mean():
    a = Attribute(name="a", values=[0.5, 2.0], assay_sd=0.1, lower=0.1, scale="log", process={"mean": 2.0, "sd": 0.2})
    result, belief = result_and_belief(a)
    share = 0.2**2 / (0.2**2 + 0.1**2 / 2)
    assert result == pytest.approx(0.0) and belief.mean == pytest.approx(np.log(2.0) * (1 - share))
