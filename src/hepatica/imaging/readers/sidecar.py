"""BIDS-PET sidecars: fields in both spellings that exist, with their units, and what contradicts itself."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepatica.imaging.readers import identifiers
from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.limits import MAX_TEXT_BYTES, read_bounded

Floats = NDArray[np.float64]
SPELLINGS = {
    "InjectedRadioactivity": ("InjectedRadioactivity", "InjectedRadioActivity"),
    "InjectedRadioactivityUnits": (
        *("InjectedRadioactivityUnits", "InjectedRadioactivityUnit"),
        *("InjectedRadioActivityUnits", "InjectedRadioActivityUnit"),
    ),
    "TracerRadionuclide": ("TracerRadionuclide", "Radionuclide"),
    "FrameTimesStart": ("FrameTimesStart", "FrameTimeStart"),
    "FrameDuration": ("FrameDuration", "FrameDurations"),
    "ImageDecayCorrected": ("ImageDecayCorrected",),
    "ImageDecayCorrectionTime": ("ImageDecayCorrectionTime",),
    "InjectionStart": ("InjectionStart",),
    "Units": ("Units", "Unit"),
}
"""Each field as the specification has it now, then as earlier drafts and converters have it."""
ACTIVITY = {"bq": 1.0, "kbq": 1e3, "mbq": 1e6, "gbq": 1e9, "uci": 3.7e4, "mci": 3.7e7, "ci": 3.7e10}
CONCENTRATION = {"bq/ml": 1.0, "bqml": 1.0, "bq/cc": 1.0, "kbq/ml": 1e3, "kbq/cc": 1e3, "mbq/ml": 1e6}
OVERLAP = 0.5
"""s by which a frame may run into the next."""


@dataclass(frozen=True, kw_only=True)
class Sidecar:
    """Contents of a sidecar, in Bq, Bq/mL and s.

    Attributes
    ----------
    scale : float
        Bq/mL of one unit of the image.
    starts, durations : (frame,) array, s
        Since TimeZero.
    injected : float or None, s
        Since TimeZero.
    corrected_to : float or None, s
        Time of decay correction since TimeZero, None if there is none.
    activity : float or None, Bq
    nuclide : str
    half_life : float or None, s
        As converters of DICOM write it; BIDS has no field for it.
    weight : float or None, kg
    attenuation_corrected : bool
    identifiers : tuple of str
    """

    scale: float
    starts: Floats
    durations: Floats
    injected: float | None
    corrected_to: float | None
    activity: float | None
    nuclide: str
    half_life: float | None
    weight: float | None
    attenuation_corrected: bool
    identifiers: tuple[str, ...] = ()


def read_sidecar(path: str | Path) -> Sidecar:
    """Read the JSON file beside an image.

    Parameters
    ----------
    path : str or Path
        At most 16 MiB.

    Raises
    ------
    ImageError
        One sentence: the field that is missing, is no number, or contradicts another.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "made_pet.json"
    >>> _ = path.write_text(json.dumps({"Units": "Bq/mL", "FrameTimesStart": [0], "FrameDuration": [60],
    ...     "InjectionStart": 0, "ImageDecayCorrected": True, "ImageDecayCorrectionTime": 0,
    ...     "InjectedRadioactivity": 40, "InjectedRadioactivityUnit": "MBq", "TracerRadionuclide": "89Zr",
    ...     "AttenuationCorrection": "measured"}))
    >>> read_sidecar(path).activity
    40000000.0
    """
    path = Path(path)
    raw = _parse(path)
    starts, durations = _frames(path.name, raw)
    return Sidecar(
        scale=_unit(path.name, "Units", _required(path.name, raw, "Units"), CONCENTRATION),
        starts=starts,
        durations=durations,
        injected=_number(path.name, raw, "InjectionStart"),
        corrected_to=_corrected_to(path.name, raw),
        activity=_activity(path.name, raw),
        nuclide=str(_field(path.name, raw, "TracerRadionuclide") or ""),
        half_life=_plain(path.name, raw, "RadionuclideHalfLife"),
        weight=_plain(path.name, raw, "PatientWeight") or _plain(path.name, raw, "BodyWeight"),
        attenuation_corrected=_attenuation(path.name, raw),
        identifiers=identifiers.present(identifiers.SIDECAR, {k for k, v in raw.items() if v not in (None, "", [])}),
    )


def _parse(path: Path) -> dict[str, Any]:
    text = read_bounded(path, MAX_TEXT_BYTES)
    try:
        raw = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ImageError(path.name, "not JSON in UTF-8", "give the sidecar that belongs to the image") from error
    if not isinstance(raw, dict):
        raise ImageError(path.name, "not a table of fields", "give the sidecar that belongs to the image")
    return raw


def _field(where: str, raw: Mapping[str, Any], name: str) -> Any:
    """Value of a field by either spelling; both may be there if they agree."""
    there = {s: raw[s] for s in SPELLINGS[name] if raw.get(s) not in (None, "", [])}
    values = list(there.values())
    if any(v != values[0] for v in values[1:]):
        raise ImageError(f"{where}, {' and '.join(there)}", "two spellings of one field disagree", "keep one")
    return values[0] if values else None


def _required(where: str, raw: Mapping[str, Any], name: str) -> Any:
    value = _field(where, raw, name)
    if value is None:
        raise ImageError(f"{where}, {name}", "missing", "add it to the sidecar")
    return value


def _finite(where: str, name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ImageError(f"{where}, {name}", "not a finite number", "write a number, without its unit")
    return float(value)


def _number(where: str, raw: Mapping[str, Any], name: str) -> float | None:
    value = _field(where, raw, name)
    return None if value is None else _finite(where, name, value)


def _plain(where: str, raw: Mapping[str, Any], name: str) -> float | None:
    return None if raw.get(name) in (None, "") else _finite(where, name, raw[name])


def _unit(where: str, name: str, said: Any, table: Mapping[str, float]) -> float:
    key = str(said).strip().lower().replace("µ", "u").replace("μ", "u")
    if key not in table:
        raise ImageError(f"{where}, {name}", repr(said), f"write one of {', '.join(table)}")
    return table[key]


def _activity(where: str, raw: Mapping[str, Any]) -> float | None:
    value = _number(where, raw, "InjectedRadioactivity")
    if value is None:
        return None
    said = _required(where, raw, "InjectedRadioactivityUnits")
    return value * _unit(where, "InjectedRadioactivityUnits", said, ACTIVITY)


def _frames(where: str, raw: Mapping[str, Any]) -> tuple[Floats, Floats]:
    starts, durations = (_list(where, n, _required(where, raw, n)) for n in ("FrameTimesStart", "FrameDuration"))
    if len(starts) != len(durations):
        raise ImageError(
            f"{where}, FrameDuration", f"{len(durations)} for {len(starts)} frames", "give one to each frame"
        )
    if (durations <= 0).any():
        raise ImageError(f"{where}, FrameDuration", "0 or below", "write the duration of each frame in s")
    ends, following = starts[:-1] + durations[:-1], starts[1:]
    if (ends > following + OVERLAP).any():
        are_ends = np.allclose(durations[:-1], following - starts[0], atol=OVERLAP)
        fault = "they are the times at which frames end" if are_ends else "frames run into those that follow"
        raise ImageError(f"{where}, FrameDuration", fault, "write durations, which add up to FrameTimesStart")
    return starts, durations


def _list(where: str, name: str, value: Any) -> Floats:
    values: Sequence[Any] = value if isinstance(value, list) else [value]
    return np.array([_finite(where, name, v) for v in values])


def _corrected_to(where: str, raw: Mapping[str, Any]) -> float | None:
    said = _required(where, raw, "ImageDecayCorrected")
    if not isinstance(said, bool):
        raise ImageError(f"{where}, ImageDecayCorrected", repr(said), "write true or false")
    if not said:
        return None
    return _finite(where, "ImageDecayCorrectionTime", _required(where, raw, "ImageDecayCorrectionTime"))


def _attenuation(where: str, raw: Mapping[str, Any]) -> bool:
    said = str(raw.get("AttenuationCorrection") or "").strip().lower()
    if not said:
        raise ImageError(f"{where}, AttenuationCorrection", "missing", "add it to the sidecar")
    return said not in ("none", "no", "n/a", "uncorrected")
