"""Store of evaluations on disk, each written atomically, from which a search that was killed goes on."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.search.outcomes import Evaluate, Outcomes
from hepatica.files import write_whole

Floats = NDArray[np.float64]


@dataclass
class Store:
    """Evaluations in a folder, by what was asked.

    Attributes
    ----------
    folder : Path or None
        None keeps nothing.
    key : str
        All that decides an evaluation besides candidates and patients: model, draws, study.
    spent, resumed : int
        Courses simulated by this run, and taken from the folder instead; of a patient under a candidate.
    """

    folder: Path | None
    key: str
    spent: int = 0
    resumed: int = 0

    def name(self, points: Floats, first: int, last: int) -> str:
        """File name of an evaluation."""
        asked = np.ascontiguousarray(points, np.float64)
        text = f"{self.key}\x1f{asked.shape}\x1f{first}\x1f{last}".encode()
        return f"{hashlib.blake2b(text + asked.tobytes(), digest_size=12).hexdigest()}.npz"

    def evaluate(self, evaluate: Evaluate, points: Floats, first: int, last: int) -> Outcomes:
        """Evaluation from the folder, else made and kept there."""
        name = self.name(points, first, last)
        kept = self._read(name)
        if kept is not None:
            self.resumed += kept.gain.size
            return kept
        made = evaluate(points, first, last)
        self.spent += made.gain.size
        if self.folder is not None:
            memory = io.BytesIO()
            np.savez(memory, gain=made.gain, lost=made.lost, excess=made.excess)
            write_whole(self.folder / name, lambda p: p.write_bytes(memory.getbuffer()))
        return made

    def _read(self, name: str) -> Outcomes | None:
        """Evaluation of a file; None if there is none, or it is damaged."""
        if self.folder is None or not (self.folder / name).exists():
            return None
        try:
            with np.load(io.BytesIO((self.folder / name).read_bytes()), allow_pickle=False) as data:
                return Outcomes(data["gain"], data["lost"], data["excess"])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
