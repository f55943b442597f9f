"""Living cells in reach: as shipped against the model, and what must hold of any."""

import pytest

from hepatica.translation import SPECIES
from hepatica.translation.dose_response.reach import HYPOTHESES, MAN, compute_reach, reach


@pytest.mark.parametrize("species", [MAN, "mouse"])
def test_what_ships_is_near_the_model(species):
    """Within a factor of two: the page is written anew when the cells' module moves more."""
    for hypothesis in HYPOTHESES:
        found, shipped = compute_reach(species, hypothesis), reach(species, hypothesis)
        for name, value in vars(shipped).items():
            assert 0.5 < getattr(found, name) / value < 2.0, (species, hypothesis, name)


def test_cells_in_reach_are_a_part_of_those_given():
    for species in (MAN, *SPECIES):
        for hypothesis in HYPOTHESES:
            found = reach(species, hypothesis)
            assert 0 < found.mediators < found.in_place <= 1 and found.engulfed > 0
    assert reach(MAN).size == 1 and reach("mouse").size == pytest.approx(1.8 / 0.0011, rel=1e-3)
