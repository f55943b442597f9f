from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.imaging.quantification import OrganLabel
from hepatica.imaging.subject.ledger import Ledger, fingerprint, settings_fingerprint
from hepatica.imaging.subject.scan import MeasuredScan, measure_scan
from hepatica.imaging.subject.scan_settings import ScanSettings


def test_a_scan_comes_back_as_it_was(tmp_path: Path, series: Callable[..., Path], settings: ScanSettings) -> None:
    folder = series("day-0", tags={"PatientName": "Doe^Jane"})
    scan, ledger = measure_scan(folder, settings, masks=tmp_path), Ledger(tmp_path / "kept")
    ledger.record(fingerprint(folder), scan)
    (again,) = Ledger(tmp_path / "kept").scans()
    assert again.labels == scan.labels
    assert again.notes == scan.notes
    assert np.array_equal(again.views[0].intensity, scan.views[0].intensity)
    assert again.views[0].shadows.keys() == scan.views[0].shadows.keys()
    assert scan.slice is not None and again.slice is not None and again.slice.size == scan.slice.size
    assert b"Doe" not in b"".join(p.read_bytes() for p in (tmp_path / "kept").iterdir())


def test_pictures_that_are_lost_cost_no_numbers(
    tmp_path: Path, series: Callable[..., Path], settings: ScanSettings
) -> None:
    scan, ledger = measure_scan(series("day-0"), settings, masks=tmp_path), Ledger(tmp_path / "kept")
    ledger.record("aa", scan)
    (tmp_path / "kept/aa.npz").write_bytes(b"cut")
    assert ledger.scans()[0].labels == scan.labels
    assert ledger.scans()[0].views == ()


def test_of_two_results_of_one_time_the_latest_counts(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "kept")
    ledger.refuse("aa")
    assert "aa" in ledger and ledger.scans() == ()
    for age, (key, day, share) in enumerate((("bb", 0.0, 0.1), ("cc", 0.0, 0.2), ("dd", 1.0, 0.3))):
        ledger.record(key, MeasuredScan((OrganLabel("liver", day, share, 0.01),)))
        os.utime(tmp_path / f"kept/{key}.json", ns=(age, age))
    assert [s.labels[0].share for s in ledger.scans()] == [0.2, 0.3]


def test_a_damaged_ledger_is_said(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    (tmp_path / "aa.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="ledger"):
        ledger.scans()


def test_the_fingerprint_is_of_the_content(tmp_path: Path) -> None:
    for name, text in (("a", "1"), ("b", "2")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    before = fingerprint(tmp_path)
    (tmp_path / "a").write_text("3", encoding="utf-8")
    assert fingerprint(tmp_path) != before
    assert fingerprint(tmp_path / "b") != fingerprint(tmp_path / "a")


def test_what_was_refused_is_tried_again_under_other_settings(tmp_path: Path) -> None:
    mask = tmp_path / "organs.dcm"
    mask.write_bytes(b"1")
    settings = ScanSettings(regions="organs.dcm")
    first = settings_fingerprint(settings, tmp_path)
    mask.write_bytes(b"2")
    second = settings_fingerprint(settings, tmp_path)
    third = settings_fingerprint(settings.model_copy(update={"fwhm": 7.0}), tmp_path)
    assert len({first, second, third}) == 3 and settings_fingerprint(settings, tmp_path) == second
    Ledger(tmp_path / "kept", first).refuse("aa")
    assert "aa" in Ledger(tmp_path / "kept", first)
    assert "aa" not in Ledger(tmp_path / "kept", second)


def test_a_ledger_of_an_older_release_stands_aside(tmp_path: Path) -> None:
    (tmp_path / "aa.json").write_text('{"version": 1, "name": "day-0", "labels": []}', encoding="utf-8")
    ledger = Ledger(tmp_path)
    assert "aa" not in ledger and ledger.scans() == ()
