"""Calculation verification: solver errors shrink with care, sampling errors are those of the variance components."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.qualify.calculation_verification import sampling_errors


def test_solver_errors_shrink_with_care_and_the_engines_agree(q):
    by = {e.key: e for e in q.errors}
    assert set(by) == {"ten", "hundred", "history", "reference", "dense", "engines"}
    assert by["engines"].death < 1e-5 < 1e-3 > by["hundred"].death and by["engines"].days < by["hundred"].days
    assert np.isnan(by["dense"].meld) and all(e.mean_gain <= e.gain + 1e-12 <= 2 * e.days + 1e-9 for e in q.errors)


def test_sampling_error_is_what_splitting_says(q):
    top, d = q.decision.top, q.decision
    assert [s.hypothesis for s in q.sampling] == list(q.study.hypotheses)
    for s, h in zip(q.sampling, d.by_hypothesis, strict=True):
        split = h.gain[top]
        assert s.mean == split.mean and s.error == pytest.approx(
            np.sqrt((split.between_patients_sd**2 + split.parameter_uncertainty_sd**2) / 40)
        )
        own = h.benefit.net[top] - h.benefit.net[0]
        draw = q.patients.cohort.draw
        assert s.by_batches == pytest.approx(np.std([own[draw % 4 == k].mean() for k in range(4)], ddof=1) / 2)
    standard = replace(d.conclusion, dose=0)
    none = replace(d, arms=d.arms[:1], recommended=0, conclusion=standard, regret=np.zeros((2, 1)))
    assert sampling_errors(none, q.patients.cohort.draw) == ()
