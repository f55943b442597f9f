"""Streams: prefixes, keys, and their distributions."""

import pytest

from hepatica.trials.virtual.conduct.streams import WIDTH, exponentials, gammas, normals, uniforms

MAKERS = [uniforms, exponentials, normals, lambda *k: gammas(*k, 0.5)]


@pytest.mark.parametrize("make", MAKERS)
def test_a_patient_does_not_depend_on_how_many_there_are(make):
    many, few = make(3, "x", 2, 60), make(3, "x", 2, 20)
    assert many.shape == (WIDTH, 60) and (many[:, :20] == few).all()


@pytest.mark.parametrize("make", MAKERS)
def test_seed_purpose_and_block_are_keys(make):
    base = make(3, "x", 2, 5)
    assert all((base != make(*key, 5)).any() for key in ((4, "x", 2), (3, "y", 2), (3, "x", 3)))


@pytest.mark.parametrize(
    ("make", "mean", "sd"), list(zip(MAKERS, (0.5, 1, 0, 1), (12**-0.5, 1, 1, 0.5**0.5), strict=True))
)
def test_distributions(make, mean, sd):
    drawn = make(1, "x", 0, 400)
    assert drawn.mean() == pytest.approx(mean, abs=4 * sd / drawn.size**0.5)
    assert drawn.std() == pytest.approx(sd, rel=0.03)
