"""Readers of a known truth: weights that give each reader's own prior back, and their chance of no effect."""

import numpy as np
import pytest
from known_truth_readers import MODEL, PRIORS, Held, by_reader, judged, summary, table

from hepatica.calibrate.readers import READERS
from hepatica.dosing.readers import NULL_EFFECT


def test_without_evidence_each_reader_holds_the_own_prior():
    effect = np.random.default_rng(1).normal(0.5, 0.6, (2, 40_000))
    effect[0, :100] = np.nan  # draws that made no patients
    held = by_reader(effect, Held(np.full(effect.shape, 1 / effect.shape[1]), [0.1, 0.1]))
    assert set(held) == set(PRIORS) and held[MODEL].nothing == [0.1, 0.1]
    for name, reader in READERS.items():
        weights, nothing = held[name]
        assert weights.sum(axis=1) == pytest.approx(1) and (weights[0, :100] == 0).all()
        mean = weights[1] @ effect[1]
        assert mean == pytest.approx(reader.mean, abs=0.03)
        assert np.sqrt(weights[1] @ (effect[1] - mean) ** 2) == pytest.approx(reader.sd, abs=0.03)
        assert nothing == pytest.approx([NULL_EFFECT[name]] * 2)


def test_the_less_favourable_hypothesis_counts_and_ranks_are_of_the_truth():
    outcomes = {"top": 2, "gain": [4.0, 1.0], "against": [0.1, 0.5], "nothing": [0.0, 0.2], "confident": False}
    found = judged(outcomes, np.array([0.0, 5.0, 3.0, -1.0]))
    assert found["gain"] == pytest.approx(0.8) and found["benefit"] == pytest.approx(0.4)
    assert (found["true"], found["rank"]) == (3.0, 2)


def test_means_of_a_world_have_their_errors():
    row = {"gain": 1.0, "rank": 2, "benefit": 0.5, "top": 1, "confident": True}
    rows = [{"world": "b", "readers": {p: row | {"true": t} for p in PRIORS}} for t in (1.0, 3.0)]
    lines = summary([*rows, {"world": "b", "left": "the truth made no patients"}])
    assert [x["prior"] for x in lines] == list(PRIORS) and lines[0]["replicates"] == 2
    assert (lines[0]["true"], lines[0]["true_error"]) == (2.0, pytest.approx(1.0))
    assert "| 2 of 2 | 1.0 ± 0.0 | 2.0 ± 1.0 | 2.0 ± 0.0 | 50 ± 0 % | 2 |" in table(lines, 25)[2]
