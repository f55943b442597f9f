"""The screen on the model: common random numbers, shortcuts that change nothing, any number of workers."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.dosing import Utility
from hepatica.errors import InputError
from hepatica.patients import Cohort
from hepatica.sensitivity.morris import quantile
from hepatica.sensitivity.screen import (
    Question,
    arrived,
    draw_base_cohort,
    evaluate,
    evaluate_perturbed,
    ladder,
    parameters,
    screen,
)
from hepatica.sensitivity.tornado import first, tornado
from hepatica.simulation import Arm
from hepatica.therapy import Regimen

ARMS = (Arm("standard care"), *(Arm(f"{d:g}", Regimen(d, infusions=2, interval=7.0)) for d in (1e5, 1e6, 5e6)))
SOME = ("efficacy_recruitment", "death_mass", "flare_kill", "icg_flow", "rate_v", "efficacy_mmp")


@pytest.fixture(scope="module")
def question(system, population):
    return Question(
        system,
        population,
        ladder(ARMS, 2),
        ("label_is_cells", "lung_only"),
        Utility(),
        np.array([0.0, 7.0, 28.0, 60.0]),
        5,
        patients=8,
    )


@pytest.fixture(scope="module")
def found(question):
    return screen(question, bases=2, patterns=SOME)


def test_it_has_an_effect_for_each_parameter_and_output(found, question):
    assert {m.name for m in found.moved} | {m.name for m in found.never} == set(SOME)
    assert {m.name for m in found.never} >= {"icg_flow"}
    assert found.effects.shape == (2, len(found.moved), 5) and np.isfinite(found.effects).all()
    frame = found.frame(question.system)
    assert len(frame) == 5 * len(SOME) and set(frame["output"]) == {"survival", "survival_gain", "gain"}
    assert (frame["low"] <= frame["mu_star"] + 1e-12).all() and (frame["mu_star"] <= frame["high"] + 1e-12).all()


def test_signs_are_as_they_must_be(found):
    at = {m.name: k for k, m in enumerate(found.moved)}
    assert (found.effects[:, at["death_mass"], 0] < 0).all()  # more deaths by lost mass
    assert (found.effects[:, at["efficacy_recruitment"], 0] == 0).all()  # cells are not in standard care
    assert found.ranked()[0] in (at["death_mass"], at["flare_kill"], at["efficacy_recruitment"])


def test_it_is_the_same_on_any_number_of_workers(found, question):
    again = screen(replace(question, workers=1), bases=2, patterns=SOME)
    assert again.effects.tobytes() == found.effects.tobytes() and again.floors == found.floors
    assert again.frame(question.system).to_csv() == found.frame(question.system).to_csv()


def test_one_parameter_alone_has_the_same_effects(found, question):
    one = screen(question, bases=2, patterns=("death_mass",))
    k = next(k for k, m in enumerate(found.moved) if m.name == "death_mass")
    assert (one.effects[:, 0, 0] == found.effects[:, k, 0]).all()


def test_what_is_kept_is_what_would_be_simulated(question):
    everything, _ = parameters(question)
    pins = {m.name: (m.spread, quantile(0.5)) for m in everything}
    pool = draw_base_cohort(question, 3, pins)
    base, care = evaluate(question, pool)
    for name in ("efficacy_recruitment", "death_kidney"):
        m = next(m for m in everything if m.name == name)
        moved = pins | {name: (m.spread, 0.95)}
        short = evaluate_perturbed(question, pool, care, m, moved)
        long, _ = evaluate(question, arrived(question, replace(pool.cohort, pinned=moved)))
        assert short.survival == long.survival and (short.gain == long.gain).all()
    assert base.survival > 0


def test_pins_hold_and_the_rest_is_as_drawn(model, population):
    drawn = Cohort(model, population, 3, np.arange(30), np.arange(30) % 3)
    prior = model.parameters["flare_kill"].entry.prior
    pinned = replace(drawn, pinned={"flare_kill": (prior, 0.95)})
    k = list(model.parameters).index("flare_kill")
    same = np.delete(drawn.parameters() == pinned.parameters(), k, axis=1)
    assert same.all() and not (drawn.parameters()[:, k] == pinned.parameters()[:, k]).any()
    assert (pinned.parameters() == pinned.parameters()).all()  # from the memo
    few = pinned.take(np.array([4, 17]))
    assert (few.parameters() == pinned.parameters()[[4, 17]]).all()
    low = replace(pinned, pinned={"flare_kill": (prior, 0.05)})
    ratio = low.parameters()[:, k] / pinned.parameters()[:, k]
    assert ratio == pytest.approx(ratio[0]) and ratio[0] < 1


def test_the_ladder_is_one_course_by_rising_dose():
    assert [a.name for a in ladder(ARMS, 2)] == ["standard care", "100000", "5e+06"]
    assert [a.name for a in ladder(ARMS, 1)] == ["standard care", "1e+06"]
    assert len(ladder(ARMS, 9)) == 4
    with pytest.raises(InputError):
        ladder(ARMS[:1], 3)


def test_the_dose_that_comes_first(question, found):
    best = [found.moved[k] for k in found.ranked()[:2]]
    t = tornado(question, best, draws=6)
    assert t.first.shape == (2, 2) and t.gain.shape == (2, 2, 2, 2) and (np.diff(t.values) > 0).all()
    assert list(t.frame()["parameter"])[1::2] == [m.name for m in best]
    again = tornado(replace(question, workers=1), best, draws=6)
    assert again.gain.tobytes() == t.gain.tobytes()


def test_limits_of_harm_and_regret_decide(question):
    point = evaluate(question, draw_base_cohort(question, 0, {}))[0]
    gain = np.array([[1.0, 5.0], [1.0, 0.5]])
    calm = {name: np.zeros((2, 2)) for name in point.excess}
    assert first(replace(point, gain=gain, excess=calm), question.utility) == 2
    risky = calm | {"thrombosis": np.array([[0.0, 0.2], [0.0, 0.0]])}
    assert first(replace(point, gain=gain, excess=risky), question.utility) == 1
    assert first(replace(point, gain=-gain, excess=calm), question.utility) == 0
