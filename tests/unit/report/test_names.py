"""Names for a reader, in both languages, made from fields and never taken apart."""

from dataclasses import replace

import pytest

from hepatica.dosing.variance_components import VarianceComponents
from hepatica.report import names
from hepatica.simulation import Arm
from hepatica.therapy import ROUTES, SOURCES, Product, Regimen
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


def test_two_regimens_of_a_table_are_told_apart_by_what_differs_between_them():
    slow, other = Arm("a", replace(WEEKLY, duration=0.5), Product()), Arm("b", WEEKLY, Product(source="adipose"))
    with_albumin = Arm("c", WEEKLY, Product(), together_with=("albumin",))
    among = [Arm("standard care"), slow, other, with_albumin]
    own = [names.arm_name(a, "en", among) for a in among]
    assert len(set(own)) == 4 and own[0] == "standard care"
    assert "over 12 h" in own[1] and "adipose" in own[2] and "human albumin" in own[3] and "albumin" not in own[1]
    assert names.arm_name(slow, "en", [slow, replace(slow, name="d")]) == names.arm_name(slow, "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_treatment_names_infusion_time_and_source(lang):
    text = names.treatment(Arm("a", replace(WEEKLY, duration=0.25), Product(source="adipose")), lang)
    assert names.regimen(WEEKLY, lang) in text and "6" in text and SOURCES["adipose"].label[lang] in text


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
