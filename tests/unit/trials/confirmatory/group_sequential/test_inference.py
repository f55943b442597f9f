import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential import inference
from hepatica.trials.confirmatory.group_sequential.design import design_group_sequential
from hepatica.trials.confirmatory.group_sequential.shapes import OBrienFleming, Pocock
from hepatica.trials.confirmatory.group_sequential.spending import HwangShihDeCani, LanDeMetsOBrienFleming

DESIGN = design_group_sequential(3, Pocock())


def results(design, drift, trials, seed=4):
    t = design.fractions
    steps = np.random.default_rng(seed).standard_normal((trials, len(t))) * np.sqrt(np.diff(t, prepend=0))
    z = (np.cumsum(steps, axis=1) + drift * t) / np.sqrt(t)
    stops = (z >= design.critical) | (z < design.futility)
    stops[:, -1] = True
    look = stops.argmax(axis=1)
    return look + 1, z[np.arange(trials), look]


def test_one_look_is_the_usual_interval():
    fixed = design_group_sequential(1, OBrienFleming())
    found = inference.stagewise_inference(fixed, 1, 2.3, max_information=4.0)
    assert found.estimate == pytest.approx(1.15) and found.p_value == pytest.approx(norm.sf(2.3))
    np.testing.assert_allclose(found.interval, (2.3 + norm.ppf([0.025, 0.975])) / 2, atol=1e-8)


@pytest.mark.parametrize("drift", [0.0, 2.5])
def test_p_value_under_the_truth_is_uniform_so_that_intervals_cover(drift):
    look, z = results(DESIGN, drift, 3000)
    p = np.array([inference.stagewise_p_value(DESIGN, k, x, drift) for k, x in zip(look, z, strict=True)])
    for q in (0.025, 0.5, 0.975):
        assert (p <= q).mean() == pytest.approx(q, abs=4 * np.sqrt(q * (1 - q) / 3000))


def test_ordering_puts_early_crossing_above_all():
    p = [
        inference.stagewise_p_value(DESIGN, *result)
        for result in ((1, 4.0), (1, 2.3), (2, 5.0), (2, 2.3), (3, 5.0), (3, -1))
    ]
    assert p == sorted(p)


def test_p_value_at_the_final_boundary_is_alpha():
    assert inference.stagewise_p_value(DESIGN, 3, DESIGN.critical[-1]) == pytest.approx(0.025, abs=1e-10)


def test_estimate_lies_below_the_naive_one_after_stopping_early():
    found = inference.stagewise_inference(DESIGN, 2, 2.4)
    assert found.estimate < found.naive and found.interval.low < found.estimate < found.interval.high


def test_non_binding_futility_does_not_change_inference():
    options = {"beta": 0.1}
    bare = design_group_sequential(2, LanDeMetsOBrienFleming(), **options)
    loose = design_group_sequential(2, LanDeMetsOBrienFleming(), futility=HwangShihDeCani(-2), **options)
    assert inference.stagewise_p_value(bare, 2, 1.5) == inference.stagewise_p_value(loose, 2, 1.5)


def test_repeated_interval_excludes_zero_exactly_when_the_boundary_is_crossed():
    inside, outside = (inference.repeated_interval(DESIGN, 2, DESIGN.critical[1] + d) for d in (-1e-9, 1e-9))
    assert inside.low < 0 < outside.low


def test_repeated_intervals_cover_at_all_looks_together():
    design = design_group_sequential(3, OBrienFleming(), alpha=0.05, two_sided=True)
    t, drift = design.fractions, 1.7
    z = (
        np.cumsum(np.random.default_rng(6).standard_normal((100_000, 3)) * np.sqrt(1 / 3), axis=1) + drift * t
    ) / np.sqrt(t)
    low, high = zip(*(inference.repeated_interval(design, k + 1, 0.0) for k in range(3)), strict=True)
    covered = ((z / np.sqrt(t) + low <= drift) & (drift <= z / np.sqrt(t) + high)).all(axis=1)
    assert covered.mean() == pytest.approx(0.95, abs=0.003)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: inference.stagewise_inference(DESIGN, 4, 2.0),
        lambda: inference.stagewise_inference(DESIGN, 1, np.nan),
        lambda: inference.stagewise_inference(DESIGN, 1, 2.0, level=1.0),
    ],
)
def test_impossible_questions_are_refused(ask):
    with pytest.raises(InputError):
        ask()


def test_repeated_p_values_are_those_of_rpact_and_reject_as_the_design_does():
    """rpact 3.3.4: getRepeatedPValues of two stages, information 0.4, 0.7, 1, Lan-DeMets O'Brien-Fleming."""
    at, z = [0.4, 0.7, 1.0], [1.23295986299, 2.89321874402]
    p = inference.repeated_p_value(at, LanDeMetsOBrienFleming(), z)
    assert p == pytest.approx([0.310475728476, 0.0094452178669], abs=1e-6)
    design = design_group_sequential(at, LanDeMetsOBrienFleming(), alpha=float(p[1]))
    assert design.critical[1] == pytest.approx(z[1], abs=1e-6)
    both = inference.repeated_p_value(3, Pocock(), [-2.0, 2.5], two_sided=True)
    side = design_group_sequential(3, Pocock(), alpha=float(both[1]), two_sided=True)
    assert side.critical[1] == pytest.approx(2.5, abs=1e-6)
    assert inference.repeated_p_value(2, Pocock(), [-1.0]) == pytest.approx([1.0])
    with pytest.raises(InputError, match="1 to 2 looks"):
        inference.repeated_p_value(2, Pocock(), [1.0, 1.0, 1.0])
