"""Errors: one sentence that names the input, what was got and what is allowed."""

import pytest

from hepatica.errors import EngineError, HepaticaError, InputError, ModelError


def test_an_input_error_names_where_what_and_what_is_allowed():
    error = InputError("dose", "1e6", "a number with its unit")
    assert str(error) == "dose: got '1e6'; a number with its unit"
    assert (error.where, error.got, error.allowed) == ("dose", "1e6", "a number with its unit")


@pytest.mark.parametrize("kind", [InputError, ModelError, EngineError])
def test_every_error_can_be_caught_as_one(kind):
    assert issubclass(kind, HepaticaError) and issubclass(kind, Exception)


def test_what_was_got_is_cut_where_it_is_long():
    for got, said in (("x" * 1000, "'" + "x" * 299 + " ..."), (10**5000, "a number of thousands of digits")):
        assert str(InputError("seed", got, "less")) == f"seed: got {said}; less"
