"""Lot file: one bad file of each kind, one sentence each."""

import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.release.lot_file import check_lot, read_lot
from hepatica.manufacturing.toml_file import MAX_BYTES

POTENCY = {"name": "potency", "role": "potency", "values": [0.8], "assay_sd": 0.1, "lower": 0.7, "scale": "log"}
LOSS = {"days": 4.0, "low": 1.0, "high": 7.0, "linked": 0.5, "rejection": 2.0, "source": "a belief"}


def given(**changes):
    base = {"title": "t", "lot": "1", "dose": {"planned": 1e6, "largest": 2e6}, "attribute": [POTENCY], "loss": LOSS}
    return {k: v for k, v in (base | changes).items() if v is not None}


def attribute(**changes):
    return given(attribute=[{k: v for k, v in (POTENCY | changes).items() if v is not None}])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (given(dose=None), "dose"),
        (given(dose={"planned": 2e6, "largest": 1e6}), "largest"),
        (given(dose={"planned": 0, "largest": 1e6}), "planned"),
        (given(dose={"planned": 1e6, "largest": 2e6, "unit": "mg"}), "cells, such as cells/kg, not 'mg'"),
        (given(dose={"planned": True, "largest": 2e6}), "planned"),
        (given(colour="red"), "colour"),
        (given(attribute=[]), "attribute"),
        (given(attribute=[POTENCY, POTENCY]), "same name"),
        (given(attribute=[POTENCY, POTENCY | {"name": "other"}]), "only one"),
        (given(attribute=[{"name": "sterility", "passed": True}]), "role potency"),
        (given(loss=LOSS | {"linked": 1.2}), "linked"),
        (given(loss={k: v for k, v in LOSS.items() if k != "linked"}), "linked"),
        (given(loss=LOSS | {"low": 5.0}), "between low and high"),
        (given(loss=LOSS | {"source": ""}), "source"),
        (attribute(values=None), "either values"),
        (attribute(passed=True), "either values"),
        (attribute(values=["high"]), "values"),
        (attribute(values=[float("nan")]), "values"),
        (attribute(values=[-0.2]), "positive"),
        (attribute(values=[True]), "values"),
        (attribute(values=["0.8"]), "values"),
        (attribute(values=[1e308]), r"at most 1e\+100"),
        (attribute(assay_sd=1e200), r"at most 1e\+100"),
        (attribute(name="CD73", lower=None), "; CD73: give lower"),
        (attribute(assay_sd=None), "assay_sd"),
        (attribute(assay_sd=0), "assay_sd"),
        (attribute(lower=None), "lower, upper"),
        (attribute(upper=0.5), "not below"),
        (attribute(process={"mean": 0.0, "sd": 0.1}), "positive"),
        (attribute(values=None, assay_sd=None, passed=False, lower=None), "potency needs values"),
        (given(chance=1.0), "chance"),
    ],
)
def test_bad_files_are_refused_in_one_sentence(data, says):
    with pytest.raises(InputError, match=says) as error:
        check_lot(data)
    assert "\n" not in str(error.value) and len(str(error.value)) < 500


def test_reading(tmp_path):
    path = tmp_path / "lot.toml"
    path.write_text("title = [", encoding="utf-8")
    with pytest.raises(InputError, match="TOML in UTF-8"):
        read_lot(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="TOML in UTF-8"):
        read_lot(path)
    path.write_text("#" * (MAX_BYTES + 1), encoding="utf-8")
    with pytest.raises(InputError, match="one lot"):
        read_lot(path)
    assert check_lot(given()).attribute[0].law() is None
