"""Trials for a marker: sizes against simulation of the tests, enrichment, and what cannot be shown."""

import math

import numpy as np
import pytest

from hepatica.biomarkers.trial import Stratum, designs, size_of_comparison, size_of_interaction, strata
from hepatica.errors import InputError


def test_the_interaction_has_its_power():
    positive, negative = Stratum(0.4, 0.6, 0.35), Stratum(0.6, 0.3, 0.3)
    n = size_of_interaction(positive, negative)
    rng, worlds, contrast, variance = np.random.default_rng(2), 4000, 0.0, 0.0
    for s, sign in ((positive, 1), (negative, -1)):
        each = int(n * s.share / 2)
        control, treated = (rng.binomial(each, p, worlds) / each for p in (s.control, s.treated))
        contrast = contrast + sign * (control - treated)
        variance = variance + sum(p * (1 - p) / each for p in (control, treated))
    assert (contrast / np.sqrt(variance) > 1.96).mean() == pytest.approx(0.8, abs=0.03)


def test_designs():
    treat = np.arange(1000) < 400
    control = np.where(treat, 0.6, 0.3)
    responders = np.stack([control, np.where(treat, 0.3, 0.3)])
    gain = np.where(treat, 10.0, -1.0)
    plain, enriched, stratified = designs(treat, responders, gain)
    assert enriched.patients < plain.patients and enriched.patients < stratified.patients
    assert enriched.screened == pytest.approx(enriched.patients / 0.4) and plain.screened == 0
    assert plain.gain_per_100 == pytest.approx(340.0) and enriched.gain_per_100 == pytest.approx(400.0)


def test_no_effect_has_no_size():
    assert math.isinf(size_of_comparison(Stratum(1.0, 0.3, 0.3)))
    assert math.isinf(size_of_interaction(Stratum(0.5, 0.4, 0.3), Stratum(0.5, 0.3, 0.2)))
    with pytest.raises(InputError, match="both sides"):
        strata(np.ones(3, bool), np.zeros((2, 3)))
