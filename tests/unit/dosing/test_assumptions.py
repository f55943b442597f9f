"""Deciding assumptions: rank correlations against SciPy's, the chance threshold, and which parameters are named."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from hepatica.dosing.assumptions import MIN_DRAWS, rank_assumptions, spearman
from hepatica.patients import Cohort, DrawKey, Draws


def test_rank_correlation_of_many_rows_is_that_of_scipy():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(5, 60)).round(1), rng.normal(size=60).round(1)  # with ties
    x[3] = 2.0
    expected = [spearmanr(row, y).statistic for row in np.delete(x, 3, axis=0)]
    np.testing.assert_allclose(np.delete(spearman(x, y), 3), expected, rtol=1e-12)
    assert spearman(x, y)[3] == 0.0 and (spearman(x, np.ones(60)) == 0.0).all()


def test_chance_is_no_assumption(cohort):
    rng = np.random.default_rng(12)
    named = [len(rank_assumptions(rng.normal(size=len(cohort.patient)), cohort)) for _ in range(10)]
    assert sum(n > 0 for n in named) <= 4  # 10 % by Bonferroni


def test_no_spread_and_few_draws_name_nothing(cohort):
    assert rank_assumptions(np.ones(len(cohort.patient)), cohort) == ()
    few = cohort.take(np.flatnonzero(cohort.draw < 5))
    assert rank_assumptions(np.arange(len(few.patient), dtype=float), few) == ()


def gain_by(cohort, name, noise=0.0, sign=1.0, seed=0):
    """Gain of each patient that rises with a parameter's draw."""
    order = np.argsort(np.argsort(cohort.prior_values()[name][:40]))
    own = sign * order[cohort.draw] / 39 + 10.0
    return own + noise * np.random.default_rng(seed).standard_normal(len(own))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_parameter_that_moves_the_gain_is_named_with_its_sign(cohort, sign):
    first = rank_assumptions(gain_by(cohort, "efficacy_repair", sign=sign), cohort)[0]
    entry = cohort.model.parameters["efficacy_repair"].entry
    assert (first.parameter, first.label, first.grade) == ("efficacy_repair", entry.label, entry.grade)
    assert abs(first.correlation - sign * spearman_of(cohort, "efficacy_repair")) < 1e-9


def spearman_of(cohort, name):
    """Of a parameter with its own rank: below 1 where draws tie at a spike."""
    values = cohort.prior_values()[name][:40]
    return spearmanr(values, np.argsort(np.argsort(values))).statistic


def test_strength_decides_the_order_and_the_number(cohort):
    both = gain_by(cohort, "death_lung") + 0.7 * gain_by(cohort, "efficacy_repair")
    named = rank_assumptions(both, cohort)
    assert [a.parameter for a in named[:2]] == ["death_lung", "efficacy_repair"]
    assert len(rank_assumptions(both, cohort, top=1)) == 1
    strengths = [abs(a.correlation) for a in named]
    assert strengths == sorted(strengths, reverse=True)


def test_failed_patients_and_the_others_of_a_draw_are_averaged(cohort):
    gain = gain_by(cohort, "death_lung")
    gain[:40] += 100.0 * np.where(np.arange(40) % 2, 1, -1)  # undone by the two others of each draw
    gain[40:80] -= 100.0 * np.where(np.arange(40) % 2, 1, -1)
    whole = rank_assumptions(gain, cohort)[0]
    gain[80:] = np.nan
    left_out = rank_assumptions(gain, cohort)[0]
    assert whole.parameter == left_out.parameter == "death_lung" and left_out.correlation > 0.999


def test_ten_draws_are_enough_to_look_and_nine_are_not(cohort):
    gain = gain_by(cohort, "death_lung")
    for n in (MIN_DRAWS, MIN_DRAWS - 1):
        some = cohort.take(np.flatnonzero(cohort.draw < n))
        named = rank_assumptions(gain[cohort.draw < n], some)
        assert bool(named) == (n >= 10)


def test_draws_under_several_hypotheses_are_averaged(cohort):
    rng = np.random.default_rng(5)
    a, b = rng.standard_normal((2, 40))
    keys = [DrawKey.coordinate("death_lung", h) for h in ("label_is_cells", "lung_only")]
    draws = Draws(dict(zip(keys, (a, -a), strict=True)))
    known = Cohort(cohort.model, cohort.population, cohort.seed, cohort.patient, cohort.draw, draws)
    one = rank_assumptions(a[cohort.draw], known, ["label_is_cells"])
    assert one[0].parameter == "death_lung" and one[0].correlation == pytest.approx(1.0)
    other = rank_assumptions(a[cohort.draw], known, ["lung_only"])
    assert other[0].parameter == "death_lung" and other[0].correlation == pytest.approx(-1.0)
    both = {x.parameter: x.correlation for x in rank_assumptions(a[cohort.draw], known, [k.hypothesis for k in keys])}
    assert abs(both.get("death_lung", 0.0)) < 0.95


def named_by_scipy(gain, cohort):
    """Names whose rank correlation is stronger than chance, one SciPy test a parameter, corrected by Bonferroni."""
    draws = np.unique(cohort.draw)
    means = [gain[cohort.draw == d].mean() for d in draws]
    values = {n: np.array([v[cohort.draw == d][0] for d in draws]) for n, v in cohort.prior_values().items()}
    varies = {n: v for n, v in values.items() if np.ptp(v) > 0}
    return {n for n, v in varies.items() if spearmanr(v, means).pvalue * len(values) < 0.1}


def test_the_threshold_is_that_of_scipy_corrected_for_all_parameters(cohort):
    """Over noises from hardly any to all, so that some correlations fall next to the threshold; ten draws and forty."""
    few = cohort.take(np.flatnonzero(cohort.draw < 12))
    for who, scale in ((cohort, 1.0), (few, 0.3)):
        sizes = set()
        for seed, noise in enumerate(np.linspace(0.0, scale, 25)):
            gain = gain_by(cohort, "death_lung", noise=noise, seed=seed)[np.isin(cohort.patient, who.patient)]
            named = {a.parameter for a in rank_assumptions(gain, who, top=1000)}
            assert named == named_by_scipy(gain, who)
            sizes.add(len(named))
        assert len(sizes) > 1


def test_a_draw_counts_by_its_mean_however_few_patients_are_left(cohort):
    """One, two or three patients of a draw: neither the number nor a draw of one patient changes its mean."""
    gain = gain_by(cohort, "death_lung")
    gain[40:80][np.arange(40) % 3 == 0] = np.nan
    gain[80:][np.arange(40) % 3 < 2] = np.nan
    first = rank_assumptions(gain, cohort)[0]
    assert first.parameter == "death_lung" and first.correlation == pytest.approx(1.0)
