"""Logistic potency: coverage, the profile likelihood, tests of parallel curves, blocks and zero doses."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import f as fisher

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.logistic import band, logistic

DOSE = np.tile(np.repeat(4.0 ** np.arange(-4, 4), 3), 2)
SAMPLE = np.repeat([0, 1], 24)
LAYOUT = Layout(SAMPLE, DOSE)
TRUTH = np.log(0.7)


def simulated(n, seed, sd=0.3, g=1.0, slope=(1.2, 1.2), upper=(10.0, 10.0)):
    rng = np.random.Generator(np.random.Philox(seed))
    b, d = np.array(slope)[SAMPLE], np.array(upper)[SAMPLE]
    mean = 1 + (d - 1) / (1 + (DOSE * np.exp(TRUTH * SAMPLE)) ** b) ** g
    return mean + sd * rng.normal(size=(n, 48))


@pytest.mark.parametrize("five, g", [(False, 1.0), (True, 0.6)])
def test_limits_cover_as_stated(five, g):
    found = logistic(simulated(1000, 8, g=g), LAYOUT, five=five)
    kept = found.converged
    covered = (found.potency.low[kept, 0] < TRUTH) & (TRUTH < found.potency.high[kept, 0])
    assert kept.mean() > 0.98 and 0.93 <= covered.mean() <= 0.97
    assert 0.03 < (found.anova["non_parallelism"].p[kept] < 0.05).mean() < 0.07
    assert 0.03 < (found.anova["non_linearity"].p[kept] < 0.05).mean() < 0.07


def test_limits_are_near_those_of_the_profile_likelihood():
    y = simulated(1, 9)
    found = logistic(y, LAYOUT)
    s2, least = found.variance[0], found.fit.ss[0]

    def excess(m):  # the residual with the shift held: doses of the sample multiplied, one curve for both
        moved = Layout(np.append(SAMPLE * 0, 1), np.append(DOSE * np.exp(m * SAMPLE), 1.0))
        from hepatica.manufacturing.assay.models.logistic_fit import Structure, search, start

        x = np.log(moved.dose[:-1])
        s = Structure(x - x.mean(), np.ones((48, 1)), np.ones((48, 1)), np.empty((48, 0)), False)
        fit = search(y, s, start(y, s, np.zeros(48, int)))
        return (fit.ss[0] - least) / s2 - fisher.ppf(0.95, 1, found.df)

    m = found.potency.estimate[0, 0]
    low, high = brentq(excess, m - 1, m), brentq(excess, m, m + 1)
    assert (found.potency.low[0, 0], found.potency.high[0, 0]) == pytest.approx((low, high), abs=0.01)


def test_other_slopes_and_asymptotes_are_seen():
    steep = logistic(simulated(100, 10, slope=(1.2, 2.0)), LAYOUT)
    tall = logistic(simulated(100, 11, upper=(10.0, 12.0)), LAYOUT)
    assert (steep.anova["non_parallelism"].p < 0.05).mean() > 0.9
    assert np.median(steep.similarity["slope"].estimate) == pytest.approx(2 / 1.2, rel=0.05)
    assert np.median(tall.similarity["upper"].estimate) == pytest.approx(2 / 9, rel=0.1)
    assert abs(np.median(tall.similarity["lower"].estimate)) < 0.02


def test_a_rising_curve_mirrors_a_falling_one():
    y = simulated(1, 12)
    down, up = logistic(y, LAYOUT), logistic(11 - y, LAYOUT)
    assert down.slope[0] > 0 > up.slope[0] and up.potency.low == pytest.approx(down.potency.low, abs=1e-5)
    assert up.log_ed50 == pytest.approx(down.log_ed50, abs=1e-5)


def test_half_maximal_dose_of_an_asymmetric_curve():
    found = logistic(simulated(1, 13, sd=0.01, g=0.6), LAYOUT, five=True)
    middle, _, _ = band(found, 0, 0, np.array([found.log_ed50[0, 0] - np.log(DOSE).mean()]))
    assert middle[0] == pytest.approx((found.lower[0] + found.upper[0]) / 2, rel=1e-6)


def test_blocks_are_taken_out_and_zero_doses_sit_on_the_asymptote():
    blocks = np.tile([0, 1, 2], 16)
    y = simulated(1, 14) + np.array([0.0, 5.0, -3.0])[blocks]
    found = logistic(y, Layout(SAMPLE, DOSE, (blocks,)))
    plain = logistic(simulated(1, 14), LAYOUT)
    assert found.anova["blocks"].df == 2 and found.potency.estimate == pytest.approx(plain.potency.estimate, abs=0.03)
    dose = np.where(DOSE == DOSE.min(), 0.0, DOSE)
    zero = logistic(simulated(1, 14), Layout(SAMPLE, dose))
    assert zero.converged[0] and zero.potency.estimate == pytest.approx(plain.potency.estimate, abs=0.03)


def test_band_covers_the_mean_at_a_dose():
    found = logistic(simulated(300, 15), LAYOUT)
    x = np.array([np.log(0.5) - np.log(DOSE).mean()])
    truth = 1 + 9 / (1 + 0.5**1.2)
    covered = [low[0] < truth < high[0] for _, low, high in (band(found, i, 0, x) for i in range(300))]
    assert 0.91 < np.mean(covered) < 0.985


def test_without_replicates_the_error_is_that_of_separate_curves():
    once = np.arange(48) % 3 == 0
    found = logistic(simulated(1, 16)[:, once], Layout(SAMPLE[once], DOSE[once]))
    assert found.df == 16 - 8 and "non_linearity" not in found.anova


def test_too_few_doses_are_refused():
    few = DOSE < 0.1
    with pytest.raises(InputError, match="at least 5"):
        logistic(simulated(1, 17)[:, few], Layout(SAMPLE[few], DOSE[few]), five=True)
