"""The screen on the model: common random numbers, shortcuts that change nothing, any number of workers."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.patients import Cohort
from hepatica.sensitivity.screen import screen

SOME = ("efficacy_recruitment", "death_mass", "flare_kill", "icg_flow", "rate_v", "efficacy_mmp")


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


def test_what_moves_an_output_beyond_its_floor_is_not_negligible(found):
    floors = np.array([found.floors[name] for name, _ in found.columns])
    for k in range(len(found.moved)):
        assert found.is_negligible[k] == bool((found.statistics.mu_star[k] <= floors).all())
    for star, negligible in ((floors, True), (floors + 1e-9, False), (np.full(len(floors), np.nan), False)):
        mu_star = found.statistics.mu_star.copy()
        mu_star[0] = star
        assert replace(found, statistics=replace(found.statistics, mu_star=mu_star)).is_negligible[0] == negligible
    assert all(floor >= 0.05 for floor in found.floors.values())
