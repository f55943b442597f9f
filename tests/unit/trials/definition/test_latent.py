"""Latent labs: each has its measurement error, scores are those of the room of scores."""

import numpy as np
import pytest

from hepatica.outcomes.scores import child_pugh, meld
from hepatica.trials.definition.latent import COLLAGEN_HEALTHY, DERIVED, ERRORS, LABS, LATENT, derive, liver_volume


def test_every_latent_lab_has_an_error_with_its_reason():
    assert set(ERRORS) == set(LATENT)
    assert all(e.sd > 0 and e.reason for e in ERRORS.values())


def test_errors_add_up_in_squares():
    e = ERRORS["bilirubin"]
    assert e.sd == pytest.approx((e.assay**2 + e.day**2) ** 0.5)


def test_scores_are_those_of_the_labs():
    rng = np.random.default_rng(1)
    labs = {
        "bilirubin": rng.uniform(1, 20, 50),
        "inr": rng.uniform(1, 4, 50),
        "creatinine": rng.uniform(0.5, 4, 50),
        "albumin": rng.uniform(20, 45, 50),
        "encephalopathy": rng.integers(0, 5, 50).astype(float),
        "ascites": rng.integers(0, 3, 50).astype(float),
    }
    assert set(labs) == set(LABS)
    scores = derive(labs)
    assert set(scores) == set(DERIVED)
    assert scores["meld"] == pytest.approx(
        meld(bilirubin=labs["bilirubin"], creatinine=labs["creatinine"], inr=labs["inr"])
    )
    points = child_pugh(**{k: labs[k] for k in ("bilirubin", "albumin", "inr", "ascites", "encephalopathy")})
    assert scores["child_pugh"] == pytest.approx(points)
    assert ((scores["utility"] >= 0) & (scores["utility"] <= 1)).all()


def test_liver_volume_is_the_sum_of_its_tissues(model):
    """Tissue that is not scar is the volume less its share of collagen: (1 - c) V = (1 - c0) ((1 - h) + h N) V0."""
    assert model.parameters["collagen_healthy"].value == COLLAGEN_HEALTHY
    cells, collagen = np.array([1.0, 0.4, 1.2, 0.7]), np.array([COLLAGEN_HEALTHY, 2.0, 10.0, 25.0])
    volume = liver_volume(cells, collagen)
    assert volume[0] == pytest.approx(100) and volume[1] == pytest.approx(22 + 78 * 0.4)
    assert volume * (1 - collagen / 100) == pytest.approx(98 * (0.22 + 0.78 * cells))
    assert np.isfinite(liver_volume(0.0, 200.0))  # a course that left what is possible
