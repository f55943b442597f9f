"""Packages hold every dataset in the forms asked for, byte for byte the same each time."""

import pytest

from hepatica.exchange.cdisc.package import write_package

NAMES = {"dm", "ex", "lb", "ds", "ae", "qs", "adsl", "adlb", "adtte"}


@pytest.mark.parametrize(("form", "suffixes"), [("xpt", {".xpt"}), ("json", {".json"}), ("both", {".xpt", ".json"})])
def test_forms(simulated, tmp_path, form, suffixes):
    paths = write_package(simulated(), tmp_path, form)
    assert {p.name for p in paths} == {f"{n}{s}" for n in NAMES for s in suffixes} | {"usdm.json"}


def test_equal_trials_are_equal_bytes(simulated, tmp_path):
    one, two = (write_package(simulated(), tmp_path / name) for name in ("a", "b"))
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in two]
    assert (tmp_path / "a/dm.xpt").read_bytes() != write_package(simulated(number=4), tmp_path / "c")[0].read_bytes()
