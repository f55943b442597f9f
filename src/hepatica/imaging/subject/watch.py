"""Watched folder: each new series is measured once and the analysis renewed; nothing is lost when it is killed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from hepatica.errors import InputError
from hepatica.imaging.readers.limits import MAX_FILES
from hepatica.imaging.subject.entries import CellsEntry
from hepatica.imaging.subject.ledger import Ledger, fingerprint
from hepatica.imaging.subject.scan import MeasuredScan, measure_scan
from hepatica.imaging.subject.scan_settings import ScanSettings

POLL = 2.0
"""Seconds between looks at the folder."""
HIDDEN = (".", "~")


class Arrival(NamedTuple):
    """Series that was taken up.

    Attributes
    ----------
    name : str
        Of the file or folder, for the screen alone.
    scan : MeasuredScan or None
        None where it was refused.
    refusal : str
        Why.
    """

    name: str
    scan: MeasuredScan | None
    refusal: str = ""


class Watch:
    """Watch of one folder.

    A series is a folder in it, or a file; it is taken up when two looks in a row find it unchanged. What was measured
    or refused is kept in the ledger before the next is taken up.

    Parameters
    ----------
    folder : Path
        That series arrive in.
    settings : ScanSettings
        How they are measured.
    ledger : Ledger
    masks : Path
        Folder that paths of masks may count from.
    cells : CellsEntry, optional
        Cells given, as `measure_scan` takes them.

    Raises
    ------
    InputError
        If the folder does not exist.
    """

    def __init__(
        self, folder: Path, settings: ScanSettings, ledger: Ledger, *, masks: Path, cells: CellsEntry | None = None
    ) -> None:
        if not folder.is_dir():
            raise InputError("--watch", str(folder), "a folder that exists")
        self.folder, self.settings, self.ledger, self.masks, self.cells = folder, settings, ledger, masks, cells
        self._before: dict[Path, tuple[int, int, int]] = {}
        self._known: dict[Path, tuple[tuple[int, int, int], str]] = {}

    def look(self) -> Iterator[Arrival]:
        """Take up every series that is new and has stopped to change.

        Examples
        --------
        >>> import tempfile
        >>> place = Path(tempfile.mkdtemp())
        >>> _ = (place / "note.txt").write_text("no image")
        >>> from hepatica.imaging.subject.scan_settings import ShapeEntry
        >>> shape = ShapeEntry(organ="liver", centre=(0, 0, 0), size=(1, 1, 1))
        >>> watch = Watch(place, ScanSettings(shape=(shape,)), Ledger(place / ".ledger"), masks=place)
        >>> [a.name for a in watch.look()], [a.scan for a in watch.look()], list(watch.look())
        ([], [None], [])
        """
        now = {path: _state(path) for path in self._entries()}
        settled = [path for path, state in now.items() if self._before.get(path) == state and state[0]]
        self._before = now
        for path in settled:
            key = self._key(path, now[path])
            if key not in self.ledger:
                yield self._take_up(path, key)

    def _entries(self) -> list[Path]:
        return sorted(p for p in self.folder.iterdir() if not p.name.startswith(HIDDEN))

    def _key(self, path: Path, state: tuple[int, int, int]) -> str:
        known = self._known.get(path)
        if known is None or known[0] != state:
            known = self._known[path] = (state, fingerprint(path))
        return known[1]

    def _take_up(self, path: Path, key: str) -> Arrival:
        try:
            scan = measure_scan(path, self.settings, masks=self.masks, cells=self.cells)
        except InputError as error:
            self.ledger.refuse(key)
            return Arrival(path.name, None, str(error))
        self.ledger.record(key, scan)
        return Arrival(path.name, scan)


def _state(path: Path) -> tuple[int, int, int]:
    """Number of files, bytes and last change, in nanoseconds; zeros where it is being moved."""
    try:
        files = [p for p in path.rglob("*") if p.is_file()] if path.is_dir() else [path]
        if len(files) > MAX_FILES:
            return len(files), 0, 0
        stats = [p.stat() for p in files]
    except OSError:
        return 0, 0, 0
    return len(stats), sum(s.st_size for s in stats), max((s.st_mtime_ns for s in stats), default=0)


def follow(
    watch: Watch,
    renew: Callable[[list[Arrival]], object],
    *,
    poll: float = POLL,
    once: bool = False,
    is_stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Look at the folder until stopped, and renew the report after each arrival.

    Parameters
    ----------
    watch : Watch
        Of the folder.
    renew : callable
        Takes what arrived since the last look; called at once with nothing, for what was measured before.
    poll : float, s
        Between looks.
    once : bool
        Stop when a look finds nothing new.
    is_stopped : callable
        Asked before each look.
    """
    renew([])
    list(watch.look())  # the first look only says what is there
    while not is_stopped():
        time.sleep(poll)
        arrived = list(watch.look())
        if arrived:
            renew(arrived)
        elif once:
            return
