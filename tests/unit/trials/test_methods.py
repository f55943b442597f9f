"""Methods of the reference page: each is there, public, and says what it takes."""

import inspect

import pytest

from hepatica.trials.methods import METHODS, find_method


@pytest.mark.parametrize("place", [p for places in METHODS.values() for p in places])
def test_each_method_is_there_and_described(place):
    thing = find_method(place)
    text = inspect.getdoc(thing)
    assert callable(thing) and not place.rpartition(".")[2].startswith("_") and text
    assert thing.__module__ == f"hepatica.trials.{place.rpartition('.')[0]}"


def test_no_method_stands_twice():
    places = [p for group in METHODS.values() for p in group]
    assert len(set(places)) == len(places)
