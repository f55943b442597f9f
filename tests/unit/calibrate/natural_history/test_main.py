"""From the command line labs are fitted and printed."""

from importlib.resources import files
from pathlib import Path

import numpy as np

from hepatica.calibrate.natural_history import __main__ as module
from hepatica.calibrate.natural_history.moves import Moves


def test_every_lab_is_printed_and_nothing_written(monkeypatch, capsys):
    keys = ("hbv_aclf", "compensated_cirrhosis")
    moves = Moves.of(keys)
    monkeypatch.setattr(module, "populations", lambda: keys)
    monkeypatch.setattr(module, "fit_labs", lambda *_, **__: (moves, np.zeros(len(moves.tolerances))))
    monkeypatch.setattr("sys.argv", ["natural_history", "--patients", "3"])
    table = Path(str(files("hepatica.model.modules"))) / "immune.toml"
    before = table.read_bytes()
    module.main()
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} == set(keys) and table.read_bytes() == before
    assert any(" alt " in line for line in lines)
