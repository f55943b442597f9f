"""Posterior against prior: contraction of the gain, and the parameters that moved."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.dose_summary.learning import interval_contraction, most_informed
from hepatica.patients import DrawKind


def test_the_share_of_the_interval_that_is_left(found):
    arm = found.decision.top
    widths = []
    for d in (found.decision, found.prior.decision):
        widths.append([h.gain[arm].high - h.gain[arm].low for h in d.by_hypothesis])
    expected = sum(new / old for new, old in zip(*widths, strict=True)) / len(widths[0])
    assert interval_contraction(found.prior.decision, found.decision) == pytest.approx(expected)
    assert interval_contraction(found.decision, found.decision) == 1.0


def test_the_most_informed_come_first_and_each_is_a_parameter(found):
    rows = most_informed(found, most=5)
    known = found.patients.cohort.known
    score = {
        k: np.std(v) - abs(np.mean(v))
        for k, v in known.columns.items()
        if k.kind is DrawKind.COORDINATE and k.name in found.system.model.parameters
    }
    assert [p.key for p in rows] == sorted(score, key=score.get)[:5]
    for p in rows:
        assert p.label == found.system.model.parameters[p.key.name].entry.label
        assert (p.shift, p.contraction) == pytest.approx((np.mean(p.z), np.std(p.z)))


def test_priors_alone_informed_nothing(found):
    alone = replace(found, patients=replace(found.patients, cohort=replace(found.patients.cohort, known=None)))
    assert most_informed(alone) == []
