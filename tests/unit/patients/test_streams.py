"""Random streams: the same number whoever asks, in whatever order."""

import numpy as np
import pytest
from scipy.stats import kstest

from hepatica.patients.streams import normals, philox, uniforms, uniforms_by_purpose

PEOPLE = np.arange(1, 20_001)
KNOWN_UNIFORMS = [0.4070657800390437, 0.13399779308760784, 0.20530867599005587]
KNOWN_NORMALS = [-0.2350994313086843, -1.1076903087719878]


def words(*numbers):
    return tuple(np.array([n], np.uint64) for n in numbers)


@pytest.mark.parametrize(
    "counter, key, answer",
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_the_known_answers_of_its_authors(counter, key, answer):
    """Known-answer vectors of philox4x32-10 in Random123 (Salmon2011)."""
    assert tuple(int(w[0]) for w in philox(words(*counter), key)) == answer


@pytest.mark.parametrize("draw", [normals, uniforms])
def test_the_same_key_gives_the_same_numbers_in_any_order_and_company(draw):
    some = np.array([5, 17, 3, 2_000_017])
    together = draw(4, some, "age", 3)
    assert together.shape == (4, 3)
    assert (draw(4, some[::-1], "age", 3) == together[::-1]).all()
    assert (draw(4, np.array([17]), "age", 3)[0] == together[1]).all()


@pytest.mark.parametrize("draw", [normals, uniforms])
def test_a_wider_row_begins_with_the_narrower(draw):
    wide = draw(4, PEOPLE[:9], "age", 8)
    for width in range(1, 8):
        assert (draw(4, PEOPLE[:9], "age", width) == wide[:, :width]).all()
    assert len(np.unique(wide)) == wide.size


def test_seed_subject_and_purpose_all_matter():
    values = [
        float(normals(s, np.array([i]), p)[0, 0])
        for s in (1, 2, 10**12)
        for i in (1, 2, 2**40)
        for p in ("a", "b", "ab")
    ]
    assert len(set(values)) == 27


def test_parts_of_a_key_do_not_run_together():
    assert uniforms(1, np.array([0]), "2x") != uniforms(12, np.array([0]), "x")


def test_normals_and_uniforms_are_never_infinite_or_at_an_end():
    u = uniforms(1, np.arange(200_000), "x", 2)
    assert u.min() > 0 and u.max() < 1 and np.isfinite(normals(1, np.arange(200_000), "x")).all()


def test_known_numbers():
    """Frozen: a change of streams changes every cohort that was ever drawn."""
    np.testing.assert_allclose(uniforms(1, np.array([17]), "age", 3)[0], KNOWN_UNIFORMS, rtol=1e-15)
    np.testing.assert_allclose(normals(1, np.array([17]), "age", 2)[0], KNOWN_NORMALS, rtol=1e-12)


@pytest.mark.parametrize("draw, law", [(normals, "norm"), (uniforms, "uniform")])
@pytest.mark.parametrize("column", [0, 1, 2])
def test_over_subjects_the_law_is_right(draw, law, column):
    x = draw(9, PEOPLE, "x", 3)[:, column]
    assert kstest(x, law).pvalue > 1e-3
    assert abs(np.corrcoef(x[:-1], x[1:])[0, 1]) < 0.03


def test_purposes_seeds_and_columns_are_independent():
    a = normals(9, PEOPLE, "a", 2)
    for other in (
        normals(9, PEOPLE, "b")[:, 0],
        normals(10, PEOPLE, "a")[:, 0],
        a[:, 1],
        normals(9, PEOPLE + 1_000_000, "a")[:, 0],
    ):
        assert abs(np.corrcoef(a[:, 0], other)[0, 1]) < 0.03


def test_many_purposes_at_once_are_the_same_numbers_one_by_one(monkeypatch):
    purposes, who = [f"prior:{k}" for k in range(7)] + ["prior:0"], np.array([5, 17, 3, 2**40])
    one_by_one = np.stack([uniforms(9, who, p)[:, 0] for p in purposes])
    assert (uniforms_by_purpose(9, who, purposes) == one_by_one).all()
    monkeypatch.setattr("hepatica.patients.streams._AT_ONCE", 10)  # in pieces
    assert (uniforms_by_purpose(9, who, purposes) == one_by_one).all()
    assert uniforms_by_purpose(9, who, []).shape == (0, 4)
