import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.design import design_group_sequential
from hepatica.trials.confirmatory.group_sequential.shapes import Pocock
from hepatica.trials.confirmatory.sample_size.size import Errors, SampleSize, positive


def test_a_total_is_split_by_the_ratio():
    size = SampleSize.of(90.0, 2.0)
    assert size == (90.0, 60.0, 30.0) and SampleSize.of(90.3, 2.0).rounded_up() == (61, 31)


def test_stages_share_the_inflated_total():
    design = design_group_sequential([0.4, 1.0], Pocock())
    first, last = SampleSize.of(100.0, 1.0).staged(design)
    assert last == pytest.approx(100 * design.inflation) and first == pytest.approx(0.4 * last)


def test_two_sided_errors_are_halved():
    assert Errors(0.05, 0.1, two_sided=True).z_alpha == pytest.approx(norm.isf(0.025))
    assert Errors(0.05, 0.1).z_beta == pytest.approx(norm.isf(0.1))


@pytest.mark.parametrize("alpha, beta", [(0, 0.2), (0.025, 0), (0.025, 0.98), (0.5, 0.5)])
def test_impossible_errors_are_refused(alpha, beta):
    with pytest.raises(InputError):
        Errors(alpha, beta)


def test_only_positive_finite_numbers_pass():
    positive(a=1.0)
    for bad in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(InputError, match="ratio"):
            positive(ratio=bad)
