"""Cards that set the simulation beside what was published."""

import pytest

from hepatica.patients.admitted import FAILED, Rejection, Side
from hepatica.report.dose.baseline import _reason, baseline, deaths, life
from hepatica.report.page import section
from hepatica.words import LANGUAGES


def test_a_rejection_is_said_in_both_languages():
    low, high = Rejection(Side.BELOW, "inr", 1.5), Rejection(Side.ABOVE, "bilirubin", 45.0)
    assert (_reason(low, "en"), _reason(high, "en"), _reason(FAILED, "en")) == (
        "INR below 1.5",
        "bilirubin above 45",
        "failed",
    )
    assert _reason(high, "zh").endswith("高于 45") and _reason(FAILED, "zh") == "求解失败"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rejection_is_counted(found, lang):
    text = baseline(found, lang).text[1]
    for why, n in found.patients.rejected.items():
        assert _reason(why, lang) in text and str(n) in text
    assert str(found.patients.tried) in text


def test_survival_and_deaths_have_their_figures(found):
    for card in (life(found, "en"), deaths(found, "zh"), baseline(found, "en")):
        assert section(card, "en").svg.count("<text") > 10
