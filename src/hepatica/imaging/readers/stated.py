"""Statements of the user where a file is silent: dose, times, half-life, body, sensitivity of a camera."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from hepatica.imaging.readers.faults import ImageError


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
        In the clock of the scanner.
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
        Time to which the voxels are corrected for decay.

    Raises
    ------
    ImageError
        If a number is not above 0 (`residue`: below 0).

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

    def named(self) -> tuple[str, ...]:
        """Names of what is stated."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) is not None)
