"""hepatica ensemble: the files of many patients."""

import json


def test_an_ensemble_is_streamed_to_files(hepatica, small, study, tmp_path):
    code, out, err = hepatica("ensemble", study, *small, "--patients", "12", "--out", tmp_path / "e", "--json")
    assert code == 0, err
    assert json.loads(out)["patients"] == 12 and json.loads(out)["purpose"] == "for research use"
    assert sorted(p.name for p in (tmp_path / "e").glob("[!.]*")) == ["bands.parquet", "endpoints.parquet"]
