"""Attenuation: a uniform slab seen from both sides, integrated."""

import numpy as np
import pytest

from hepatica.imaging.quantification.attenuation import coefficient, conjugate_view, depth_factor
from hepatica.imaging.readers.faults import ImageError

MU, BODY = 0.11, 22.0


@pytest.mark.parametrize("depth, organ", [(11.0, 10.0), (6.0, 0.5), (15.0, 12.0)])
def test_conjugate_view_of_a_slab(depth, organ):
    x = depth + organ * (np.arange(20_001) / 20_000 - 0.5)
    front, back = 1e5 * np.exp(-MU * x).mean(), 1e5 * np.exp(-MU * (BODY - x)).mean()
    assert conjugate_view(front, back, mu=MU, thickness=BODY, organ=organ) == pytest.approx(1e5, rel=1e-4)


def test_as_sensitive_as_published():
    """0.01 /cm changes planar activity by about 15 % and 2 cm of thickness by about 10 % (in a body of some 25 cm)."""
    base = conjugate_view(1.0, 1.0, mu=0.11, thickness=25.0)
    assert conjugate_view(1.0, 1.0, mu=0.12, thickness=25.0) / base == pytest.approx(1.13, abs=0.02)
    assert conjugate_view(1.0, 1.0, mu=0.11, thickness=27.0) / base == pytest.approx(1.116, abs=0.02)


def test_table_and_what_it_lacks():
    assert coefficient("Tc99m", "narrow") == 0.153
    with pytest.raises(ImageError, match="In111"):
        coefficient("In111")
    with pytest.raises(ImageError, match="thickness_cm"):
        conjugate_view(1.0, 1.0, mu=0.1, thickness=np.nan)
    with pytest.raises(ImageError, match="linear"):
        depth_factor(-1.0, 1.0)
