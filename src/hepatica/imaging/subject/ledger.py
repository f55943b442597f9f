"""Ledger of a watched folder: each series measured once, its result kept by one file that appears whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hepatica.errors import InputError
from hepatica.files import write_json, write_whole
from hepatica.imaging.quantification import OrganLabel
from hepatica.imaging.quantification.preview import Projection
from hepatica.imaging.readers import Note, NoteCode
from hepatica.imaging.subject.entries import CellsEntry
from hepatica.imaging.subject.pictures import Slice
from hepatica.imaging.subject.scan import MeasuredScan
from hepatica.imaging.subject.scan_settings import ScanSettings

VERSION = 4
CHUNK = 1 << 20


def fingerprint(path: Path) -> str:
    """Fingerprint of a series: of what its files hold, whatever they and their folder are called.

    Parameters
    ----------
    path : Path
        A folder or a file.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a").write_text("1")
    >>> before = fingerprint(folder)
    >>> _ = (folder / "a").rename(folder / "b")
    >>> fingerprint(folder) == before
    True
    """
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    series = hashlib.blake2b(digest_size=16)
    for digest in sorted(_digest(file) for file in files):
        series.update(digest)
    return series.hexdigest()


def settings_fingerprint(settings: ScanSettings, masks: Path, cells: CellsEntry | None = None) -> str:
    """Fingerprint of how series are measured: settings, cells, and what files of regions beside the subject hold.

    Parameters
    ----------
    settings : ScanSettings
        Of the watched folder.
    masks : Path
        Folder that paths of masks may count from.
    cells : CellsEntry, optional
        Cells given.

    Examples
    --------
    >>> from hepatica.imaging.subject.scan_settings import ShapeEntry
    >>> shape = ShapeEntry(organ="liver", centre=(0, 0, 0), size=(1, 1, 1))
    >>> one, other = (settings_fingerprint(ScanSettings(shape=(shape,), fwhm=w), Path()) for w in (0.0, 5.0))
    >>> one == other
    False
    """
    given = "" if cells is None else cells.model_dump_json()
    made = hashlib.blake2b((settings.model_dump_json() + given).encode(), digest_size=16)
    file = masks / settings.regions
    if settings.regions and file.is_file():
        made.update(_digest(file))
    if settings.iron is not None and settings.iron.before and (masks / settings.iron.before).exists():
        made.update(fingerprint(masks / settings.iron.before).encode())
    return made.hexdigest()


def _digest(file: Path) -> bytes:
    made = hashlib.blake2b(digest_size=16)
    with file.open("rb") as content:
        while chunk := content.read(CHUNK):
            made.update(chunk)
    return made.digest()


class Ledger:
    """Results of the series of one subject, a file each; nothing else says that a series was processed.

    A process that is killed leaves either the whole result of a series or none, and a series without a result is
    processed again. Of two results of one organ at one time, such as those of a series that has grown since, the latest
    counts. Results of other settings stand aside: what was refused or measured is taken up anew once they change. Files
    hold no identifier of a person: neither names of files and folders, nor sentences that name them.

    Parameters
    ----------
    folder : Path
        Where the results are kept; it is made.
    settings : str
        Fingerprint of how series are measured.

    Examples
    --------
    >>> import tempfile
    >>> ledger = Ledger(Path(tempfile.mkdtemp()))
    >>> ledger.record("00ff", MeasuredScan((OrganLabel("liver", 1.0, 0.1, 0.01),)))
    >>> "00ff" in ledger, ledger.scans()[0].labels[0].organ
    (True, 'liver')
    """

    def __init__(self, folder: Path, settings: str = "") -> None:
        self.folder, self.settings = folder, settings
        folder.mkdir(parents=True, exist_ok=True)

    def __contains__(self, key: str) -> bool:
        """True where the result of a series is kept, or that it was refused."""
        return self._path(key).exists() and self._row(self._path(key))["settings"] == self.settings

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def record(self, key: str, scan: MeasuredScan) -> None:
        """Keep the result of a series: first its pictures, then the file that says it is done."""
        pictures: dict[str, Any] = {f"view{v.axis}": v.intensity for v in scan.views}
        pictures |= {f"view{v.axis}:{n}": m for v in scan.views for n, m in v.shadows.items()}
        if scan.slice is not None:
            pictures["slice"] = scan.slice.intensity
            pictures |= {f"slice:{n}": m for n, m in scan.slice.outlines.items()}
        write_whole(self.folder / f"{key}.npz", lambda place: _save(place, pictures))
        write_json(
            self._path(key),
            {
                "version": VERSION,
                "settings": self.settings,
                "labels": [list(r) for r in scan.labels],
                "notes": [[n.code.value, dict(n.values)] for n in scan.notes],
                "identifiers": scan.identifiers,
                "voxel_volume": scan.voxel_volume,
                "sizes": {f"view{v.axis}": list(v.size) for v in scan.views}
                | ({} if scan.slice is None else {"slice": list(scan.slice.size)}),
            },
        )

    def refuse(self, key: str) -> None:
        """Keep that a series cannot be read; it is not tried again."""
        write_json(self._path(key), {"version": VERSION, "settings": self.settings, "refused": True})

    def scans(self) -> tuple[MeasuredScan, ...]:
        """Results of all series that were measured, by time."""
        kept: list[MeasuredScan] = []
        for path in sorted(self.folder.glob("*.json"), key=lambda p: (-p.stat().st_mtime_ns, p.name)):
            row = self._row(path)
            if row["settings"] != self.settings or "refused" in row:
                continue
            scan = self._restore(path.stem, row)
            if not any(scan.places & later.places for later in kept):
                kept.append(scan)
        return tuple(sorted(kept, key=lambda s: s.day))

    def _row(self, path: Path) -> dict[str, Any]:
        try:
            row: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if row["version"] != VERSION:  # of another release: it stands aside, as those of other settings do
                return row | {"settings": None}
            if not isinstance(row["settings"], str):
                raise ValueError
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                "ledger", path.name, "a file that this program wrote; remove it, and it is made anew"
            ) from error
        return row

    def _restore(self, key: str, row: Mapping[str, Any]) -> MeasuredScan:
        try:
            with np.load(self.folder / f"{key}.npz", allow_pickle=False) as stored:
                pictures = {name: stored[name] for name in stored.files}
        except (OSError, ValueError):
            pictures = {}  # numbers are what counts; a report without pictures is a report
        views = tuple(
            Projection(
                axis, pictures[f"view{axis}"], _masks(pictures, f"view{axis}"), _pair(row["sizes"][f"view{axis}"])
            )
            for axis in (1, 2)
            if f"view{axis}" in pictures
        )
        cut = None
        if "slice" in pictures:
            cut = Slice(pictures["slice"], _masks(pictures, "slice"), _pair(row["sizes"]["slice"]))
        labels = tuple(
            OrganLabel(str(o), *(float("nan") if v is None else float(v) for v in rest)) for o, *rest in row["labels"]
        )
        notes = tuple(Note(NoteCode(code), values) for code, values in row["notes"])
        voxel = row["voxel_volume"]
        return MeasuredScan(
            labels, views, cut, notes, int(row["identifiers"]), float("nan") if voxel is None else float(voxel)
        )


def _pair(values: list[float]) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def _masks(pictures: dict[str, Any], kind: str) -> dict[str, Any]:
    return {n.partition(":")[2]: m for n, m in pictures.items() if n.startswith(f"{kind}:")}


def _save(place: Path, pictures: dict[str, Any]) -> None:
    with place.open("wb") as file:
        np.savez_compressed(file, **pictures)
