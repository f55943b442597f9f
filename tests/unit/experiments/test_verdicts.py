"""Verdicts under a known truth: the closed-form worlds, the chance of no effect, and a page of a small run."""

import argparse

import numpy as np
import pytest
import verdicts


def test_worlds_are_what_their_names_say():
    rng = np.random.default_rng(0)
    gains = {}
    for world in verdicts.WORLDS:
        t = verdicts.truth(world, rng)
        gains[world] = verdicts.days(verdicts.odds(*t[:2]), verdicts.clots(t[2]))[0]
    assert all(g[0] == 0 for g in gains.values())
    assert gains["nothing"][1:].max() < 0 and gains["cells kill"][1:].max() < 0
    assert (np.diff(gains["keeps rising"]) > 0).all()
    assert gains["harm by clots"].argmax() < 5 and gains["saturates early"][2] > 0.8 * gains["saturates early"].max()


def test_no_effect_is_bayes_rule_in_a_discrete_case():
    """Ten draws next to none of a hundred, with a likelihood twice the mean of all."""
    effect = np.ones((100, 2))
    effect[:10] = 0.01
    weight = np.where(np.arange(100) < 10, 2.0, 8 / 9)
    odds = 0.1 / 0.9 * 2.0
    assert verdicts.no_effect(effect, weight) == pytest.approx(odds / (1 + odds))


def test_harm_is_not_given_and_the_page_says_so(monkeypatch):
    monkeypatch.setattr(verdicts, "BANK", 3_000)
    rows = [
        verdicts.study(w, verdicts.Trial(people=400), np.random.default_rng([3, k]))
        for k, w in enumerate(verdicts.WORLDS)
    ]
    forms = {r["world"]: r["form"] for r in rows}
    assert forms["cells kill"] in ("do_not_give", "harm_too_likely") and forms["nothing"] != "give"
    assert all(r["loss_never"] == r["best"] >= 0 and r["factor"] <= 4 for r in rows)
    text = verdicts.page(verdicts.summary(rows), argparse.Namespace(replicates=1, people=400))
    assert all(f"| {world} |" in text for world in (*verdicts.WORLDS, "mean"))
