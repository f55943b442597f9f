"""Cross-over assays: strata against hand sums and a mixed model, coverage, lost responses, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.cross_over import cross_over
from hepatica.manufacturing.assay.models.design import Design, Layout

GROUPS = ((("S", 1), ("T", 2)), (("S", 2), ("T", 1)), (("T", 1), ("S", 2)), (("T", 2), ("S", 1)))  # by period


def twin(each):
    """Layout of the twin cross-over, `each` subjects in a group, and the group of each response."""
    rows = [
        (name == "T", level, 4 * i + g, period, g)
        for i in range(each)
        for g, given in enumerate(GROUPS)
        for period, (name, level) in enumerate(given)
    ]
    sample, dose, subject, period, group = map(np.array, zip(*rows, strict=True))
    return Layout(sample.astype(int), dose.astype(float), (subject, period), is_cross_over=True), group


def responses(layout, seed, *, assays=1, slope=2.0, ratio=0.8, tilt=0.0, subject_sd=3.0, sd=1.0):
    rng = np.random.Generator(np.random.Philox(seed))
    subject, period = layout.blocks
    mean = 10 + slope * (1 + tilt * layout.sample) * np.log(layout.dose) + slope * np.log(ratio) * layout.sample
    y = mean + 0.7 * period + subject_sd * rng.standard_normal((assays, subject.max() + 1))[:, subject]
    return y + sd * rng.standard_normal((assays, len(subject)))


def test_sums_of_squares_of_the_twin_cross_over_by_contrasts_of_group_means():
    """With equal groups each degree of freedom is a contrast of the eight means, so that sums need no matrix."""
    (layout, group), each = twin(5), 5
    y = responses(layout, 1)[0]
    found = cross_over(y[None], layout).anova
    period = layout.blocks[1]
    mean = np.array([[y[(group == g) & (period == p)].mean() for p in (0, 1)] for g in range(4)])
    is_test = np.array([[name == "T" for name, _ in given] for given in GROUPS])
    is_high = np.array([[level == 2 for _, level in given] for given in GROUPS])
    prep, dose, when = 2 * is_test - 1, 2 * is_high - 1, np.array([[-1, 1]] * 4)
    contrasts = {
        "preparations": prep, "regression": dose, "non_parallelism": prep * dose, "periods": when,
        "periods_preparations": when * prep, "periods_regression": when * dose,
        "periods_non_parallelism": when * prep * dose,
    }  # fmt: skip
    for name, c in contrasts.items():
        assert found[name].df == 1
        assert found[name].ss[0] == pytest.approx(each * (c * mean).sum() ** 2 / 8, abs=1e-9), name
    total = np.array([y[layout.blocks[0] == s].sum() for s in range(4 * each)])
    gap = np.array([np.diff(y[layout.blocks[0] == s])[0] for s in range(4 * each)])
    by_group = np.arange(4 * each) % 4
    between = sum(((total[by_group == g] - total[by_group == g].mean()) ** 2).sum() for g in range(4)) / 2
    within = sum(((gap[by_group == g] - gap[by_group == g].mean()) ** 2).sum() for g in range(4)) / 2
    assert found["residual_between"].ss[0] == pytest.approx(between) and found["residual_between"].df == 16
    assert found["residual"].ss[0] == pytest.approx(within) and found["residual"].df == 16
    f = found["non_parallelism"].ss[0] / (between / 16)
    assert found["non_parallelism"].f[0] == pytest.approx(f)
    assert found["regression"].f[0] == pytest.approx(found["regression"].ss[0] / (within / 16))


def test_potency_is_that_of_differences_within_subjects():
    """Slope and shift by hand from the means of the groups' differences."""
    layout, group = twin(6)
    y = responses(layout, 2)[0]
    gap = {g: np.mean([np.diff(y[layout.blocks[0] == s])[0] for s in np.unique(layout.blocks[0][group == g])])
           for g in range(4)}  # fmt: skip
    # second less first: T2 - S1, T1 - S2, S2 - T1, S1 - T2; each plus the period
    shift = (gap[0] + gap[1] - gap[2] - gap[3]) / 4
    slope = (gap[0] - gap[1] + gap[2] - gap[3]) / 4 / np.log(2)
    found = cross_over(y[None], layout)
    assert found.slope[0] == pytest.approx(slope) and found.potency.estimate[0, 0] == pytest.approx(shift / slope)
    t2 = 2.085963447**2  # Student's quantile, 20 degrees of freedom
    spread = 48 * (np.log(2) / 2) ** 2  # of log dose, all of it within subjects
    assert found.potency.g[0, 0] == pytest.approx(t2 * found.variance[0] / spread / slope**2)


