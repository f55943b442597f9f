"""What an arm is worth, against hand calculation."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.dosing import HARMS, Utility
from hepatica.dosing.utility import evaluate_benefit
from hepatica.outcomes.quality_of_life import STANDARD_GAMBLE
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
    np.testing.assert_allclose(w.net, w.qald - w.lost)


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
