from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hepatica.errors import InputError
from hepatica.imaging.subject.ledger import Ledger
from hepatica.imaging.subject.scan_settings import ScanSettings
from hepatica.imaging.subject.watch import Arrival, Watch, follow

Series = Callable[..., Path]

CHILD = """
import sys
from pathlib import Path
from hepatica.imaging.subject import watch as module
from hepatica.imaging.subject.ledger import Ledger
from hepatica.imaging.subject.scan_settings import ScanSettings
folder, kept, log = map(Path, sys.argv[1:])
measure = module.measure_scan
def counted(path, *args, **kwargs):
    with log.open("a") as file:
        file.write(path.name + "\\n")
    return measure(path, *args, **kwargs)
module.measure_scan = counted
settings = ScanSettings(regions="organs.dcm", background="muscle")
watch = module.Watch(folder, settings, Ledger(kept), masks=folder)
module.follow(watch, lambda arrived: None, poll=0.01)
"""


def test_a_series_is_taken_up_once_and_when_it_has_stopped_to_change(
    tmp_path: Path, series: Series, settings: ScanSettings
) -> None:
    place = tmp_path / "in"
    place.mkdir()
    watch = Watch(place, settings, Ledger(tmp_path / "kept"), masks=place)
    folder = series("day-0", where=place)
    assert list(watch.look()) == []  # it may still be on its way
    last = sorted(folder.glob("slice*"))[-1]
    content = last.read_bytes()
    last.write_bytes(content[:100])
    assert list(watch.look()) == []
    last.write_bytes(content)
    assert list(watch.look()) == []
    (arrived,) = watch.look()
    assert arrived.scan is not None and arrived.name == "day-0"
    assert list(watch.look()) == []
    folder.rename(place / "another-name")
    assert list(watch.look()) == list(watch.look()) == []  # the same series
    again = Watch(place, settings, Ledger(tmp_path / "kept"), masks=place)
    assert list(again.look()) == list(again.look()) == []


def test_what_cannot_be_read_is_said_once_and_stops_nothing(
    tmp_path: Path, series: Series, settings: ScanSettings
) -> None:
    place = tmp_path / "in"
    series("good", where=place)
    (place / "notes.txt").write_text("hello", encoding="utf-8")
    seen: list[Arrival] = []
    follow(Watch(place, settings, Ledger(tmp_path / "kept"), masks=place), seen.extend, poll=0.0, once=True)
    assert [(a.name, a.scan is None) for a in seen] == [("good", False), ("notes.txt", True)]
    assert "\n" not in seen[1].refusal
    renewed: list[list[Arrival]] = []
    follow(Watch(place, settings, Ledger(tmp_path / "kept"), masks=place), renewed.append, poll=0.0, once=True)
    assert renewed == [[]]  # what was measured before is shown at once


def test_nothing_is_lost_when_it_is_killed(tmp_path: Path, series: Series, settings: ScanSettings) -> None:
    """Killed at random moments while six series arrive: each is kept in the end, whole, and none measured after that."""
    place, kept, log = tmp_path / "in", tmp_path / "kept", tmp_path / "log"
    for k in range(6):
        series(f"scan-{k}", hours=1.0 + k, where=place)
    for pause in (0.9, 1.2):
        child = subprocess.Popen([sys.executable, "-c", CHILD, place, kept, log], stderr=subprocess.PIPE)
        until = time.monotonic() + 300  # a machine may be busy
        before = len(log.read_text().splitlines()) if log.exists() else 0
        while time.monotonic() < until and child.poll() is None:
            now = len(log.read_text().splitlines()) if log.exists() else 0
            if now > before + pause:  # in the midst of the second series of this run, or a later one
                break
            time.sleep(0.002)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert child.stderr is not None and b"Error" not in child.stderr.read()
        child.stderr.close()
        Ledger(kept).scans()  # whatever is there is whole
    done = {s.day for s in Ledger(kept).scans()}
    tried = log.read_text().splitlines()
    assert done and len(tried) <= len(set(tried)) + 3  # at most the one in hand is measured again after a kill
    watch = Watch(place, settings, Ledger(kept), masks=place)
    follow(watch, lambda arrived: None, poll=0.0, once=True)
    scans = Ledger(kept).scans()
    assert [24 * s.day for s in scans] == pytest.approx([1.0 + k for k in range(6)], abs=0.5)
    assert all(len(s.labels) == 3 and len(s.views) == 2 for s in scans)


def test_a_folder_that_is_none(tmp_path: Path, settings: ScanSettings) -> None:
    with pytest.raises(InputError, match="--watch"):
        Watch(tmp_path / "nowhere", settings, Ledger(tmp_path / "kept"), masks=tmp_path)
