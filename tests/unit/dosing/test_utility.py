"""Utility of an arm, against hand calculation."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.dosing import HARMS, Utility
from hepatica.dosing.utility import evaluate_benefit
from hepatica.outcomes.quality_of_life import STANDARD_GAMBLE, Utilities
from hepatica.simulation import Arm
from hepatica.therapy import ROUTES, Regimen

CHILD_A = STANDARD_GAMBLE.child_a
CARE = [Arm("standard care")]


def test_a_constant_intensity_is_an_exponential_survival(courses):
    w = evaluate_benefit(courses([[0.005]]), CARE, Utility())
    np.testing.assert_allclose(w.survival, np.exp(-0.9), rtol=1e-4)
    np.testing.assert_allclose(w.qald, CHILD_A * (1 - np.exp(-0.9)) / 0.005, rtol=1e-3)
    assert (w.lost == 0).all() and (w.net == w.qald).all() and (w.transplant_free == w.survival).all()


def test_nobody_dies_of_nothing(courses):
    w = evaluate_benefit(courses([[0.0]]), CARE, Utility())
    np.testing.assert_allclose(w.qald, 180 * CHILD_A, rtol=1e-12)


def test_worse_labs_are_worth_less(courses):
    sick = {"bilirubin": 8.0, "albumin": 25.0, "inr": 2.6, "ascites": 3.0, "encephalopathy": 1.4}
    w = evaluate_benefit(courses([[0.0]], labs=sick), CARE, Utility())
    expected = STANDARD_GAMBLE.child_c * STANDARD_GAMBLE.encephalopathy[1] / STANDARD_GAMBLE.encephalopathy[0]
    np.testing.assert_allclose(w.qald, 180 * expected, rtol=1e-9)


def test_the_transplanted_live_on_with_their_own_utility(courses):
    w = evaluate_benefit(courses([[0.0]], transplant=1e3), CARE, Utility())
    np.testing.assert_allclose(w.survival, 1.0, rtol=1e-9)
    assert w.transplant_free.max() < 1e-9
    assert w.qald.mean() == pytest.approx(180 * STANDARD_GAMBLE.transplanted, rel=0.02)


def test_losses_are_probability_times_loss(courses):
    w = evaluate_benefit(
        courses([[0.0], [0.0]], thrombosis=[0.0, 0.3], reaction=[0.0, 0.7], infected=[False, True]),
        [*CARE, Arm("x", Regimen(1e6))],
        Utility(deaths_per_thrombosis=0.0),
    )
    p, q = 1 - np.exp(-0.3), 1 - np.exp(-0.7)
    assert w.harms["thrombosis"][1, 0] == pytest.approx(p) and w.harms["reaction"][1, 0] == pytest.approx(q)
    assert w.harms["infection"][:, 0].tolist() == [0.0, 1.0] and (w.harms["procedure"] == 0).all()
    by = {h.name: h.loss for h in HARMS}
    np.testing.assert_allclose(w.lost[1], by["thrombosis"] * p + by["reaction"] * q + by["infection"], rtol=1e-12)
    np.testing.assert_allclose(w.net, w.qald - w.lost - w.burden)
    np.testing.assert_allclose(w.burden, np.broadcast_to([[0.0], [0.15]], w.burden.shape))


def test_thrombosis_kills_a_share(courses):
    w = evaluate_benefit(courses([[0.0]], thrombosis=0.3), CARE, Utility(deaths_per_thrombosis=0.5))
    np.testing.assert_allclose(w.survival, 1 - 0.5 * (1 - np.exp(-0.3)), rtol=1e-9)
    assert w.survival_curve[0, 0, 0] == 1.0 and (np.diff(w.survival_curve[0, 0]) < 0).all()


def test_each_puncture_counts_and_only_within_the_horizon(courses):
    arms = [
        *CARE,
        *(Arm(str(n), Regimen(1e6, infusions=n, interval=7.0, route="hepatic_artery")) for n in (1, 4)),
        Arm("late", Regimen(1e6, infusions=2, interval=180.0, route="hepatic_artery")),
        Arm("vein", Regimen(1e6, infusions=4)),
    ]
    risk = evaluate_benefit(courses([[0.0]] * 5), arms, Utility()).harms["procedure"]
    assert (risk[0] == 0).all() and (risk[4] == 0).all()
    np.testing.assert_allclose(1 - risk[2], (1 - risk[1]) ** 4, rtol=1e-12)
    np.testing.assert_allclose(risk[3], risk[1])
    assert np.median(risk[1]) == pytest.approx(ROUTES["hepatic_artery"].procedure_risk.value, rel=0.3)
    by_draw = risk[1].reshape(3, 40)
    assert (by_draw == by_draw[0]).all() and len(
        np.unique(by_draw[0])
    ) > 30  # ignorance of a draw, not chance of a patient


def test_failed_patients_are_not_counted_as_free_of_infection(courses):
    ds = courses([[0.0], [0.0]])
    ds["status"].values[1, 4] = 2
    harm = evaluate_benefit(ds, [*CARE, Arm("x", Regimen(1e6))], Utility()).harms["infection"]
    assert np.isnan(harm[1, 4]) and np.isfinite(np.delete(harm[1], 4)).all()


def test_a_harm_by_name():
    assert Utility().harm("reaction").name == "reaction"
    mine = Utility(harms=(replace(Utility().harm("reaction"), loss=3.0, limit=0.1),))
    assert mine.harm("reaction").loss == 3.0 and mine.harm("reaction").limit == 0.1


DISTINCT = Utilities(0.9, 0.6, 0.3, (1.0, 0.8, 0.7, 0.5, 0.2), transplanted=0.75)


@pytest.mark.parametrize(
    "labs, points, grade",
    [
        ({}, 5, 0),
        ({"ascites": 0.99, "albumin": 30.0}, 6, 0),  # ascites counts once it is there, not before
        ({"ascites": 1.0, "albumin": 30.0}, 7, 0),
        ({"ascites": 1.99}, 6, 0),  # slight until it is moderate
        ({"ascites": 2.0}, 7, 0),
        ({"ascites": 9.7}, 7, 0),
        ({"encephalopathy": 0.99}, 5, 0),
        ({"encephalopathy": 1.0}, 6, 1),
        ({"encephalopathy": 2.99}, 6, 2),
        ({"encephalopathy": 3.0}, 7, 3),
        ({"encephalopathy": 4.9}, 7, 4),
        ({"encephalopathy": -0.1}, 5, 0),
        ({"bilirubin": 4.0, "albumin": 25.0, "inr": 2.5}, 11, 0),
    ],
)
def test_a_day_is_worth_its_class_and_grade(courses, labs, points, grade):
    """Classes A, B and C have utilities of their own here, so that one point too many or too few shows."""
    w = evaluate_benefit(courses([[0.0]], labs=labs), CARE, Utility(utilities=DISTINCT))
    by_class = DISTINCT.child_a if points < 7 else DISTINCT.child_b if points < 10 else DISTINCT.child_c
    np.testing.assert_allclose(w.qald, 180 * by_class * DISTINCT.encephalopathy[grade], rtol=1e-12)


def test_days_and_survival_by_a_plain_second_computation(courses):
    """Death, transplant and fatal thrombosis together, patient by patient and day by day."""
    ds = courses([[0.004], [0.002]], transplant=0.003, thrombosis=[0.1, 0.4], labs={"bilirubin": 2.5, "albumin": 30.0})
    utility = Utility(utilities=DISTINCT, deaths_per_thrombosis=0.3)
    w, times = evaluate_benefit(ds, [*CARE, Arm("x", Regimen(1e6))], utility), ds["time"].values
    for arm, (death, hazard) in enumerate(((0.004, 0.1), (0.002, 0.4))):
        days = lived = 0.0
        for t, u in zip(times[:-1], times[1:], strict=True):
            worth = []
            for day in (t, u):
                free = np.exp(-(death + 0.003) * day)
                grafted = 0.003 / (death + 0.003) * (1 - free)
                spared = 1 - 0.3 * (1 - np.exp(-hazard * day / times[-1]))
                worth.append(spared * (free * DISTINCT.child_b + grafted * 0.75))
                lived = spared * (free + grafted)
            days += (u - t) * sum(worth) / 2
        np.testing.assert_allclose(w.qald[arm], days, rtol=1e-5)
        np.testing.assert_allclose(w.survival[arm], lived, rtol=1e-5)
        np.testing.assert_allclose(w.transplant_free[arm], spared * free, rtol=1e-12)
        assert w.survival_curve.shape == (2, 120, len(times)) and (w.survival_curve[..., -1] == w.survival).all()


def test_only_harms_of_the_utility_are_lost_and_shown(courses):
    own = (replace(Utility().harm("reaction"), loss=7.0),)
    w = evaluate_benefit(courses([[0.0]], reaction=0.2, thrombosis=0.3), CARE, Utility(harms=own))
    assert list(w.harms) == ["reaction"]
    np.testing.assert_allclose(w.lost, 7.0 * (1 - np.exp(-0.2)), rtol=1e-12)
    assert Utility().deaths_per_thrombosis == 0.05 and Utility().utilities is STANDARD_GAMBLE


def test_cells_that_do_nothing_keep_the_course_of_standard_care(courses):
    """Net of the null effect: standard care's days, thinned by the arm's own fatal embolisms, less harm and burden."""
    utility = Utility(deaths_per_thrombosis=0.5)
    w = evaluate_benefit(courses([[0.005], [0.001]], thrombosis=[0.0, 0.3]), [*CARE, Arm("x", Regimen(1e6))], utility)
    same = evaluate_benefit(
        courses([[0.005], [0.005]], thrombosis=[0.0, 0.3]), [*CARE, Arm("x", Regimen(1e6))], utility
    )
    np.testing.assert_allclose(w.net_null[0], w.net[0])
    np.testing.assert_allclose(w.net_null[1], same.net[1])
    assert (w.net[1] > w.net_null[1]).all()


def test_the_odds_slope_is_the_derivative_by_the_odds_of_survival(courses):
    """Second way: shift the log odds of the mean survival curve, and integrate."""
    ds = courses([[0.005]])
    w, t = evaluate_benefit(ds, CARE, Utility()), ds["time"].values
    s, worth, step = np.exp(-0.005 * t), Utility().utilities.child_a * 0.962 / 0.962, 1e-4

    def days(shift):
        odds = s / np.maximum(1 - s, 1e-300) * np.exp(shift)
        return np.trapezoid(np.where(s < 1, odds / (1 + odds), 1.0) * worth, t)

    assert w.odds_slope[0] == pytest.approx((days(step) - days(-step)) / (2 * step), rel=1e-3)
