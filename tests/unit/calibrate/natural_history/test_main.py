"""The joint fit from the command line prints every target, and writes only when it is asked to."""

from importlib.resources import files
from pathlib import Path

from hepatica.calibrate.natural_history import __main__ as module


def test_every_target_is_printed_and_nothing_written(monkeypatch, capsys):
    keys = ("hbv_aclf", "compensated_cirrhosis")
    monkeypatch.setattr(module, "populations", lambda: keys)
    monkeypatch.setattr(module, "STAGES", {})
    monkeypatch.setattr("sys.argv", ["natural_history", "--patients", "3", "--rounds", "0"])
    table = Path(str(files("hepatica.model.modules"))) / "hazards.toml"
    before = table.read_bytes()
    module.main()
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} == set(keys) and table.read_bytes() == before
    assert any("zipprich2012" in line for line in lines) and any(" alt " in line for line in lines)
