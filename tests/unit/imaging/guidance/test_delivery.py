from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hepatica.imaging.biodistribution import SubjectFit
from hepatica.imaging.guidance.delivery import deliver, mixture
from hepatica.therapy import Product


def test_a_poor_scan_lowers_what_is_expected_of_the_same_route(fitted: Callable[..., SubjectFit]) -> None:
    good, poor = fitted({24.0: (0.24, 0.09, 0.12)}), fitted({24.0: (0.24, 0.02, 0.12)})
    assert deliver(poor, "peripheral_vein").mean < 0.6 * deliver(good, "peripheral_vein").mean
    assert deliver(poor, "peripheral_vein").expected == pytest.approx(deliver(good, "peripheral_vein").expected)


def test_targeting_brings_more_cells_to_the_liver(fitted: Callable[..., SubjectFit]) -> None:
    fit = fitted({24.0: (0.24, 0.05, 0.12)})
    plain, targeted = deliver(fit, "peripheral_vein"), deliver(fit, "peripheral_vein", Product(targeting=3.0))
    assert targeted.mean > 1.5 * plain.mean
    assert set(plain.by_hypothesis) == {"label_is_cells", "lung_only"}


def test_the_mixture_has_the_share_of_each_hypothesis() -> None:
    made = mixture({"a": np.zeros(4000), "b": np.ones(4000)}, {"a": 0.3, "b": 0.7}, 1)
    assert made.mean() == pytest.approx(0.7, abs=0.03)
