"""Bounds of statements by a user."""

import pytest

from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.stated import Stated


@pytest.mark.parametrize(
    "wrong",
    [{"activity": 0.0}, {"half_life": -1.0}, {"weight": float("inf")}, {"residue": -1.0}, {"sex": "X"}],
)
def test_refuses(wrong):
    with pytest.raises(ImageError, match=f"stated {next(iter(wrong))}"):
        Stated(**wrong)


def test_no_residue_is_a_statement():
    assert Stated(residue=0.0).named() == ("residue",) and Stated().named() == ()
