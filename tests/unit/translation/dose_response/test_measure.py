"""Measures of exposure: what each needs, and what it refuses."""

import pytest

from hepatica.translation.dose_response.measure import Dose, Measure, body_weight, exposure
from hepatica.translation.dose_response.reach import reach


def test_man_of_70_kg_and_a_mouse_of_20_g():
    by_vein = Dose(species="human", route="intravenous", per_animal=7e7)
    assert exposure(by_vein, Measure.PER_KG) == 1e6 and exposure(by_vein, Measure.PER_ANIMAL) == 7e7
    mouse = Dose(species="mouse", route="tail vein", per_kg=5e7, per_animal=1e6)
    assert exposure(mouse, Measure.PER_ANIMAL) == 1e6 and body_weight("mouse") == 0.02
    assert exposure(mouse, Measure.LIVING) == pytest.approx(1e6 * reach("mouse").mediators * reach("mouse").size)


def test_a_species_without_a_weight_has_no_dose_per_kg():
    monkey = Dose(species="monkey", route="peripheral vein", per_animal=1e7)
    assert body_weight("monkey") is None
    assert [exposure(monkey, m) for m in Measure] == [None, None, None, 1e7]
    known = Dose(species="monkey", route="intravenous", per_kg=2e6)
    assert exposure(known, Measure.PER_KG) == 2e6 and exposure(known, Measure.PER_ANIMAL) is None


def test_cells_put_into_an_organ_count_as_living_cells_alone():
    heart = Dose(species="human", route="transendocardial", per_animal=2e7)
    assert heart.is_local and exposure(heart, Measure.PER_KG) is None and exposure(heart, Measure.PER_ANIMAL) is None
    assert exposure(heart, Measure.LIVING) == pytest.approx(2e7 * reach("human").in_place)
    belly = Dose(species="mouse", route="intraperitoneal", per_animal=1e6)
    assert [exposure(belly, m) for m in Measure] == [None] * 4
    assert Measure.PER_KG.unit == "cells/kg" and Measure.LIVING_LUNG.hypothesis == "lung_only"
