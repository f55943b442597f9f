"""Likelihood of contrasts and the probability of no effect, against plain sums."""

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.calibrate.contrast_likelihood import RESIDUAL_SHARE, Contrast, log_likelihood, null_effect_probability
from hepatica.calibrate.likelihood import Scale
from hepatica.patients.draws import between_study_sd


def test_the_chance_of_nothing_is_bayes_theorem():
    """Against a plain sum over two draws, and over what trials may differ by."""
    c = Contrast("p", "b", "a", "survival", "survival day 28", (0, 1), Scale.SHARE, 0.8, 0.3)
    differs = {"effect_share": np.array([0.1, 0.6])}
    simulated = np.array([0.2, 1.1])
    fit = log_likelihood([c], simulated[:, None], differs)
    own = RESIDUAL_SHARE * between_study_sd("effect_share")
    wide = [np.sqrt(0.3**2 + s**2 + own**2) for s in differs["effect_share"]]
    works = np.mean([norm.pdf(0.8, x, s) for x, s in zip(simulated, wide, strict=True)])
    none = np.mean([norm.pdf(0.8, 0, s) for s in wide])
    assert null_effect_probability([c], fit, differs) == pytest.approx(0.1 * none / (0.1 * none + 0.9 * works))
    assert null_effect_probability([], np.zeros(3)) == pytest.approx(0.1)


def test_noise_of_few_patients_makes_a_contrast_say_less():
    c = Contrast("p", "b", "a", "survival", "survival day 28", (0, 1), Scale.SHARE, 0.8, 0.3)
    x = np.array([[0.8], [0.0]])
    sure, unsure = (-np.diff(log_likelihood([c], x, noise=n))[0] for n in (np.zeros(1), np.array([0.5])))
    assert 0 < unsure < 0.5 * sure
