"""Output folders: claimed by one run at a time, whose files appear together or not at all."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import shutil
import time
from pathlib import Path
from types import TracebackType

from hepatica.errors import InputError
from hepatica.files import NO_ROOM, STAGING, refusal, write_json

LOCK, COMPLETE, NAMES, PUBLISHED = ".lock", ".complete", ".names.json", ".published.json"
PAUSE, ROUNDS = 0.05, 40  # seconds, and how often: time in which writes that had begun come to their end
WRITE_ERRORS = (*NO_ROOM, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO)


def _lock(file: int) -> bool:
    """Lock an open file for this process; False if another holds it. The system frees it when the process ends."""
    if os.name != "posix":
        import msvcrt

        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES)  # a file system without locks: go on without
    return True


class OutputFolder:
    """An output folder claimed by one run, whose files appear together or not at all.

    While it is claimed another run into the folder is refused; the claim of a process that has ended counts no more.
    Files are written to `staging`, and `publish` moves them into place. A run that stops before leaves the files of
    the last one, all of them; one that is killed while they move is completed by the next claim. Files that the last
    run of the same kind published and this one did not are removed, so that no folder shows two runs as one.

    Attributes
    ----------
    folder : Path
    kind : str
        What is written, such as ``dose``: folders may hold the files of several kinds.
    staging : Path
        Where to write, a hidden folder inside `folder`.

    Examples
    --------
    >>> import tempfile
    >>> from hepatica.files import write_text
    >>> place = Path(tempfile.mkdtemp()) / "report"
    >>> with claim(place, "dose") as output:
    ...     _ = write_text(output.staging / "a.txt", "1")
    ...     [p.name for p in output.publish()]
    ['a.txt']
    """

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder, self.kind = folder, kind
        self.staging = folder / f"{STAGING}{secrets.token_hex(4)}"
        self._lock: int | None = None
        self._is_new = False

    def __enter__(self) -> OutputFolder:
        """Lock the folder and clear what killed runs left."""
        try:
            self._is_new = not self.folder.exists()
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = self._locked()
            for entry in self.folder.glob(f"{STAGING}*"):
                shutil.rmtree(entry, ignore_errors=True)
            self._complete()
            self.staging.mkdir()
        except OSError as error:
            self._release()
            raise refusal(self.folder, error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what was not published and free the folder; a failed write becomes an InputError."""
        shutil.rmtree(self.staging, ignore_errors=True)
        if isinstance(value, OSError):
            self._outlast()
        self._release()
        if isinstance(value, OSError) and value.errno in WRITE_ERRORS:
            raise refusal(self.folder, value) from value

    def publish(self) -> list[Path]:
        """Move the staged files into place.

        Returns
        -------
        list of Path
            Where they are now.

        Raises
        ------
        InputError
            If the folder cannot be written.
        """
        names = sorted(p.name for p in self.staging.iterdir())
        write_json(self.staging / NAMES, {"kind": self.kind, "names": names})
        try:
            self.staging.rename(self.folder / COMPLETE)
            self._complete()
            self.staging.mkdir()
        except OSError as error:
            raise refusal(self.folder, error) from error
        return [self.folder / name for name in names]

    def _complete(self) -> None:
        """Move what is complete into place, and remove what the last run of this kind had besides."""
        complete, record = self.folder / COMPLETE, self.folder / PUBLISHED
        if not complete.exists():
            return
        made = json.loads((complete / NAMES).read_text(encoding="utf-8"))
        published = _published(record)
        for name in {*published.get(made["kind"], ())} - {*made["names"]}:
            _remove(self.folder / name)
        for entry in sorted(p for p in complete.iterdir() if p.name != NAMES):
            if entry.is_dir() or (self.folder / entry.name).is_dir():
                _remove(self.folder / entry.name)
            entry.replace(self.folder / entry.name)
        write_json(record, published | {made["kind"]: made["names"]})
        shutil.rmtree(complete)

    def _outlast(self) -> None:
        """Remove what threads still wrote after the write of one had failed, until nothing comes any more."""
        for _ in range(ROUNDS):
            time.sleep(PAUSE)
            if not self.staging.exists():
                return
            shutil.rmtree(self.staging, ignore_errors=True)

    def _locked(self) -> int:
        """The lock file, open and locked."""
        path = self.folder / LOCK
        while True:
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            if not _lock(file):
                owner = os.read(file, 20).decode("ascii", "replace").strip() if os.name == "posix" else ""
                os.close(file)
                by = f" (process {owner} is)" if owner else ""
                raise InputError(
                    "output", str(self.folder), f"a folder that no other run is writing to{by}; wait or choose another"
                )
            with contextlib.suppress(OSError):
                if os.path.samestat(os.fstat(file), os.stat(path)):  # else its last owner has just removed it
                    os.ftruncate(file, 0)
                    os.write(file, str(os.getpid()).encode())
                    return file
            os.close(file)

    def _release(self) -> None:
        if self._lock is None:
            return
        if os.name == "posix":
            (self.folder / LOCK).unlink(missing_ok=True)
        os.close(self._lock)
        self._lock = None
        if self._is_new:
            with contextlib.suppress(OSError):
                self.folder.rmdir()  # only if it is empty


def _published(record: Path) -> dict[str, list[str]]:
    """Names of published files by kind; a record that is damaged lists none."""
    try:
        recorded = json.loads(record.read_text(encoding="utf-8"))
        return {
            str(kind): [n for n in names if isinstance(n, str) and n == Path(n).name and not n.startswith(".")]
            for kind, names in recorded.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _remove(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def claim(folder: Path, kind: str) -> OutputFolder:
    """Claim an output folder for one run of a kind; to be used in a `with` statement.

    Raises
    ------
    InputError
        On entry, if another run is writing to the folder, or it cannot be written.
    """
    return OutputFolder(folder, kind)
