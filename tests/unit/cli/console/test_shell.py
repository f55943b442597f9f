"""Shared parts of the commands: checks of options, the model with its workers, the last lines."""

import gc
import sys
from pathlib import Path

import pytest

from hepatica.cli.console.shell import check_hypothesis, check_language, close, command_line, make_system
from hepatica.errors import InputError
from hepatica.model.modules import MODULES


def test_options_are_checked():
    assert check_language("zh") == "zh" and check_hypothesis("lung_only") == "lung_only"
    with pytest.raises(InputError, match="en, zh"):
        check_language("fr")
    with pytest.raises(InputError, match="label_is_cells, lung_only"):
        check_hypothesis("both")


def test_the_command_line_can_be_typed_again(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/x/hepatica", "dose", "my study.toml"])
    assert command_line() == "hepatica dose 'my study.toml'"


def test_the_last_lines_say_where_and_what_for(capsys):
    close("en", Path("[bold]a"), Path("b"))
    assert capsys.readouterr().out == "Written: [bold]a, b\nFor research use. Not a medical device.\n"


def test_the_system_is_the_shipped_model_and_garbage_is_collected_again(capsys, monkeypatch):
    gc.disable()
    try:
        with make_system("en") as system:
            assert set(system.model.modules) == {m.__name__ for m in MODULES} and gc.isenabled()
    finally:
        gc.enable()
    monkeypatch.setattr("hepatica.engine.compile.find_compiler", lambda: None)
    with make_system("en"):
        assert "hepatica[zig]" in " ".join(capsys.readouterr().err.split())


def test_workers_that_cannot_be_reached_are_refused():
    with pytest.raises(InputError, match="tcp://host:port"), make_system("en", "somewhere"):
        pass
