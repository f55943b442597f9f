"""Modules of the user's own: a Python file and its parameter table, checked and assembled as those that ship."""

from __future__ import annotations

import inspect
import sys
import traceback
from collections.abc import Iterable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from hepatica.errors import InputError, ModelError
from hepatica.model.lang import Draft, Module
from hepatica.model.modules import MODULES
from hepatica.model.parameters import Table, read_table

MAX_FILE_BYTES = 1 << 20


class OwnModule:
    """Module of the user's own: a function of a `Draft`, with its parameter table.

    Parameters
    ----------
    path : Path
        File ``x.py`` with a function ``x``; its table is ``x.toml`` beside it. The file is run.

    Raises
    ------
    InputError
        If one of the files is missing, or the Python file fails or has no such function.
    ModelError
        If the table lacks a unit, a source or a reason.
    """

    def __init__(self, path: Path) -> None:
        if path.suffix != ".py" or not path.stem.isidentifier():
            raise InputError("--own-module", str(path), "a Python file named as its function, such as clotting.py")
        self.__name__ = path.stem
        self._function = _function(path)
        self.table: Table = read_table(path.stem, _text(path.with_suffix(".toml")))

    def __call__(self, draft: Draft) -> None:
        """Write the module's equations into a draft."""
        try:
            self._function(draft)
        except (ModelError, InputError):
            raise
        except Exception as error:  # of the user's code: said as a fault of the module, with its line
            line = traceback.extract_tb(error.__traceback__)[-1].lineno
            raise ModelError(f"module '{self.__name__}', line {line}: {type(error).__name__}: {error}") from error


def with_own_modules(paths: Iterable[Path]) -> tuple[Module, ...]:
    """Shipped modules and those of the user's own; one of the name of a shipped one takes its place.

    Raises
    ------
    InputError
        If a file is missing, fails or is given twice.

    Examples
    --------
    >>> with_own_modules([]) == MODULES
    True
    """
    own: dict[str, Module] = {}
    for path in paths:
        module = OwnModule(path)
        if module.__name__ in own:
            raise InputError("--own-module", str(path), "each module once")
        own[module.__name__] = module
    shipped = [own.pop(m.__name__, m) for m in MODULES]
    return (*shipped, *own.values())


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        if len(content) > MAX_FILE_BYTES:
            raise InputError("--own-module", str(path), f"a file of at most {MAX_FILE_BYTES} bytes")
        return content.decode("utf-8")
    except (OSError, ValueError) as error:
        raise InputError("--own-module", str(path), f"a file that can be read ({error})") from None


def _function(path: Path) -> Module:
    """Function of the file's name, of one argument."""
    _text(path)
    spec = spec_from_file_location(f"hepatica_own_{path.stem}", path)
    assert spec is not None and spec.loader is not None  # a .py file
    loaded, before = module_from_spec(spec), sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # nothing is left in the user's folder
    try:
        spec.loader.exec_module(loaded)
    except Exception as error:  # of the user's code
        raise InputError("--own-module", str(path), f"a file that runs ({type(error).__name__}: {error})") from error
    finally:
        sys.dont_write_bytecode = before
    function = getattr(loaded, path.stem, None)
    if not callable(function) or len(inspect.signature(function).parameters) != 1:
        raise InputError("--own-module", str(path), f"a function {path.stem}(m) of one draft")
    own: Module = function
    return own
