"""Subgroups at admission."""

import numpy as np
import pytest

from hepatica import admit, load_population
from hepatica.therapeutic_window.subgroups import classes, subgroups, thirds
from hepatica.therapeutic_window.variations import OF_PATIENTS, Group


def test_thirds_are_of_equal_size_and_in_order():
    values = np.random.Generator(np.random.Philox(1)).normal(size=300)
    made = thirds(Group.WEIGHT, "weight", values)
    assert [int(s.member.sum()) for s in made] == [100, 100, 100]
    assert made[0].high < made[1].low and made[1].high < made[2].low
    assert np.sum([s.member for s in made], axis=0).tolist() == [1] * 300


def test_what_hardly_varies_has_no_thirds():
    assert thirds(Group.WEIGHT, "weight", np.ones(9)) == []
    assert thirds(Group.WEIGHT, "weight", np.full(9, np.nan)) == []
    tied = thirds(Group.SHUNT, "shunt", np.array([0.0] * 8 + [1.0]))
    assert sum(int(s.member.sum()) for s in tied) == 9


def test_classes_need_two():
    assert classes(Group.CAUSE, "cause", np.array(["a", "a"])) == []
    grades = classes(Group.SEVERITY, "aclf", np.array([1.0, 2.0, np.nan]))
    assert [s.level for s in grades] == ["aclf_1", "aclf_2"]


@pytest.mark.parametrize("least", [1, 6])
def test_small_subgroups_are_left_out(system, least):
    patients = admit(system, load_population("decompensated_cirrhosis"), 12, seed=1, draws=12, known=None)
    made = subgroups(patients, OF_PATIENTS, ascites=np.zeros(12), shunt=np.linspace(0, 1, 12), least=least)
    assert all(s.member.sum() >= least for s in made) and len({s.key for s in made}) == len(made)
    assert {s.group for s in made} >= ({Group.SEVERITY, Group.WEIGHT, Group.SHUNT} if least == 1 else set())
    assert subgroups(patients, (), ascites=np.zeros(12), shunt=None) == ()
