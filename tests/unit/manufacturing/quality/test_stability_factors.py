"""Shelf life with factors: each test and limit against another library, elimination in worlds of known truth, refusals."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf

from hepatica.errors import InputError
from hepatica.manufacturing.quality.stability import Model, shelf_life
from hepatica.manufacturing.quality.stability_factors import factorial_shelf_life
from hepatica.manufacturing.quality.stability_line import specify

TIMES = (0, 3, 6, 9, 12, 18)


def study(seed=1, *, slope=lambda b, s, c: -0.4, start=lambda b, s, c: 100.0, sd=0.3, strengths="lh", containers="vb"):
    """Three batches by two strengths by two containers, as a frame."""
    rng = np.random.Generator(np.random.Philox(seed))
    rows = [(b, s, c, t) for b, s, c, t in product("123", strengths, containers, TIMES)]
    frame = pd.DataFrame(rows, columns=["batch", "strength", "container", "time"])
    frame["y"] = [start(b, s, c) + slope(b, s, c) * t for b, s, c, t in rows] + sd * rng.standard_normal(len(rows))
    return frame


def found_in(frame, **options):
    factors = {name: frame[name] for name in ("strength", "container")}
    return factorial_shelf_life(frame.time, frame.y, frame.batch, factors, specify(90), extrapolation=1e3, **options)


def test_tests_of_terms_are_those_of_another_library():
    frame = study(slope=lambda b, s, c: -0.4 - 0.2 * (c == "b") - 0.03 * int(b), start=lambda b, s, c: 100 + (s == "h"))
    full = smf.ols("y ~ C(batch, Sum)*C(strength, Sum)*C(container, Sum)*time", frame).fit()
    tests = found_in(frame).tests
    coded = {"batch": "C(batch, Sum)", "strength": "C(strength, Sum)", "container": "C(container, Sum)"}
    left = ["time"]
    names = ("batch", "strength", "container")
    terms = [c for size in (1, 2, 3) for c in [(n,) for n in names if size == 1] or
             ([("batch", "strength"), ("batch", "container"), ("strength", "container")] if size == 2 else [names])]  # fmt: skip
    left += [":".join(coded[n] for n in t) for t in terms] + ["time:" + ":".join(coded[n] for n in t) for t in terms]
    for test in tests:
        here = [p for p in test.term.split(":") if p != "time"]
        own = ("time:" if test.term.startswith("time") else "") + ":".join(coded[n] for n in here)
        large, small = (smf.ols("y ~ " + " + ".join(x), frame).fit() for x in (left, [t for t in left if t != own]))
        assert large.df_resid < small.df_resid
        f = (small.ssr - large.ssr) / (small.df_resid - large.df_resid) / full.mse_resid
        assert test.f == pytest.approx(f, rel=1e-6) and test.df == small.df_resid - large.df_resid
        assert test.alpha == (0.25 if "batch" in here else 0.05) and test.is_kept == (test.p < test.alpha)
        left = left if test.is_kept else [t for t in left if t != own]


def test_the_limit_of_each_combination_is_that_of_another_library():
    frame = study(2, slope=lambda b, s, c: -0.4 - 0.2 * (c == "b"), start=lambda b, s, c: 100 + 0.5 * int(b))
    found = found_in(frame)
    assert {"container", "time:container", "batch"} <= set(found.kept)
    formula = "y ~ time + " + " + ".join(found.kept)
    fit = smf.ols(formula, frame).fit()
    assert fit.ssr == pytest.approx(found.sse) and fit.df_resid == found.df
    for (strength, container), at in found.crossing.items():
        ends = []
        for batch in "123":
            here = pd.DataFrame({"time": [at], "strength": [strength], "container": [container], "batch": [batch]})
            ends.append(fit.get_prediction(here).conf_int(alpha=0.10)[0, 0])
        assert min(ends) == pytest.approx(90.0, abs=1e-6)
    assert found.crossing[("l", "b")] < found.crossing[("l", "v")] and found.worst[2] == "b"
    assert found.common_shelf_life == min(found.shelf_life.values())


def test_one_line_is_left_where_nothing_differs():
    frame = study(60)
    found = found_in(frame, pool_alpha=(1e-6, 1e-6))
    alone = smf.ols("y ~ time", frame).fit()
    assert found.kept == () and found.sse == pytest.approx(alone.ssr) and len(set(found.crossing.values())) == 1


def test_with_factors_that_do_nothing_it_is_the_study_of_batches():
    """Batches of different starts, pooled over containers: the same line for each as without the factor."""
    frame = study(5, start=lambda b, s, c: 100 + int(b), sd=0.05, strengths="l")
    found = factorial_shelf_life(frame.time, frame.y, frame.batch, {"container": frame.container},
                                 specify(90), pool_alpha=(1e-4, 1e-9), extrapolation=1e3)  # fmt: skip
    assert found.kept == ("batch",)
    alone = shelf_life({b: (g.time, g.y) for b, g in frame.groupby("batch")}, lower=90, extrapolation=1e3)
    line = alone.fits[Model.COMMON_SLOPE]
    assert found.crossing[("v",)] == pytest.approx(line.shelf_life) and found.worst[0] == line.worst


def test_kept_terms_keep_what_they_contain():
    frame = study(6, slope=lambda b, s, c: -0.4 - 0.3 * (c == "b") * (s == "h"))
    kept = set(found_in(frame).kept)
    assert "time:strength:container" in kept
    assert {"time:strength", "time:container", "strength:container", "strength", "container"} <= kept


def test_a_study_with_a_missing_combination():
    frame = study(7, start=lambda b, s, c: 100 + 0.4 * int(b))
    frame = frame[~((frame.batch == "3") & (frame.container == "b"))]
    found = found_in(frame)
    assert set(found.lines[("l", "b")]) == {"1", "2"} and set(found.lines[("l", "v")]) == {"1", "2", "3"}
    assert np.isfinite(list(found.crossing.values())).all()
    design = sm.add_constant(frame.time)
    assert found.sse <= sm.OLS(frame.y, design).fit().ssr + 1e-9


def test_what_is_refused():
    f = study()
    good = {"time": f.time, "value": f.y, "batch": f.batch, "factors": {"container": f.container}}
    good["test"] = specify(90)
    for change, says in (
        ({"factors": {}}, "one to 3 factors"),
        ({"factors": {"batch": f.batch}}, "one to 3 factors"),
        ({"factors": {"container": ["v"] * len(f)}}, "two levels"),
        ({"factors": {"container": ["v", "b"]}}, "labels each"),
        ({"time": -f.time}, "0 or more"),
        ({"test": specify(101)}, "time 0"),
        ({"extrapolation": -1.0}, "0 or more"),
    ):
        with pytest.raises(InputError, match=says):
            factorial_shelf_life(**(good | change))
    few = f.groupby(["batch", "strength", "container"]).head(2)
    with pytest.raises(InputError, match="more values"):
        found_in(few)
