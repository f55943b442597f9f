"""Statements of the user where a file is silent: dose, times, half-life, body, sensitivity of a camera."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.volume import Note, NoteCode

EMISSION_ONLY = dict.fromkeys(
    ("activity", "residue", "half_life", "nuclide", "weight", "height", "sex", "sensitivity", "duration")
    + ("attenuation_corrected", "decay_reference"),
    "leave it out",
)
"""Statements that MR has no use for, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Stated:
    """Facts that a file lacks. What is stated here replaces what the file says, and is noted.

    Attributes
    ----------
    activity : float, Bq, optional
        Drawn up, at the time of injection.
    residue : float, Bq, optional
        Left in syringe and line, at the time of injection; subtracted from the activity. 0 says that there was none.
    injected : datetime, optional
        In the clock of the scanner, without an offset from UTC.
    half_life : float, s, optional
    nuclide : str, optional
        Such as ``"Zr89"``.
    weight : float, kg, optional
    height : float, m, optional
    sex : {"M", "F", "O"}, optional
    sensitivity : float, counts per second per MBq, optional
        Of a gamma camera, for images in counts.
    duration : float, s, optional
        Of each frame of a gamma camera.
    attenuation_corrected : bool, optional
    decay_reference : datetime, optional
        Time to which the voxels are corrected for decay, in the clock of the scanner.

    Raises
    ------
    ImageError
        If a number is not above 0 (`residue`: below 0), or a time has an offset from UTC.

    Examples
    --------
    >>> Stated(weight=70.0).named()
    ('weight',)
    """

    activity: float | None = None
    residue: float | None = None
    injected: datetime | None = None
    half_life: float | None = None
    nuclide: str | None = None
    weight: float | None = None
    height: float | None = None
    sex: str | None = None
    sensitivity: float | None = None
    duration: float | None = None
    attenuation_corrected: bool | None = None
    decay_reference: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be."""
        for name in ("activity", "half_life", "weight", "height", "sensitivity", "duration"):
            value = getattr(self, name)
            if value is not None and not 0.0 < value < float("inf"):
                raise ImageError(f"stated {name}", repr(value), "state a number above 0")
        if self.residue is not None and not 0.0 <= self.residue < float("inf"):
            raise ImageError("stated residue", repr(self.residue), "state an activity in Bq, 0 if none was left")
        if self.sex not in (None, "M", "F", "O"):
            raise ImageError("stated sex", repr(self.sex), "state 'M', 'F' or 'O'")
        for name in ("injected", "decay_reference"):
            time = getattr(self, name)
            if time is not None and time.tzinfo is not None:
                raise ImageError(
                    f"stated {name}",
                    "a time with an offset from UTC",
                    "state it in the clock of the scanner, without one",
                )

    def named(self) -> tuple[str, ...]:
        """Names of what is stated."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) is not None)

    def refuse(self, where: str, unused: Mapping[str, str]) -> None:
        """Refuse a statement that a format has no use for, so that none is passed over in silence.

        Parameters
        ----------
        where : str
            File.
        unused : mapping of str to str
            Names that the format does not use, and what to do instead.

        Raises
        ------
        ImageError
            If one of them is stated.

        Examples
        --------
        >>> Stated(duration=60.0).refuse("a.v", {"duration": "leave it out"})
        Traceback (most recent call last):
            ...
        hepatica.imaging.readers.faults.ImageError: a.v, stated duration: not used by this format; leave it out
        """
        for name in self.named():
            if name in unused:
                raise ImageError(f"{where}, stated {name}", "not used by this format", unused[name])

    def net(self, activity: float, notes: list[Note]) -> float:
        """Activity less the stated residue, in Bq; notes what was subtracted, or that nothing is known of it.

        Raises
        ------
        ImageError
            If the residue is no less than the activity.

        Examples
        --------
        >>> Stated(residue=1e6).net(1e8, [])
        99000000.0
        """
        if self.residue is None:
            notes.append(Note(NoteCode.RESIDUE_UNKNOWN))
            return activity
        if self.residue >= activity:
            raise ImageError(
                "stated residue", f"{self.residue:g} Bq of {activity:g} Bq", "state less than was drawn up"
            )
        if self.residue:
            notes.append(Note(NoteCode.RESIDUE_SUBTRACTED, {"share": round(100.0 * self.residue / activity, 2)}))
        return activity - self.residue
