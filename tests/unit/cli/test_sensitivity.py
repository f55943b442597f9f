"""hepatica sensitivity: the files, and that they repeat."""

import json


def test_sensitivity_writes_all_and_repeats(hepatica, study, tmp_path):
    small = ["--set", "dose=['1e5 cells/kg', '2e6 cells/kg']", "--days", "30 d"]
    small += ["--set", "infusions=1", "--trajectories", 1, "--patients", 4, "--top", 1]
    small += ["--parameters", "hazards:death_mass", "--parameters", "efficacy_recruitment"]
    code, out, _ = hepatica("sensitivity", study, *small, "--out", tmp_path / "s", "--workers", 1)
    assert code == 0 and "death_mass" in out and "research use" in out
    names = {"sensitivity.csv", "effects.csv", "negligible.csv", "doses.csv", "sensitivity.json"}
    names |= {f"{figure}.{kind}" for figure in ("influence", "doses") for kind in ("svg", "png")}
    assert {p.name for p in (tmp_path / "s").glob("[!.]*")} == names
    code, out, _ = hepatica("sensitivity", study, *small, "--out", tmp_path / "t", "--workers", 2, "--json")
    assert code == 0 and json.loads(out)["purpose"] == "for research use"
    for name in names:
        assert (tmp_path / "s" / name).read_bytes() == (tmp_path / "t" / name).read_bytes(), name
    assert hepatica("sensitivity", study, "--parameters", "nope:*")[0] == 2
