"""Assembly of results: every model's checks, terms and standard errors."""

import numpy as np
import pytest

from hepatica.manufacturing.assay.assembly import Assay, fit_assays
from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.result import Model, Options

SAMPLE, DOSE = np.repeat([0, 1], 21), np.tile(np.repeat(3.0 ** np.arange(-3, 4), 3), 2)
RNG = np.random.Generator(np.random.Philox(25))


def assay(model):
    layout = Layout(SAMPLE, DOSE)
    moved = DOSE * np.where(SAMPLE, 0.7, 1.0)
    if model.is_quantal:
        total = np.full(42, 30.0)
        y = np.round(30 / (1 + moved**-0.8)) + np.tile([-1.0, 0, 1], 14)
    else:
        total = np.empty(0)
        mean = {"parallel-line": np.log(moved), "slope-ratio": 1 + moved}.get(model.value, 10 / (1 + moved))
        y = mean + 0.1 * np.tile([-1, 0, 1], 14)
    return Assay("a", "r", ("S", "T"), (1.0, 5.0), layout, y, y, total, np.arange(42) + 2)


@pytest.mark.parametrize("model", Model)
def test_every_model_gives_potency_checks_and_terms(model):
    (found,) = fit_assays([assay(model)], Options(model))
    (p,) = found.potencies
    assert p.ratio_low < p.ratio < p.ratio_high and p.ratio == pytest.approx(0.7, rel=0.6) and p.assumed == 5.0
    keys = {c.key.value for c in found.checks}
    assert {"regression", "limits"} <= keys and keys & {"slope", "intercept"} and found.is_reported(1)
    assert found.anova[0].df > 0 and found.place == 0 and (found.assay, found.run) == ("a", "r")
    assert ("equal_variance" in keys) != model.is_quantal and not any(
        c.decides for c in found.checks if c.key.value == "equal_variance"
    )
    if model.is_logarithmic:
        q = 1.959964 if np.isinf(found.df) else None
        half = np.log(p.ratio_high / p.ratio_low) / 2
        assert p.log_se <= half / 1.9 and (q is None or p.log_se == pytest.approx(half / q, rel=1e-6))


def test_heterogeneous_counts_widen_limits_and_are_not_refused_for_it():
    a = assay(Model.PROBIT)
    noisy = np.clip(a.response + RNG.integers(-6, 7, 42), 0, 30).astype(float)
    wide = Assay(a.assay, a.run, a.samples, a.assumed, a.layout, noisy, noisy, a.total, a.lines)
    (found,) = fit_assays([wide], Options(Model.PROBIT))
    assert found.variance > 1 and "non_linearity" not in {c.key.value for c in found.checks}
