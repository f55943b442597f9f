"""CUSUM: plain recursion, run lengths by simulation and against Montgomery's table."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.charts.cusum import cusum_chart, cusum_decision, cusum_run_length

TABLE = {  # Montgomery, Introduction to Statistical Quality Control: k 0.5, two sides, by shift
    4.0: {0: 168, 0.25: 74.2, 0.5: 26.6, 0.75: 13.3, 1: 8.38, 1.5: 4.75, 2: 3.34, 2.5: 2.62, 3: 2.19, 4: 1.71},
    5.0: {0: 465, 0.25: 139, 0.5: 38.0, 0.75: 17.0, 1: 10.4, 1.5: 5.75, 2: 4.01, 2.5: 3.11, 3: 2.57, 4: 2.01},
}


@pytest.mark.parametrize("h", TABLE)
def test_run_lengths_of_the_textbook(h):
    for shift, printed in TABLE[h].items():
        assert cusum_run_length(shift, decision=h) == pytest.approx(printed, rel=5e-3)


@pytest.mark.parametrize("shift", [0.5, 1.0])
def test_two_sides_with_a_head_start_by_simulation(shift):
    """Both sums of every run at once; a shorter chart without a head start is longer."""
    rng, runs = np.random.Generator(np.random.Philox(3)), 6000
    up, down, length, going = np.full(runs, 2.0), np.full(runs, 2.0), np.zeros(runs), np.ones(runs, bool)
    while going.any():
        z = rng.standard_normal(runs) + shift
        up, down = np.maximum(0.0, up + z - 0.5), np.maximum(0.0, down - z - 0.5)
        length += going
        going &= (up <= 4.0) & (down <= 4.0)
    exact = cusum_run_length(shift, decision=4.0, head_start=2.0)
    assert abs(length.mean() - exact) < 3.5 * length.std() / np.sqrt(runs)
    assert exact < cusum_run_length(shift, decision=4.0)


def test_run_length_with_a_head_start_by_simulation():
    rng = np.random.Generator(np.random.Philox(1))
    lengths = []
    for _ in range(3000):
        s, n = 2.0, 0
        while s <= 4.0:
            s, n = max(0.0, s + rng.standard_normal() + 0.5 - 0.5), n + 1
        lengths.append(n)
    exact = cusum_run_length(0.5, decision=4.0, head_start=2.0, two_sided=False)
    assert abs(np.mean(lengths) - exact) < 3.5 * np.std(lengths) / np.sqrt(3000)


def test_two_sides_by_simulation():
    rng = np.random.Generator(np.random.Philox(2))
    lengths = []
    for _ in range(1200):
        up = down = 0.0
        n = 0
        while max(up, down) <= 2.5:
            z = rng.standard_normal()
            up, down, n = max(0.0, up + z - 0.5), max(0.0, down - z - 0.5), n + 1
        lengths.append(n)
    assert abs(np.mean(lengths) - cusum_run_length(0.0, decision=2.5)) < 3.5 * np.std(lengths) / np.sqrt(1200)


def test_sums_and_onset():
    x = np.array([0.0, 0.2, -0.1, 2.0, 2.0, 2.0, 2.0, 2.0])
    found = cusum_chart(x, 0.0, 1.0, decision=4.0)
    up = 0.0
    for i, value in enumerate(x):
        up = max(0.0, up + value - 0.5)
        assert found.high[i] == pytest.approx(up) and found.low[i] <= 0
    assert found.beyond.tolist() == [5, 6, 7] and found.onset[5] == 3
    assert cusum_chart(-x, 0.0, 1.0, decision=4.0).beyond.tolist() == [5, 6, 7]
    quick = cusum_chart(x[3:], 0.0, 1.0, decision=4.0, head_start=2.0)
    assert quick.beyond[0] == 1
    assert cusum_chart(x, 0.0, 2.0, size=4, decision=4.0).beyond.tolist() == [5, 6, 7]


def test_decision_interval_is_found_again():
    assert cusum_decision(cusum_run_length(0.0, decision=4.2)) == pytest.approx(4.2, abs=1e-6)


def test_bad_input_is_refused():
    for call in (
        lambda: cusum_chart([1.0], 0.0, 1.0, decision=0.0),
        lambda: cusum_chart([1.0], 0.0, 1.0, head_start=5.0),
        lambda: cusum_chart([1.0], 0.0, -1.0),
        lambda: cusum_run_length(0.0, decision=4.0, head_start=3.0),
        lambda: cusum_run_length(0.0, decision=4.0, head_start=4.0, two_sided=False),
        lambda: cusum_decision(1.0),
    ):
        with pytest.raises(InputError):
            call()
