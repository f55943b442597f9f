"""Arithmetic of `experiments/knife_edge.py`: an AUC with deaths by chance, a parameter held, a summary over draws."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hepatica.patients import Cohort, Draws

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def knife():
    spec = importlib.util.spec_from_file_location("knife_edge", ROOT / "experiments/knife_edge.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_auc_of_chances_is_what_drawing_deaths_gives(knife):
    rng = np.random.default_rng(1)
    score, chance = rng.integers(10, 20, 60).astype(float), rng.random(60)
    above = tied = pairs = 0.0
    for _ in range(1500):
        dead = rng.random(60) < chance
        gap = score[dead][:, None] - score[~dead]
        above, tied, pairs = above + (gap > 0).sum(), tied + (gap == 0).sum(), pairs + gap.size
    assert knife.auc(score, chance) == pytest.approx((above + tied / 2) / pairs, abs=0.005)
    assert knife.auc(np.arange(4.0), np.array([0.0, 0.0, 1.0, 1.0])) == 1.0


def test_a_parameter_stands_at_its_value_in_every_draw(knife, system, population):
    draws = Draws.prior(system.model, 5, seed=1)
    for name, grid in knife.GRID.items():
        for value in grid:
            known = knife.pinned(system, draws, name, value)
            held = Cohort(system.model, population, 1, np.arange(5), np.arange(5), known).prior_values()
            assert held[name] == pytest.approx(
                np.full(5, value * system.model.parameters[name].value / system.model.parameters[name].entry.value)
            )
            assert (
                held["tnf_half"]
                == Cohort(system.model, population, 1, np.arange(5), np.arange(5), draws).prior_values()["tnf_half"]
            ).all()


def test_summary_is_mean_and_interval_over_draws(knife):
    rows = [
        {
            "value": 1.0,
            "way": "w",
            "hypothesis": "h",
            "draw": k,
            "dead": float(k),
            "auc": 0.5,
            "gain": 2.0 * k,
            "failed": 0,
        }
        for k in range(101)
    ]
    row = knife.summed(pd.DataFrame(rows)).iloc[0]
    assert row["dead"] == 50 and (row["dead_low"], row["dead_high"]) == pytest.approx((5, 95)) and row["draws"] == 101
    assert knife.interval(row, "gain", 1) == "100.0 (10.0 to 190.0)"


def test_the_page_holds_what_is_written_by_hand_and_every_value(knife):
    page = (ROOT / "docs/knife-edge.md").read_text(encoding="utf-8")
    assert (ROOT / "docs/img/knife-edge.svg").exists() and "written by hand" in page
    for name, grid in knife.GRID.items():
        part = page.split(f"## `{name}`")[1].split("Prior:")[0]
        assert all(f"\n| {value:g} | " in part for value in grid)
