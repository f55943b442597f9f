"""Predictive distributions of one publication against numbers drawn naively."""

import numpy as np
import pytest
from scipy.special import expit, logit

from hepatica.calibrate.endpoints import Endpoint
from hepatica.calibrate.error_model.bias import BIAS
from hepatica.calibrate.matching import simulated_arm
from hepatica.evidence.publications import read
from hepatica.patients import DrawKey, Draws
from hepatica.patients.draws import between_study_sd
from hepatica.validation.model_predictions import ModelPredictions
from hepatica.validation.simulated import ArmSummary

HYPOTHESES = ("label_is_cells", "lung_only")


def test_cohorts_and_trials_differ_in_predictions_as_a_plain_simulation_says(row, head):
    """Of constant arms: shares, their difference and odds ratio, a mean, a change; each against numbers drawn naively."""
    n, draws, h = 50, 40000, HYPOTHESES[0]
    share, lab, change = Endpoint("survival", 90.0), Endpoint("inr", 28.0), Endpoint("albumin", 28.0, True)
    rows = [row(a, share, v, n) for a, v in (("care", 50), ("cells", 60))] + [
        row(a, lab, 2.0, n, 0.5) for a in ("care", "cells")
    ]
    rows += [
        row("care", Endpoint("albumin", 0.0), 30.0, n, 6.0).replace("percent", "g/L").replace("proportion", "mean_sd"),
        row("care", Endpoint("albumin", 28.0), 1.0, n, 2.0).replace("percent", "g/L").replace("proportion", "change"),
    ]
    p = read(head.format(i=3, n=n) + "".join(rows))
    full = np.ones(draws)
    drawn = {
        a: {h: ArmSummary({share: (x * full, full), lab: (2 * full, 0.5 * full), change: (full, 0.1 * full)}, 1.0)}
        for a, x in (("care", 0.5), ("cells", 0.7))
    }
    places = {"share": 1.0, "mean": 1.0, "effect_share": 3.0, "effect_mean": 1.5}
    known = Draws({DrawKey.between_study(k): v * full for k, v in places.items()})
    s = {k: float(between_study_sd(k, v)) for k, v in places.items()}
    made = ModelPredictions(
        publication=p,
        arms={a: simulated_arm(p, p.arm(a)) for a in drawn},
        simulated=drawn,
        known=known,
        seed=1,
        draws=draws,
    )
    care, cells = (p.find(arm=a, variable="survival")[0] for a in ("care", "cells"))
    rng = np.random.default_rng(2)
    visit, own = (float(between_study_sd(f"{k}_visit")) for k in ("share", "mean"))
    bias = BIAS["unclear"].mean + BIAS["unclear"].sd * rng.standard_normal(draws)
    cohort = np.hypot(s["share"], visit) * rng.standard_normal(draws)
    residual = float(between_study_sd("effect_share"))
    trial = np.hypot(s["effect_share"], residual) * rng.standard_normal(draws)
    x, y = rng.binomial(n, expit(logit(0.7) + cohort + trial)), rng.binomial(n, expit(cohort))
    compared = rng.binomial(n, expit(logit(0.7) + cohort + trial + bias))  # bias is of the comparison alone
    for seen, naive in (
        (made.arm(care, share, n, h), 2 * y),
        (made.arm(cells, share, n, h), 2 * x),
        (made.difference(cells, share, care, n, n, h), 2 * (compared - y)),
    ):
        assert seen.samples.std() == pytest.approx(naive.std(), rel=0.04) and seen.samples.mean() == pytest.approx(
            naive.mean(), abs=1.0
        )
    x = compared
    ratio = (x + 0.5) / (n - x + 0.5) / ((y + 0.5) / (n - y + 0.5))
    observed, *said = made.odds(cells, share, care, n, n)
    assert observed == pytest.approx((30.5 / 20.5) / (25.5 / 25.5)) and np.allclose(
        np.log(said), np.log(np.quantile(ratio, (0.5, 0.05, 0.95))), atol=0.15
    )
    one, other = (p.find(arm=a, variable="inr")[0] for a in ("care", "cells"))
    width = np.sqrt(np.log1p(0.25**2))
    cohort = np.hypot(s["mean"], own) * rng.standard_normal(draws) * width
    residual = float(between_study_sd("effect_mean"))
    trial = np.hypot(s["effect_mean"], residual) * rng.standard_normal(draws) * width
    bias = BIAS["unclear"].shift("inr", 1.0).mean + BIAS["unclear"].shift("inr", 1.0).sd * rng.standard_normal(draws)
    error = 0.5 / np.sqrt(n)
    naive = 2 * np.exp(cohort) + error * rng.standard_normal(draws)
    assert made.arm(one, lab, n, h).samples.std() == pytest.approx(naive.std(), rel=0.04)
    naive = 2 * np.exp(cohort + trial) + error * rng.standard_normal(draws)
    assert made.arm(other, lab, n, h).samples.std() == pytest.approx(naive.std(), rel=0.04)
    naive = 2 * np.exp(trial + bias * width) - 2 + error * np.sqrt(2) * rng.standard_normal(draws)
    assert made.difference(other, lab, one, n, n, h).samples.std() == pytest.approx(naive.std(), rel=0.04)
    later = next(o for o in p.find(arm="care", variable="albumin") if o.kind == "change")
    expected = 6.0 * np.sqrt(
        s["mean"] ** 2 + own**2 + 1 / n
    )  # with half correlated days a change varies as the level does
    assert made.arm(later, change, n, h).samples.std() == pytest.approx(expected, rel=0.04)
