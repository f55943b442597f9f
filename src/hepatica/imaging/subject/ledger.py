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
from hepatica.imaging.subject.scan import MeasuredScan, Slice
from hepatica.imaging.subject.scan_settings import ScanSettings

VERSION = 2
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


def settings_fingerprint(settings: ScanSettings, masks: Path) -> str:
    """Fingerprint of how series are measured: the settings, and what the file of regions beside the subject holds.

    Parameters
    ----------
    settings : ScanSettings
        Of the watched folder.
    masks : Path
        Folder that paths of masks may count from.

    Examples
    --------
    >>> from hepatica.imaging.subject.scan_settings import ShapeEntry
    >>> shape = ShapeEntry(organ="liver", centre=(0, 0, 0), size=(1, 1, 1))
    >>> one, other = (settings_fingerprint(ScanSettings(shape=(shape,), fwhm=w), Path()) for w in (0.0, 5.0))
    >>> one == other
    False
    """
    made = hashlib.blake2b(settings.model_dump_json().encode(), digest_size=16)
    file = masks / settings.regions
    if settings.regions and file.is_file():
        made.update(_digest(file))
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
    processed again. Where a series has grown since, its latest result counts. Results of other settings stand aside:
    what was refused or measured is taken up anew once they change. Files hold no identifier of a person.

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
    >>> ledger.record("00ff", MeasuredScan("day-0", (OrganLabel("liver", 1.0, 0.1, 0.01),)))
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
                "name": scan.name,
                "labels": [list(r) for r in scan.labels],
                "notes": [[n.code.value, dict(n.values)] for n in scan.notes],
                "identifiers": scan.identifiers,
                "sizes": {f"view{v.axis}": list(v.size) for v in scan.views}
                | ({} if scan.slice is None else {"slice": list(scan.slice.size)}),
            },
        )

    def refuse(self, key: str, name: str, why: str) -> None:
        """Keep that a series cannot be read, with the sentence that says why; it is not tried again."""
        write_json(self._path(key), {"version": VERSION, "settings": self.settings, "name": name, "refused": why})

    def refused(self) -> dict[str, str]:
        """Sentences by name of the series that could not be read."""
        return {row["name"]: row["refused"] for row in self._rows().values() if "refused" in row}

    def scans(self) -> tuple[MeasuredScan, ...]:
        """Results of all series that were measured, by time."""
        made = [self._restore(key, row) for key, row in self._rows().items() if "refused" not in row]
        return tuple(sorted(made, key=lambda s: s.day))

    def _rows(self) -> dict[str, dict[str, Any]]:
        rows = {path.stem: self._row(path) for path in sorted(self.folder.glob("*.json"))}
        rows = {key: row for key, row in rows.items() if row["settings"] == self.settings}
        latest = {row["name"]: key for key, row in sorted(rows.items(), key=lambda item: self._age(item[0]))}
        return {key: row for key, row in rows.items() if latest[row["name"]] == key}

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

    def _age(self, key: str) -> int:
        return self._path(key).stat().st_mtime_ns

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
        return MeasuredScan(str(row["name"]), labels, views, cut, notes, int(row["identifiers"]))


def _pair(values: list[float]) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def _masks(pictures: dict[str, Any], kind: str) -> dict[str, Any]:
    return {n.partition(":")[2]: m for n, m in pictures.items() if n.startswith(f"{kind}:")}


def _save(place: Path, pictures: dict[str, Any]) -> None:
    with place.open("wb") as file:
        np.savez_compressed(file, **pictures)
