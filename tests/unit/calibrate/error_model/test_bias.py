"""Bias of a comparison: in favour of the treatment, larger and wider at a higher risk."""

import numpy as np
import pytest

from hepatica.calibrate.error_model.bias import BIAS, SMD_PER_LOG_ODDS_RATIO
from hepatica.evidence import load_all


def test_bias_favours_the_treatment_whichever_way_a_number_is_printed():
    for prior in BIAS.values():
        assert prior.shift("death", 1.0).mean <= 0 <= prior.shift("survival", 1.0).mean
        assert prior.shift("bilirubin", 0.5).mean <= 0 <= prior.shift("albumin", 0.5).mean
        assert prior.shift("inr", 0.5).sd == pytest.approx(-0.5 * SMD_PER_LOG_ODDS_RATIO * prior.sd)


def test_every_risk_of_bias_has_a_prior():
    assert {p.risk_of_bias for p in load_all().values()} <= set(BIAS)
    order = [BIAS[k] for k in ("low", "some", "unclear", "high")]
    assert (np.diff([b.mean for b in order]) >= 0).all() and (np.diff([b.sd for b in order]) > 0).all()
    assert np.exp(-BIAS["some"].mean) == pytest.approx(0.90, abs=0.005)  # Page et al. 2016: allocation concealment
    assert np.exp(-BIAS["high"].mean) == pytest.approx(0.90 * 0.93, abs=0.005)  # and sequence generation
