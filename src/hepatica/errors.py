"""Errors, each one sentence: what is wrong, what was got, what to do."""

from __future__ import annotations


class HepaticaError(Exception):
    """An error that a user can act on; the command line prints it without a traceback."""


MOST_SAID = 300  # characters of what was got


class InputError(HepaticaError):
    """A value, key or file given by the user cannot be used.

    Parameters
    ----------
    where : str
        The key, option or file that is wrong, as the user wrote it.
    got : object
        What was got.
    allowed : str
        What would be accepted, or what to do.
    """

    def __init__(self, where: str, got: object, allowed: str) -> None:
        self.where, self.got, self.allowed = where, got, allowed
        try:
            said = repr(got)
        except ValueError:  # Python writes no integer of more than 4,300 digits
            said = "a number of thousands of digits"
        super().__init__(f"{where}: got {said if len(said) <= MOST_SAID else said[:MOST_SAID] + ' ...'}; {allowed}")


class ModelError(HepaticaError):
    """A module or a parameter table is inconsistent: units, names, sources or mass balance."""


class EngineError(HepaticaError):
    """The compiled engine could not be built or loaded."""
