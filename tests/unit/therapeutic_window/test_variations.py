"""Variations: one thing changed at a time."""

import numpy as np
import pytest

from hepatica.therapeutic_window.variations import OF_PATIENTS, Group, base_variation, variations
from hepatica.therapy import ROUTES, SOURCES, Product, Regimen

BASE = base_variation(Regimen(1.0, infusions=4, duration=1 / 24), Product(), ("antiviral",))
TREATED = tuple(g for g in Group if g not in OF_PATIENTS)


@pytest.mark.parametrize("group", TREATED)
def test_each_variation_changes_one_thing(group):
    made = variations(BASE, 180.0, (group,))
    assert made and len({v.key for v in made}) == len(made)
    for v in made:
        changed = (v.regimen != BASE.regimen) + (v.product != BASE.product) + (v.together_with != BASE.together_with)
        assert changed == 1 and v.group is group


def test_tables_are_covered_and_the_base_is_left_out():
    levels = {g: {v.level for v in variations(BASE, 180.0, (g,))} for g in TREATED}
    assert levels[Group.ROUTE] == set(ROUTES) - {"peripheral_vein"}
    assert levels[Group.SOURCE] == set(SOURCES) - {"bone_marrow"}
    assert "4" not in levels[Group.SPLITTING] and "antiviral" not in levels[Group.TOGETHER]
    assert levels[Group.VIABILITY] == {"0.5", "0.71", "0.85", "0.95"}


def test_cells_in_all_are_the_same_however_they_are_split():
    logs = np.array([6.0, 7.0])
    for v in variations(BASE, 180.0, (Group.SPLITTING,)):
        arms = v.arms(logs)
        assert not arms[0].regimen.gives_cells
        assert [a.regimen.dose * a.regimen.infusions for a in arms[1:]] == pytest.approx([1e6, 1e7])
        assert v.highest_given() == pytest.approx(1e7 * v.regimen.infusions)


@pytest.mark.parametrize("horizon", [3.0, 10.0, 28.0])
def test_infusions_begin_before_the_horizon(horizon):
    base = base_variation(Regimen(1.0, infusions=2, interval=1.0), Product(), ())
    for v in variations(base, horizon, TREATED):
        times = [t for arm in v.arms(np.array([6.0])) for t in arm.regimen.times]
        assert max(times) <= horizon - 1.0


def test_standard_care_has_the_established_treatment_too():
    for v in variations(BASE, 180.0, (Group.TOGETHER,)):
        assert {arm.together_with for arm in v.arms(np.array([6.0]))} == {("antiviral", v.level)}
