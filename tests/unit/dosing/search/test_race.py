"""Sequential halving."""

import numpy as np
import pytest

from hepatica.dosing.search.outcomes import Outcomes
from hepatica.dosing.search.race import race, ranked, schedule

RNG = np.random.Generator(np.random.Philox(11))
TRUTH = RNG.normal(size=90)
NOISE = RNG.normal(size=(90, 400)) * 2.0


def outcomes(left, first, last):
    gain = (5 + TRUTH[left, None] + NOISE[left, first:last])[None]
    return Outcomes(gain, np.zeros_like(gain), np.zeros((0, *gain.shape)))


def test_rungs_spend_about_alike_and_end_where_they_should():
    rungs = schedule(2000, 32, keep=1 / 3, most=400, least=8)
    assert rungs[0] == (2000, 32) and rungs[-1].patients == 400
    spent = [b.candidates * (b.patients - a.patients) for a, b in zip(rungs, rungs[1:], strict=False)]
    assert all(s <= 64_000 for s in spent)
    assert schedule(8, 10, keep=0.5, most=100, least=8) == ((8, 10),)


def test_the_last_rung_ranks_by_all_patients_of_the_finalists():
    rungs = schedule(90, 20, keep=1 / 3, most=400, least=4)
    found = race(outcomes, outcomes(np.arange(90), 0, 20), np.empty(0), rungs)
    mean = 5 + TRUTH + NOISE.mean(axis=1)
    assert len(found.entrants) == rungs[-1].candidates
    assert found.entrants.tolist() == sorted(found.entrants, key=lambda k: -mean[k])
    assert found.outcomes.gain[0, 0] == pytest.approx((5 + TRUTH + NOISE.T)[:, found.entrants[0]])
    assert found.regret[0] == 0.0


def test_the_race_finds_what_the_first_rung_alone_would_miss():
    """Mean true value of the winner, over races with other patients."""
    won, first = [], []
    for seed in range(30):
        noise = np.random.Generator(np.random.Philox(seed)).normal(size=(90, 400)) * 4.0

        def told(left, a, b, noise=noise):
            gain = (5 + TRUTH[left, None] + noise[left, a:b])[None]
            return Outcomes(gain, np.zeros_like(gain), np.zeros((0, *gain.shape)))

        start = told(np.arange(90), 0, 20)
        found = race(told, start, np.empty(0), schedule(90, 20, keep=1 / 3, most=400, least=4))
        won.append(TRUTH[found.entrants[0]])
        first.append(TRUTH[ranked(start, np.empty(0))[0]])
    assert np.mean(won) > np.mean(first) and TRUTH.max() - np.mean(won) < 0.2
