"""Replays: published designs are trials, and what a replay reports is what a loop over its patients finds."""

import tomllib
from importlib.resources import files

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.evidence import load
from hepatica.trials.virtual.conduct.block import TrialBlock
from hepatica.trials.virtual.conduct.measurement import Measurements
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.replay import (
    PUBLISHED,
    PublishedTrial,
    Result,
    load_published,
    observed_difference,
    replay,
)


@pytest.mark.parametrize("key", PUBLISHED)
def test_published_trials_agree_with_the_evidence(key):
    published, source = load_published(key), load(key)
    assert published.trial.patients == sum(arm.n for arm in source.arms)
    assert len(published.trial.arm) == len(source.arms) and published.trial.population == source.population
    for result in published.results:
        assert result.cite.lower().startswith(key)
    text = files("hepatica.trials.published").joinpath(f"{key}.toml").read_text(encoding="utf-8")
    assert set(tomllib.loads(text)["product"]) == {"source", "donor"}


def test_lin_needs_230_patients(make_trial, flat_bank):
    published = load_published("lin2017")
    trial = make_trial()
    small = PublishedTrial("x", trial, published.results[:1])
    rows = replay(small, flat_bank(trial, (0.0059, 0.0031)), trials=500)
    assert rows[0].needed == 230
    assert rows[0].mean == pytest.approx(np.exp(-0.59) - np.exp(-0.31), abs=0.02)
    assert 0.3 < rows[0].as_large.value < 0.75 and rows[0].low < rows[0].mean < rows[0].high


@pytest.mark.parametrize(
    ("measure", "extra"),
    [("dead", {}), ("infected", {}), ("mean", {"lab": "meld"}), ("fall", {"lab": "bilirubin"})],
)
def test_what_is_observed_is_what_a_loop_finds(make_trial, flat_bank, measure, extra):
    ends = [{"name": n, "kind": "lab", "lab": n} for n in ("meld", "bilirubin")]
    trial = make_trial(endpoint=ends, dropout={"per_month": 0.2})
    bank = flat_bank(trial, (0.01, 0.005), labs={"meld": 20.0, "bilirubin": 8.0})
    bank.outcomes["label_is_cells"].infection[...] = np.where(np.arange(40) % 3, np.inf, 20.0)
    block = TrialBlock(trial, Scenario("label_is_cells", Truth.AVERAGE), bank, eligible_patients(bank, trial), 0, 100)
    m = Measurements(block)
    result = Result(measure=measure, arm=1, against=0, day="28 d", value=0.1, other=0.2, cite="x", **extra)
    found = observed_difference(block, m, result)
    for r in (0, 99):
        arms = []
        for a in (0, 1):
            values = []
            for i in np.flatnonzero(block.arm[r] == a):
                if measure == "dead":
                    values.append(block.death[r, i] <= 28)
                elif measure == "infected":
                    values.append(block.event("infection")[r, i] <= 28 and block.death[r, i] > 20)
                elif not np.isnan(m.observed(result.lab, 28.0)[r, i]):
                    seen = m.observed(result.lab, 28.0)[r, i]
                    values.append((seen, m.measured(result.lab, 0.0)[r, i]))
            if measure == "fall":
                pairs = np.array(values)
                arms.append(1 - pairs[:, 0].mean() / pairs[:, 1].mean())
            else:
                arms.append(np.mean([v[0] if isinstance(v, tuple) else v for v in values]))
        assert found[r] == pytest.approx(arms[1] - arms[0], abs=1e-9)


def test_an_unknown_trial_is_refused():
    with pytest.raises(InputError, match="lin2017"):
        load_published("nobody2020")