def test_slopes_by_generalised_least_squares_agree_with_a_mixed_model():
    layout, _ = twin(6)
    y = responses(layout, 3, tilt=0.4, slope=4.0)
    ratio = cross_over(y, layout).similarity.estimate[0, 0]
    table = pd.DataFrame({"y": y[0], "x": np.log(layout.dose), "s": layout.sample.astype(str), "p": layout.blocks[1]})
    fit = smf.mixedlm("y ~ 0 + s + s:x + p", table, groups=layout.blocks[0]).fit(reml=True)
    assert ratio == pytest.approx(fit.fe_params["s[1]:x"] / fit.fe_params["s[0]:x"], rel=2e-2)


def test_limits_hold_the_potency_and_the_tests_hold_their_level():
    layout, _ = twin(5)
    y = responses(layout, 4, assays=3000)
    found = cross_over(y, layout)
    low, high = found.potency.low[:, 0], found.potency.high[:, 0]
    assert 0.93 <= ((low < np.log(0.8)) & (np.log(0.8) < high)).mean() <= 0.97
    for name in ("non_parallelism", "periods_preparations", "periods_regression", "periods_non_parallelism"):
        assert 0.035 <= (found.anova[name].p < 0.05).mean() <= 0.065, name
    ratio = cross_over(
        responses(layout, 8, assays=3000, slope=12.0), layout
    ).similarity  # 90 %, fewer degrees of freedom
    assert 0.88 <= ((ratio.low[:, 0] < 1) & (ratio.high[:, 0] > 1)).mean() <= 0.94


def test_a_lost_response_leaves_its_subject_between():
    layout, _ = twin(4)
    y = responses(layout, 5)
    kept = np.arange(len(layout.dose)) != 7
    less = Layout(layout.sample[kept], layout.dose[kept], tuple(b[kept] for b in layout.blocks), is_cross_over=True)
    found = cross_over(y[:, kept], less)
    assert found.anova["residual"].df == cross_over(y, layout).anova["residual"].df - 1
    assert found.anova["non_parallelism"].df == 1 and np.isfinite(found.anova["non_parallelism"].p[0])
    complete = layout.blocks[0] != layout.blocks[0][7]
    number = np.unique(layout.blocks[0][complete], return_inverse=True)[1]
    pairs = Layout(
        layout.sample[complete], layout.dose[complete], (number, layout.blocks[1][complete]), is_cross_over=True
    )
    other = cross_over(y[:, complete], pairs)  # a subject seen once tells nothing within subjects
    assert found.potency.estimate[0, 0] == pytest.approx(other.potency.estimate[0, 0])
    assert found.variance[0] == pytest.approx(other.variance[0])


def test_three_periods_put_every_term_within():
    """Six subjects receive all of three doses of both samples, in six periods by a cyclic square."""
    square = (np.arange(6)[:, None] + np.arange(6)) % 6
    cell, subject, period = square.ravel(), np.repeat(np.arange(6), 6), np.tile(np.arange(6), 6)
    layout = Layout(np.repeat([0, 1], 3)[cell], np.tile([1.0, 2.0, 4.0], 2)[cell], (subject, period), True)
    assert layout.design is Design.CROSS_OVER
    rows = cross_over(responses(layout, 6), layout).anova
    assert list(rows).index("subjects") < list(rows).index("non_parallelism")
    assert rows["non_linearity"].df == 2


def test_what_is_no_cross_over_is_refused():
    layout, group = twin(3)
    y = responses(layout, 7)
    with pytest.raises(InputError, match="subjects and periods"):
        cross_over(y, Layout(layout.sample, layout.dose, layout.blocks))
    with pytest.raises(InputError, match="one period"):
        cross_over(y, Layout(layout.sample, layout.dose, (layout.blocks[0], layout.blocks[1] * 0), is_cross_over=True))
    parallel = Layout(np.sort(layout.sample), layout.dose, layout.blocks, is_cross_over=True)
    with pytest.raises(InputError, match="between subjects"):
        cross_over(y, parallel)
    with pytest.raises(InputError, match="two doses"):
        cross_over(y, Layout(layout.sample, layout.dose, (np.arange(24), layout.blocks[1]), is_cross_over=True))
    with pytest.raises(InputError, match="for a cross-over"):
        Layout(layout.sample, layout.dose, is_cross_over=True)
