"""Unknowns of a calibration: what matters only with cells, and what populations have of their own."""

import numpy as np
import pytest

from hepatica.calibrate.unknowns import cell_only_parameters, population_coordinates
from hepatica.patients import Cohort, DrawKey, Draws, load_population
from hepatica.patients.draws import POPULATION_SD


def test_populations_own_quantities_are_unknowns():
    columns = population_coordinates(("hbv_aclf", "alf_paracetamol"), 50, 3)
    assert DrawKey.population("hbv_aclf", "insult.effectors_young") in columns
    assert DrawKey.population("alf_paracetamol", "treatment.transplant_rate") in columns
    assert all(v.shape == (50,) and abs(v.mean()) < 0.6 for v in columns.values())
    assert all(DrawKey.parse(str(k)) == k for k in columns)


def test_a_draw_of_a_populations_own_quantity_moves_its_patients(system):
    """The same candidates with an insult of e^0.6 times the size, and nobody of another population."""
    population = load_population("alf_paracetamol")
    key, two = DrawKey.population(population.key, "insult.drug"), np.zeros(2, int)
    known = Draws({key: np.full(2, 2.0), DrawKey.coordinate("alarm"): np.zeros(2)})
    cohort = Cohort(system.model, population, 1, np.array([5, 6]), two)
    moved = Cohort(system.model, population, 1, np.array([5, 6]), two, known)
    drug = [c.doses("insult")["drug"] for c in (cohort, moved)]
    assert drug[1] == pytest.approx(drug[0] * np.exp(2 * POPULATION_SD))
    assert known.population_factor("hbv_aclf", "insult.drug", two) == 1.0


def test_parameters_of_the_cells_do_not_move_the_untreated(model):
    cells = cell_only_parameters(model)
    assert {"death_lung", "secretion_works"} <= cells and not cells & {"liver_rate", "alarm"}
