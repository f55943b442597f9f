"""Decay correction against sums over small steps."""

import numpy as np
import pytest

from hepatica.imaging.readers.decay import frame_average, mean_activity_time, to_injection

K = np.log(2) / 6586.2


@pytest.mark.parametrize("duration", [1.0, 600.0, 7200.0])
def test_frame_average_is_the_mean_over_the_frame(duration):
    steps = (np.arange(200_000) + 0.5) * duration / 200_000
    mean = np.exp(-K * steps).mean()
    assert frame_average(K, duration) == pytest.approx(1 / mean, rel=1e-8)
    assert np.exp(-K * mean_activity_time(K, duration)) == pytest.approx(mean, rel=1e-8)


def test_to_injection_undoes_decay():
    steps = 3600 + (np.arange(100_000) + 0.5) * 600 / 100_000
    assert np.exp(-K * steps).mean() * to_injection(K, 3600.0, 600.0) == pytest.approx(1.0, rel=1e-8)
    assert to_injection(K, -10.0) < 1.0


def test_factor_of_a_real_ecat_frame():
    """nibabel's tinypet.v: frame from 1500.016 s, 300 s long, factor 1.1895915."""
    assert to_injection(K, 1500.016, 300.0) == pytest.approx(1.1895915, rel=1e-6)
