"""Species: parameters of the model, scaled with the liver, with sources."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.translation import SPECIES, as_species
from hepatica.translation.species import AGAINST_LIVER, HUMAN_LIVER, WITH_LIVER


@pytest.mark.parametrize("key", sorted(SPECIES))
def test_rows_are_parameters_of_the_model(model, key):
    assert set(SPECIES[key].rows) <= set(model.parameters)
    flows = [
        SPECIES[key].rows[n].value
        for n in ("flow_artery", "flow_spleen", "flow_gut", "flow_kidney")
        if n in SPECIES[key].rows
    ]
    assert sum(flows) < 1


@pytest.mark.parametrize("key", sorted(SPECIES))
def test_amounts_scale_with_the_liver(system, key):
    human = system.typical()[None]
    animal = as_species(system, human, key)
    ratio = SPECIES[key].liver.value / HUMAN_LIVER
    for name in WITH_LIVER:
        k = system.parameters.index(name)
        assert animal[0, k] == pytest.approx(human[0, k] * ratio)
    for name in AGAINST_LIVER:
        k = system.parameters.index(name)
        assert animal[0, k] == pytest.approx(human[0, k] / ratio)
    assert (human == system.typical()).all() and np.isfinite(animal).all()


def test_the_smaller_the_animal_the_faster_its_liver_grows():
    loads = [SPECIES[k].rows["metabolic_load"].value for k in ("mouse", "rat", "pig")]
    assert loads == sorted(loads, reverse=True) and loads[-1] > 5.8


def test_refuses_a_species_it_does_not_know(system):
    with pytest.raises(InputError, match="mouse, rat, pig"):
        as_species(system, system.typical(), "ferret")
