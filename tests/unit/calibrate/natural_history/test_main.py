"""From the command line labs are fitted and printed, and deaths of groups go into draws that have not seen them."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from hepatica.calibrate.natural_history import __main__ as module
from hepatica.calibrate.natural_history.groups import Proportion
from hepatica.calibrate.natural_history.learn import learn_deaths
from hepatica.calibrate.natural_history.moves import Moves
from hepatica.errors import InputError
from hepatica.evidence import evidence_hash, load_all
from hepatica.patients import Draws, posterior


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


def test_draws_are_refused_that_hold_the_deaths_or_are_of_another_model(system, tmp_path, monkeypatch):
    """Draws of this model go through once; the same file again, and draws of another model, do not."""
    mine = {"model": system.model.hash, "evidence": evidence_hash(load_all().values()), "seed": 1}
    few = Draws({k: v[:4] for k, v in posterior().columns.items()}, mine)
    row = Proportion("zipprich2012 compensated", "death", 365.0, 0.05, 0.05, {"compensated_cirrhosis": 1.0})

    def one_cohort(system, draws, publications, plan, terms, execution, *, seed):
        assert "damico2014" in publications and terms
        return learn_deaths(system, draws, [row], [], execution, seed=seed)

    monkeypatch.setattr(module, "from_evidence", one_cohort)
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    few.write(source)
    learnt = module.learn(system, source, target, 1)
    again = Draws.read(target)
    assert again.provenance["deaths"] == learnt.record() and again.columns.keys() == few.columns.keys()
    with pytest.raises(InputError, match="no number twice"):
        module.learn(system, target, tmp_path / "more.parquet", 1)
    Draws(few.columns, mine | {"model": "other"}).write(source)
    with pytest.raises(InputError, match="another model"):
        module.learn(system, source, tmp_path / "more.parquet", 1)
