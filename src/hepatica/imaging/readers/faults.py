"""Errors of images, one sentence each: file or tag, what is wrong, what to do; never what an identifier holds."""

from __future__ import annotations

import importlib
from types import ModuleType

from hepatica.errors import HepaticaError, InputError


class ImageError(InputError):
    """A fault of an image or of what stands beside it.

    Parameters
    ----------
    where : str
        File, tag or field, without the folder above it.
    fault : str
        What is wrong.
    remedy : str
        What to do.

    Examples
    --------
    >>> print(ImageError("RadionuclideHalfLife (0018,1075)", "missing", "state it as half_life"))
    RadionuclideHalfLife (0018,1075): missing; state it as half_life
    """

    def __init__(self, where: str, fault: str, remedy: str) -> None:
        self.where, self.got, self.allowed = where, fault, remedy
        HepaticaError.__init__(self, f"{where}: {fault}; {remedy}")


def require(library: str) -> ModuleType:
    """Library of the extra ``imaging``, imported when it is needed.

    Raises
    ------
    InputError
        If it is not installed.

    Examples
    --------
    >>> require("pydicom").__name__
    'pydicom'
    """
    try:
        return importlib.import_module(library)
    except ImportError as error:
        raise InputError("imaging", f"no {library}", "install it: pip install 'hepatica[imaging]'") from error
