"""Schedule: overlapping infusions, boluses at one time, and crossings of thresholds."""

from types import SimpleNamespace

from hepatica.exchange.schedule import crossed, schedule


def test_overlapping_infusions_add_up_and_end_at_exactly_zero():
    found = schedule([(0.0, "gcsf", 0.1, 1), (1.0, "gcsf", 0.2, 1), (2.0, "gcsf", -0.1, 1), (3.0, "gcsf", -0.2, 1)])
    assert [m.rates["gcsf"] for m in found.moments] == [["rate_1"], ["rate_1", "rate_2"], ["rate_2"], []]


def test_what_is_given_at_one_time_is_one_moment():
    found = schedule([(1.0, "gcsf", 0.5, 0), (0.0, "drug", 1.0, 0), (1.0, "drug", 2.0, 0)])
    assert [(m.time, m.adds) for m in found.moments] == [
        (0.0, {"drug": ["dose_1"]}),
        (1.0, {"gcsf": ["dose_2"], "drug": ["dose_3"]}),
    ]
    assert found.infused == ()


def test_each_crossing_adds_what_its_event_adds():
    event = SimpleNamespace(name="infection", adds=(("pathogen", 0.5),))
    moments = crossed([event], {"infection": (2.5, 40.0)})
    assert [(m.name, m.time, m.adds) for m in moments] == [
        ("infection_1", 2.5, {"pathogen": [0.5]}),
        ("infection_2", 40.0, {"pathogen": [0.5]}),
    ]
