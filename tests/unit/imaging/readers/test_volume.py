"""Image in one form: volumes of voxels, and notes in both languages."""

import numpy as np
import pytest

from hepatica.imaging.readers.volume import Administration, Note, NoteCode
from hepatica.words import LANGUAGES, catalogue


@pytest.mark.parametrize("code", list(NoteCode))
def test_each_note_has_its_sentences(code):
    row = catalogue()[f"imaging.note_{code}"]
    assert set(row) == set(LANGUAGES)


def test_note_fills_in():
    note = Note(NoteCode.DOSE_IN_MBQ, {"dose": 368.08})
    assert "368.08" in note.text() and "368.08" in note.text("zh")


def test_size_of_a_voxel_is_that_of_the_affine(bare):
    image = bare(np.ones((2, 3, 4)), spacing=(5.0, 2.0, 3.0))
    assert image.voxel_volume == pytest.approx(0.03) and image.shape == (2, 3, 4)
    np.testing.assert_allclose(image.spacing, [5, 2, 3])


def test_decay_constant():
    assert Administration(activity=1.0, half_life=100.0).decay_constant == pytest.approx(0.0069314718)
