"""Rows of the answer: what is not finite is null, and codes stay codes."""

import json

from hepatica.api.imaging.rows import IntervalAnswer, OptionAnswer, planned_answer, quantity_answer
from hepatica.imaging.biodistribution.next_scan import PlannedScan
from hepatica.imaging.biodistribution.summary import Interval, QuantitySummary
from hepatica.imaging.guidance.advice import Option
from hepatica.imaging.guidance.delivery import Delivery
from hepatica.therapy import Regimen


def test_rows_hold_every_field():
    plan = PlannedScan("Zr89", 2.0, ("liver",), True, 0.5, float("nan"))
    assert json.loads(planned_answer(plan).model_dump_json()) == {
        "tracer": "Zr89",
        "day": 2.0,
        "organs": ["liver"],
        "is_same_infusion": True,
        "information_bits": 0.5,
        "homing_sd": None,
    }
    interval = Interval(1.0, 2.0, float("inf"))
    row = quantity_answer(QuantitySummary("lung_only", "homing", interval, interval, 0.5))
    assert row.prior == IntervalAnswer(low=1.0, median=2.0, high=None)


def test_an_option_with_its_regimen():
    interval = Interval(0.1, 0.2, 0.3)
    delivery = Delivery("", "portal_vein", interval, 0.1, 0.2, {"lung_only": interval}, 0.9)
    regimen = Regimen(1e6, infusions=2, route="portal_vein", start=3.0)
    row = OptionAnswer.of(Option("", regimen, 5.0, 1.0, 9.0, {"lung_only": 5.0}, 4.0, True, delivery))
    assert (row.route, row.infusions, row.start, row.gain, row.reaches) == ("portal_vein", 2, 3.0, 5.0, 0.9)
