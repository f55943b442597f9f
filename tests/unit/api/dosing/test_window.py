"""Request and answer of a window."""

import pytest

from hepatica.api.dosing.window import WindowRequest
from hepatica.errors import InputError

STUDY = {"title": "t", "grid": {"dose": ["1e6 cells/kg"]}}


def request(**changes):
    return WindowRequest.check({"study": STUDY} | changes)


def test_settings_are_those_asked_for():
    settings = request(low=1e5, points=5, vary=["route"], limits={"reaction": 0.3}).settings()
    assert (settings.low, settings.points, [str(g) for g in settings.groups]) == (1e5, 5, ["route"])
    assert settings.limits == {"reaction": 0.3} and len(request().settings().groups) > 10
    assert request(vary=[]).settings().groups == ()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"vary": ["moon"]}, "--vary: got 'moon'"),
        ({"vary": ["route", "route"]}, "each thing once"),
        ({"high": 1e30}, "1e+30"),
        ({"relevant": -1.0}, "relevant"),
        ({"nonsense": 1}, "nonsense"),
        ({"limits": {"moon": 0.1}}, "moon"),
    ],
)
def test_what_no_window_has_is_refused(changes, says):
    with pytest.raises(InputError) as error:
        request(**changes).settings()
    assert says in str(error.value)
