"""The bank: what its plan's hash hangs on."""

import dataclasses

from hepatica.calibrate.bank import Plan
from hepatica.evidence import load


def renamed(obj, **changed):
    """The same fields under a class of another name."""
    fields = {f.name: getattr(obj, f.name) for f in dataclasses.fields(obj)}
    return type("Renamed", (type(obj),), {})(**fields | changed)


def test_a_renamed_class_changes_no_hash_of_a_plan():
    plan = Plan.of([load("lin2017")])
    other = dataclasses.replace(
        plan,
        arms=tuple(renamed(dataclasses.replace(a, given=renamed(a.given))) for a in plan.arms),
        lines=tuple(renamed(dataclasses.replace(x, endpoint=renamed(x.endpoint))) for x in plan.lines),
    )
    assert "Renamed" in repr(other.arms) and "Renamed" in repr(other.lines) and other.hash == plan.hash
    later = dataclasses.replace(plan.lines[0], endpoint=dataclasses.replace(plan.lines[0].endpoint, time=3.25))
    assert dataclasses.replace(plan, lines=(later, *plan.lines[1:])).hash != plan.hash
    given = dataclasses.replace(plan.arms[0].given, labelled=True)
    assert (
        dataclasses.replace(plan, arms=(dataclasses.replace(plan.arms[0], given=given), *plan.arms[1:])).hash
        != plan.hash
    )
