"""Tables and trajectories: those of the answer, whole or not there."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hepatica.errors import InputError
from hepatica.report import write_report, write_tables
from hepatica.report.dose.tables import parameters, patients


@pytest.fixture(scope="module")
def folder(found, tmp_path_factory):
    where = tmp_path_factory.mktemp("report")
    written = write_tables(found, where)
    assert sorted(written) == sorted(where.iterdir())
    return where


@pytest.mark.parametrize("name", ["decision", "patients", "parameters"])
def test_tables_come_back(found, folder, name):
    frame = {
        "decision": found.decision.frame,
        "patients": lambda: patients(found),
        "parameters": lambda: parameters(found),
    }[name]()
    for back in (
        pd.read_csv(folder / f"{name}.csv", keep_default_na=False, na_values=[""]),
        pd.read_parquet(folder / f"{name}.parquet"),
    ):
        assert list(back.columns) == list(frame.columns) and len(back) == len(frame)
        for column in frame.select_dtypes("number"):
            np.testing.assert_allclose(back[column].astype(float), frame[column].astype(float), rtol=1e-12)


def test_patients_and_parameters_say_what_they_are(folder):
    people = pd.read_parquet(folder / "patients.parquet")
    assert len(people) == 40 and people["admission_inr"].between(1.5, 4.5).all() and people["draw"].nunique() == 40
    table = pd.read_csv(folder / "parameters.csv", keep_default_na=False)
    assert ((table["cite"] != "") | (table["reason"] != "")).all() and set(table["grade"]) <= {
        "human",
        "large animal",
        "rodent",
        "in vitro",
        "assumed",
    }
    assert (table["value_lung_only"] != "").any() and (table["fitted_reason"] != "").any()


@pytest.mark.parametrize("kind", ["courses", "cells"])
def test_trajectories_come_back_with_units_and_hashes(found, folder, kind):
    made = found.courses if kind == "courses" else found.kinetics
    for hypothesis, ds in made.items():
        with xr.open_dataset(folder / f"{kind}_{hypothesis}.nc", engine="scipy") as back:
            assert list(back["arm"].values) == list(ds["arm"].values)
            assert back.attrs["study_hash"] == found.study.hash and back.attrs["model_hash"] == found.system.model.hash
            name = "bilirubin" if kind == "courses" else "cells_liver"
            assert back[name].attrs["units"] == ds[name].attrs["units"] and back[name].dims == (
                "arm",
                "patient",
                "time",
            )
            np.testing.assert_allclose(back[name], ds[name], rtol=1e-6, atol=1e-30)


def test_nothing_is_half_written(found, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError):
        write_report(found, tmp_path / "file" / "report")
    assert [p.name for p in tmp_path.iterdir()] == ["file"] and (tmp_path / "file").read_text() == "in the way"


def test_a_failure_half_way_leaves_no_piece(found, tmp_path, monkeypatch):
    write_bytes = Path.write_bytes

    def fail(self, data):
        write_bytes(self, bytes(data)[:4])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(InputError, match="room"):
        write_tables(found, tmp_path)
    assert not list(tmp_path.glob("*.nc")) and not list(tmp_path.glob(".*"))
