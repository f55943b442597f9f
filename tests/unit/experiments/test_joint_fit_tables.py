"""Fitted values go into their tables; whatever stands beside them stays."""

import difflib
import tomllib
from importlib.resources import files
from pathlib import Path

import joint_fit_tables as module
import pytest


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the tables that may be written into."""
    homes = {"hepatica.model.modules": tmp_path / "modules", "hepatica.patients": tmp_path / "patients"}
    for package, home in homes.items():
        source = Path(str(files(package)))
        for path in source.rglob("*.toml"):
            target = home / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(module, "files", lambda package: homes[package])
    return homes


def test_values_are_written_in_the_unit_of_the_table_and_nothing_else_moves(model, copy):
    home = copy["hepatica.model.modules"]
    before = (home / "immune.toml").read_text(encoding="utf-8")
    own = {("hbv_aclf", "insult.effectors_young"): 2.0, ("aclf_grade_1", "before.drinking"): 0.5}
    module.write_back(model, {"alarm": 1.5}, own)
    after = (home / "immune.toml").read_text(encoding="utf-8")
    changed = [x for x in difflib.ndiff(before.splitlines(), after.splitlines()) if x[0] in "+-"]
    assert len(changed) == 2 and tomllib.loads(after)["alarm"]["value"] == pytest.approx(
        1.5 * tomllib.loads(before)["alarm"]["value"], rel=1e-3
    )
    people, shipped = copy["hepatica.patients"] / "populations", Path(str(files("hepatica.patients"))) / "populations"

    def read(folder, key):
        return tomllib.loads((folder / f"{key}.toml").read_text(encoding="utf-8"))

    flare = [read(f, "hbv_aclf")["insult"]["effectors_young"]["parts"][0] for f in (shipped, people)]
    assert flare[1]["median"] == pytest.approx(2 * flare[0]["median"], rel=1e-3) and flare[1]["cv"] == flare[0]["cv"]
    binge = [read(f, "aclf_grade_1")["causes"][0]["before"]["drinking"]["parts"][0] for f in (shipped, people)]
    assert binge[1]["high"] == pytest.approx(binge[0]["high"] / 2, rel=1e-3)
