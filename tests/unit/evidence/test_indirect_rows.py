"""Rows of indirect evidence."""

import pytest
from pydantic import ValidationError

from hepatica.evidence.indirect_rows import IndirectArm, IndirectObservation


def test_what_is_not_printed_stays_missing():
    arm = IndirectArm(id="msc", cells=True)
    assert (arm.n, arm.dose_per_animal, arm.dose_per_kg, arm.infusions) == (None,) * 4 and arm.route == ""
    o = IndirectObservation(arms=("msc",), variable="ALT", kind="direction", direction="lower", place="abstract")
    assert o.value is None and o.time == () and o.n is None


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "a b", "cells": True},
        {"id": "a", "cells": True, "n": 0},
        {"id": "a", "cells": True, "dose_per_kg": 1e6},
        {"id": "a", "cells": True, "dose_per_animal": float("nan")},
        {"id": "a"},
    ],
)
def test_arms_out_of_order_are_refused(fields):
    with pytest.raises(ValidationError):
        IndirectArm(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "mean"},
        {"kind": "direction"},
        {"kind": "odds_ratio", "value": -1},
        {"kind": "number", "low": 2, "high": 1},
        {"kind": "mean", "value": 1, "sd": 0},
        {"kind": "mean", "value": 1, "variable": ""},
    ],
)
def test_observations_out_of_order_are_refused(fields):
    given = {"arms": ("msc",), "variable": "ALT", "place": "abstract"}
    with pytest.raises(ValidationError):
        IndirectObservation(**(given | fields))
