"""Shelf life: regressions of statsmodels, a search for the crossing, and what is refused."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy.stats import t as student
from statsmodels.stats.anova import anova_lm

from hepatica.errors import InputError
from hepatica.manufacturing.quality.stability import Model, fit_model, shelf_life

TIMES = [0.0, 3.0, 6.0, 9.0, 12.0, 18.0]


def study(slopes, starts=(100.0, 101.0, 99.0), sd=0.3, seed=1):
    rng = np.random.Generator(np.random.Philox(seed))
    t = np.array(TIMES)
    return {
        f"b{k}": (t, a + b * t + rng.normal(0, sd, t.size)) for k, (a, b) in enumerate(zip(starts, slopes, strict=True))
    }


def frame(batches):
    return pd.concat([pd.DataFrame({"batch": k, "time": t, "value": y}) for k, (t, y) in batches.items()])


def test_tests_of_pooling_are_those_of_the_sequential_analysis_of_variance():
    batches = study((-0.2, -0.25, -0.22))
    table = anova_lm(smf.ols("value ~ time + C(batch) + C(batch):time", frame(batches)).fit(), typ=1)
    found = shelf_life(batches, lower=90)
    # statsmodels orders main effects as written: batch, then time, then their product
    other = anova_lm(
        smf.ols("value ~ time", frame(batches)).fit(), smf.ols("value ~ time + C(batch)", frame(batches)).fit()
    )
    mse = table.loc["Residual", "mean_sq"]
    assert found.f_slope == pytest.approx(table.loc["C(batch):time", "F"])
    assert found.p_slope == pytest.approx(table.loc["C(batch):time", "PR(>F)"])
    assert found.f_intercept == pytest.approx(other["ss_diff"].iloc[1] / 2 / mse)


@pytest.mark.parametrize(
    ("model", "formula"),
    [
        (Model.COMMON, "value ~ time"),
        (Model.COMMON_SLOPE, "value ~ C(batch) + time - 1"),
        (Model.DIFFERENT, "value ~ C(batch) + C(batch):time - 1"),
    ],
)
@pytest.mark.parametrize("side", ["lower", "upper", "both"])
def test_crossing_is_where_the_limit_of_the_mean_meets_the_specification(model, formula, side):
    slopes = (0.2, 0.25, 0.3) if side == "upper" else (-0.2, -0.25, -0.3)
    batches = study(slopes)
    limits = {"lower": {"lower": 92.0}, "upper": {"upper": 108.0}, "both": {"lower": 92.0, "upper": 108.0}}[side]
    ols = smf.ols(formula, frame(batches)).fit()
    grid = np.arange(0, 80, 0.002)
    crossings = {}
    for name in batches:
        new = ols.get_prediction(pd.DataFrame({"batch": name, "time": grid}))
        share = 0.975 if side == "both" else 0.95
        half = student.ppf(share, ols.df_resid) * new.se_mean
        inside = (new.predicted_mean - half >= limits.get("lower", -np.inf)) & (
            new.predicted_mean + half <= limits.get("upper", np.inf)
        )
        crossings[name] = grid[np.argmax(~inside)]
    fit = fit_model(batches, model, **limits)
    for name, line in fit.lines.items():
        assert line.crossing == pytest.approx(crossings[name], abs=0.003)
    assert fit.shelf_life == pytest.approx(min(crossings.values()), abs=0.003) and crossings[fit.worst] == min(
        crossings.values()
    )


def test_models_are_chosen_at_a_quarter():
    assert shelf_life(study((-0.2, -0.2, -0.2), (100, 100, 100), seed=3), lower=90).model is Model.COMMON
    assert shelf_life(study((-0.2, -0.2, -0.2), (100, 104, 97), seed=3), lower=90).model is Model.COMMON_SLOPE
    found = shelf_life(study((-0.1, -0.2, -0.5)), lower=88)
    assert found.model is Model.DIFFERENT and found.worst == "b2" and found.crossing == found.by_batch["b2"].crossing
    # 0.05 in the place of 0.25 would pool what differs
    batches = next(
        b
        for seed in range(50)
        if 0.05 < shelf_life(b := study((-0.2, -0.2, -0.225), seed=seed), lower=90).p_slope < 0.25
    )
    assert shelf_life(batches, lower=90).model is Model.DIFFERENT
    assert shelf_life(batches, lower=90, pool_alpha=0.05).model is not Model.DIFFERENT


def test_extrapolation_is_capped():
    batches = study((-0.02, -0.02, -0.02))
    found = shelf_life(batches, lower=90)
    assert found.crossing > 40 and found.shelf_life == found.longest == 18.0
    assert shelf_life(batches, lower=90, extrapolation=6.0).shelf_life == 24.0


def test_one_batch_and_no_fall():
    found = shelf_life({"only": (TIMES, [100.0, 100.2, 99.9, 100.1, 100.0, 100.1])}, lower=50)
    assert found.is_few and found.batches == 1 and found.model is Model.COMMON and found.shelf_life == 18.0
    rising = shelf_life({"only": (TIMES, [100.0, 101.0, 102.1, 103.0, 104.0, 106.0])}, lower=50)
    assert rising.crossing == np.inf


@pytest.mark.parametrize(
    ("batches", "limits", "says"),
    [
        ({}, {"lower": 1}, "batch"),
        ({"a": ([0, 0, 0], [1, 2, 3])}, {"lower": 0}, "two or more times"),
        ({"a": ([0, 1], [5, 4])}, {"lower": 0}, "more values"),
        ({"a": ([0, 1, 2], [5, 4, 3.1])}, {}, "limit"),
        ({"a": ([0, 1, 2, 3], [5, 4, 3.1, 2.0])}, {"lower": 6}, "at time 0"),
        ({"a": ([0, 1, 2], [5, 4])}, {"lower": 0}, "a value for each"),
    ],
)
def test_bad_studies_are_refused(batches, limits, says):
    with pytest.raises(InputError, match=says):
        shelf_life(batches, **limits)
