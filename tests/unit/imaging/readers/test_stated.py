"""Bounds of statements by a user."""

from datetime import UTC, datetime

import pytest

from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.stated import Stated
from hepatica.imaging.readers.volume import NoteCode


@pytest.mark.parametrize(
    "wrong",
    [
        {"activity": 0.0},
        {"half_life": -1.0},
        {"weight": float("inf")},
        {"residue": -1.0},
        {"sex": "X"},
        {"injected": datetime(2025, 1, 1, tzinfo=UTC)},
        {"decay_reference": datetime(2025, 1, 1, tzinfo=UTC)},
    ],
)
def test_refuses(wrong):
    with pytest.raises(ImageError, match=f"stated {next(iter(wrong))}"):
        Stated(**wrong)


def test_no_residue_is_a_statement():
    assert Stated(residue=0.0).named() == ("residue",) and Stated().named() == ()


def test_residue_is_subtracted_and_noted():
    notes = []
    assert Stated(residue=2e6).net(1e7, notes) == 8e6 and notes[0].values == {"share": 20.0}
    assert Stated(residue=0.0).net(1e7, notes) == 1e7 and len(notes) == 1
    assert Stated().net(1e7, notes) == 1e7 and notes[1].code is NoteCode.RESIDUE_UNKNOWN
    with pytest.raises(ImageError, match="stated residue"):
        Stated(residue=1e7).net(1e7, notes)


def test_what_a_format_does_not_use_is_not_passed_over():
    Stated(weight=70.0).refuse("a.v", {"duration": "leave it out"})
    with pytest.raises(ImageError, match=r"a\.v, stated duration: not used"):
        Stated(weight=70.0, duration=3.0).refuse("a.v", {"duration": "leave it out"})
