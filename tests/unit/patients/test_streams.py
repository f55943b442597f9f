"""Random streams: the same number whoever asks, in whatever order."""

import numpy as np
import pytest
from scipy.stats import kstest

from hepatica.patients.streams import normals, stream, uniforms

PEOPLE = np.arange(1, 20_001)


@pytest.mark.parametrize("draw", [normals, uniforms])
def test_the_same_key_gives_the_same_numbers_in_any_order_and_company(draw):
    some = np.array([5, 17, 3])
    together = draw(4, some, "age", 3)
    assert (draw(4, some[::-1], "age", 3) == together[::-1]).all()
    assert (draw(4, np.array([17]), "age", 3)[0] == together[1]).all()
    assert (draw(4, some, "age", 1)[:, 0] == together[:, 0]).all()


def test_asking_for_something_else_in_between_changes_nothing():
    first = stream(1, 2, "a").normal()
    stream(1, 2, "b").normal(size=100)
    assert stream(1, 2, "a").normal() == first


def test_seed_subject_and_purpose_all_matter():
    values = [stream(s, i, p).normal() for s in (1, 2) for i in (1, 2) for p in ("a", "b")]
    assert len(set(values)) == 8


def test_parts_of_a_key_do_not_run_together():
    assert stream(1, 12, "x").normal() != stream(11, 2, "x").normal()
    assert stream(1, "ab", "c").normal() != stream(1, "a", "bc").normal()


def test_known_numbers():
    """Frozen: a change of streams changes every cohort that was ever drawn."""
    assert stream(1, 17, "age").standard_normal(2).tolist() == pytest.approx(KNOWN_NORMALS, rel=1e-14)
    assert uniforms(1, np.array([17]), "age")[0, 0] == pytest.approx(KNOWN_UNIFORM, rel=1e-14)


@pytest.mark.parametrize("draw, law", [(normals, "norm"), (uniforms, "uniform")])
def test_over_subjects_the_law_is_right(draw, law):
    x = draw(9, PEOPLE, "x")[:, 0]
    assert kstest(x, law).pvalue > 1e-3
    assert abs(np.corrcoef(x[:-1], x[1:])[0, 1]) < 0.03


def test_purposes_are_independent():
    a, b = normals(9, PEOPLE, "a")[:, 0], normals(9, PEOPLE, "b")[:, 0]
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.03
