"""Names for a reader, in both languages, made from fields and never taken apart."""

from dataclasses import replace

import pytest

from hepatica.dosing.variance_components import VarianceComponents
from hepatica.report import names
from hepatica.simulation import Arm
from hepatica.therapy import ROUTES, Product, Regimen
from hepatica.words import LANGUAGES

WEEKLY = Regimen(2e6, infusions=4, interval=7.0)


def arm(r):
    return Arm("x", r, Product())


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_arms_by_every_route_are_named_in_the_reader_s_language(route, lang):
    r = replace(WEEKLY, route=route)
    assert names.arm_name(arm(r), lang) == f"2e6/kg x4 q7d {ROUTES[route].label[lang]}"
    assert names.arm_name(arm(r), "en") == r.label
    once = names.arm_name(arm(replace(r, infusions=1, dose=7e7, per_kg=False)), lang)
    assert once.startswith("7e7 cells") and once.endswith(ROUTES[route].label[lang])
    assert ("once" in once) == (lang == "en")


def test_no_cells_are_standard_care():
    assert names.arm_name(arm(Regimen(0.0)), "en") == "standard care"


def test_intervals_are_scaled_and_rounded():
    s = VarianceComponents(0.125, 1.0, 1.0, -0.04, 0.3, 1.0)
    assert names.interval(s, "en", 100.0) == "12.5 (-4.0 to 30.0)" and names.interval(s, "zh", 1.0, 2).startswith(
        "0.12"
    )


@pytest.mark.parametrize("count, text", [(2e6, "2×10⁶"), (1.25e7, "1.25×10⁷"), (1e6, "10⁶"), (1e-3, "10⁻³")])
def test_numbers_of_cells(count, text):
    assert names.cells(count) == text


def test_schedules():
    assert names.schedule(1, 7.0, "en") == "once" and "7" in names.schedule(4, 7.0, "zh")
