"""A response surface whose consequence is known in closed form."""

import numpy as np
import pytest

from hepatica.manufacturing.clinical.surface import Surface

N_TERMS, DRAWS = 11, 8


@pytest.fixture
def surface_of():
    """Surface with a gain of `slope` days per natural logarithm of secretion, in two hypotheses; cells always act."""

    def make(slope=4.0, *, clots=0.001, null=0.0, spread=0.0, other=0.5):
        acting = np.zeros((2, DRAWS, N_TERMS))
        scatter = 1.0 + spread * np.linspace(-1.0, 1.0, DRAWS)
        acting[0, :, 0], acting[1, :, 0] = slope * scatter, other * slope * scatter
        clotting = np.zeros_like(acting)
        clotting[:, :, 7] = clots
        clotting[:, :, 8] = 1.5 * clots
        return Surface(
            hypotheses=("label_is_cells", "lung_only"),
            acting=acting,
            inert=np.zeros_like(acting),
            clotting=clotting,
            raw_acting=acting,
            raw_inert=np.zeros_like(acting),
            null_probability=np.array([null, null]),
            gain=np.array([5.0, 3.0]),
            fit_error=np.array([0.1, 0.1]),
            viability=0.9,
            regimen="1e6/kg once peripheral vein",
            patients=16,
            failed=0,
        )

    return make
