from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from hepatica.imaging.biodistribution.likelihood import LEAST_SD, observed
from hepatica.imaging.quantification import OrganLabel
from hepatica.imaging.readers.faults import ImageError

SEEN = [
    OrganLabel("spleen", 1.0, 0.10, 0.02, 0.06),
    OrganLabel("lung", 0.1, 0.30, 0.03, 0.06),
    OrganLabel("lung", 1.0, 0.25, 0.03, 0.06),
    OrganLabel("kidney", 1.0, 0.02, 0.01, 0.06),
]


def test_it_is_the_multivariate_normal_of_shared_errors() -> None:
    seen = observed(SEEN)
    mean = np.array([0.28, 0.26, 0.12])  # by time, then organ
    covariance = np.diag(seen.sd(mean) ** 2) + 0.06**2 * np.outer(mean, mean)
    expected = multivariate_normal(mean, covariance).logpdf([0.30, 0.25, 0.10])
    assert seen.log_likelihood(mean[None])[0] == pytest.approx(expected)
    assert seen.log_likelihood(np.array([[np.nan, 0.1, 0.1]]))[0] == -np.inf


def test_outputs_are_matched_to_observations() -> None:
    seen = observed(SEEN)
    assert seen.outputs == ("image_lung", "image_spleen")
    values = np.arange(4.0).reshape(1, 2, 2)  # time, output
    assert seen.pick(values).tolist() == [[0.0, 2.0, 3.0]]
    assert seen.unfitted == ("kidney",)
    assert [r.organ for r in seen.before(1).labels] == ["lung"]


def test_an_error_of_none_is_not_believed() -> None:
    assert observed([OrganLabel("liver", 1.0, 0.1, 0.0)]).noise.tolist() == [LEAST_SD]
    assert observed([OrganLabel("liver", 1.0, 0.1, 0.01, relative_sd=0.2)]).noise.tolist() == [LEAST_SD]


def test_a_relative_error_is_of_the_label_there_is_and_does_not_draw_fits_down() -> None:
    """Second implementation: the truth recovered from many scans of it, each seen with a relative error of 20 %."""
    truth, axis, rng = 0.1, np.linspace(0.05, 0.2, 601), np.random.default_rng(3)
    shares = truth * (1.0 + 0.2 * rng.standard_normal(400))
    by_relative, by_seen = np.zeros(601), np.zeros(601)
    for share in shares.tolist():
        label = OrganLabel("liver", 1.0, share, 0.2 * share, relative_sd=0.2)
        by_relative += observed([label]).log_likelihood(axis[:, None])
        by_seen += observed([label._replace(relative_sd=0.0)]).log_likelihood(axis[:, None])
    assert axis[by_relative.argmax()] == pytest.approx(truth, rel=0.03)
    assert axis[by_seen.argmax()] < 0.93 * truth


@pytest.mark.parametrize(
    "labels",
    [
        [],
        [OrganLabel("kidney", 1.0, 0.1, 0.1)],
        [OrganLabel("liver", 1.0, 0.1, 0.1)] * 2,
        [OrganLabel("liver", 1.0, float("nan"), 0.1)],
        [OrganLabel("liver", -1.0, 0.1, 0.1)],
        [OrganLabel("liver", 1.0, 1e300, 0.1)],
    ],
)
def test_what_cannot_be_fitted_is_one_sentence(labels: list[OrganLabel]) -> None:
    with pytest.raises(ImageError, match="label of organs"):
        observed(labels)
