"""Measurables: enough of every group, unique, and outputs that the model has."""

from hepatica.biomarkers.measurables import LANDMARKS, Group, measurables


def test_they_are_enough_and_the_model_has_them(system):
    every = measurables()
    assert len(every) >= 25 and len({m.name for m in every}) == len(every) and {m.group for m in every} == set(Group)
    elsewhere = {"age", "cirrhosis", "meld"}
    for m in every:
        assert m.output in system.outputs or m.output in elsewhere or m.group is Group.PRODUCT, m.name
        assert m.error >= 0 and m.is_change == (m.group is Group.CHANGE)
    assert {m.day for m in every if m.is_change} == set(LANDMARKS)
    assert all(m.output in system.parameters for m in every if m.group is Group.PRODUCT)
