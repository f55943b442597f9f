"""Sentences of a window: no word without two Monte-Carlo errors."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.dosing.window.endpoints import Unit
from hepatica.dosing.window.estimands import Estimand
from hepatica.report.window.sentences import ratio, sentences, unit_scale
from hepatica.therapeutic_window.contrasts import Difference, DoseRatio
from hepatica.words import LANGUAGES

H = "label_is_cells"


def with_gain(found, largest, error):
    """The same answer with another size of the largest gain."""
    windows = [
        replace(w, estimates=dict(w.estimates) | {Estimand.LARGEST: w.estimates[Estimand.LARGEST]._replace(value=largest, error=error)})
        if w.endpoint.name == "net_gain" and w.key == "base" else w
        for w in found.windows
    ]  # fmt: skip
    return replace(found, windows=tuple(windows))


def with_contrast(found, gain=None, saved=None):
    """The same answer with another difference or ratio in every variation."""
    made = []
    for c in found.contrasts:
        c = c if gain is None else replace(c, at=dict(c.at) | {"net_gain": gain})
        made.append(c if saved is None else replace(c, ratio=saved))
    return replace(found, contrasts=tuple(made))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_question_is_answered_for_every_hypothesis(found, lang):
    text = sentences(with_gain(found, 20.0, 1.0), lang)
    assert len(text) == 1 + 4 * len(found.study.hypotheses) and all(text)
    assert "nan" not in " ".join(text)


def test_a_gain_below_two_errors_is_no_gain(found):
    assert "no dose gains anything" in sentences(with_gain(found, 1.9, 1.0), "en")[0]
    assert "rises to 2.1" in sentences(with_gain(found, 2.1, 1.0), "en")[0]


@pytest.mark.parametrize(
    ("mean", "says"), [(3.0, "it gains more"), (-3.0, "it gains less"), (1.9, "no difference in gain")]
)
def test_a_route_or_split_has_a_sign_from_two_errors_on(found, mean, says):
    text = " ".join(sentences(with_contrast(found, gain=Difference(mean, 1.0, -5.0, 5.0)), "en"))
    assert text.count(says) == 6  # artery, fewest and most infusions, under two hypotheses
    assert "Hepatic artery in place of peripheral vein" in text and "One infusion in place of" in text


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (DoseRatio(ratio=4.0, low=3.0, high=5.0, parameter_low=1.0, parameter_high=9.0, level=1.0, sign=1), "4.0 times fewer cells"),
        (DoseRatio(ratio=0.25, low=0.2, high=0.5, parameter_low=0.1, parameter_high=1.0, level=1.0, sign=-1), "4.0 times as many cells for the same gain (2.00 to 5.0 by"),
        (DoseRatio(ratio=4.0, low=0.9, high=5.0, parameter_low=0.1, parameter_high=9.0, level=1.0, sign=0), "no cells are saved"),
        (DoseRatio(ratio=1.001, low=1.0005, high=1.002, parameter_low=1.0, parameter_high=1.1, level=1.0, sign=1), "no cells are saved"),
        (DoseRatio(ratio=0.0, low=0.0, high=0.0, parameter_low=0.0, parameter_high=0.0, level=1.0, sign=-1), "∞ times as many"),
        (DoseRatio(ratio=np.nan, low=np.nan, high=np.nan, parameter_low=np.nan, parameter_high=np.nan, level=1.0, sign=0), "no cells are saved"),
    ],
)  # fmt: skip
def test_homing_saves_cells_costs_cells_or_neither(found, made, says):
    assert says in " ".join(sentences(with_contrast(found, saved=made), "en"))
    assert ratio(made, "en")


def test_the_chance_that_cells_do_nothing_is_said_last(found):
    chance = f"{100 * found.no_effect[H]:.0f} %"
    assert chance in sentences(found, "en")[-1]


def test_probabilities_are_printed_in_hundredths():
    assert unit_scale(Unit.PROBABILITY) == unit_scale(Unit.SHARE) == (100.0, 1) and unit_scale(Unit.POINTS) == (1.0, 1)
