"""Errors of images: one sentence, and the extra that a reader needs."""

import pytest

from hepatica.errors import HepaticaError, InputError
from hepatica.imaging.readers.faults import ImageError, require


def test_is_one_sentence_that_users_see():
    error = ImageError("x.dcm", "cut short", "copy it anew")
    assert str(error) == "x.dcm: cut short; copy it anew" and isinstance(error, HepaticaError)


def test_a_missing_library_names_the_extra():
    with pytest.raises(InputError, match=r"hepatica\[imaging\]"):
        require("no_such_library_of_images")
