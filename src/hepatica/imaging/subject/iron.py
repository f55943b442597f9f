"""Label of organs from iron oxide: R2* of a scan, and cells by the calibration of the subject file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hepatica.errors import InputError
from hepatica.imaging.quantification import ErrorModel, OrganLabel
from hepatica.imaging.quantification.relaxation import mean_rate, relaxation_map
from hepatica.imaging.readers import ImageError, ImageVolume, Note, NoteCode, Region, Stated
from hepatica.imaging.readers.stated import EMISSION_ONLY
from hepatica.imaging.subject.entries import CellsEntry
from hepatica.imaging.subject.regions import NIFTI, read_regions
from hepatica.imaging.subject.scan_settings import IronEntry, ScanSettings
from hepatica.progress import Progress, ignore_progress

IRON = "iron_oxide"
HOURS_PER_DAY, SECONDS_PER_DAY = 24.0, 86400.0


class LabelledIron(NamedTuple):
    """Cells with iron oxide, and the subject without them.

    Attributes
    ----------
    number : float, cell
        Labelled cells given, living and dead.
    day : float
        Of the scan, since the infusion.
    tissue : mapping of str to float, 1/s
        R2* of organs without label.
    """

    number: float
    day: float
    tissue: Mapping[str, float]


def read_rates(path: Path, stated: Stated, iron: IronEntry, progress: Progress = ignore_progress) -> ImageVolume:
    """Read a map of R2*: fitted to a multi-echo DICOM series, or a NIfTI map in 1/s.

    Parameters
    ----------
    path : Path
        Folder or file.
    stated : Stated
        Of a DICOM series the time of the infusion; nothing of a map.
    iron : IronEntry
        Whose signal of air says which echoes are noise.
    progress : Progress
        Told of each slice.

    Raises
    ------
    ImageError
        If it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from hepatica.imaging.phantoms.mr import write_echoes
    >>> folder = write_echoes(Path(tempfile.mkdtemp()) / "mr", np.full((1, 4, 4), 60.0), echo_times=[0.002, 0.012])
    >>> iron = IronEntry(slope=5e-5, slope_sd=1e-6, largest=2e6, tissue={"liver": {"r2star": 40.0, "sd": 2.0}})
    >>> round(float(read_rates(folder, Stated(), iron).values.mean()), 1)
    60.0
    """
    from hepatica.imaging import readers

    if path.name.lower().endswith(NIFTI):
        stated.refuse(path.name, EMISSION_ONLY | {"injected": "give hours"})
        return readers.read_relaxation(path)
    echoes = readers.read_dicom(path, stated=stated, modality="MR", progress=progress)
    return relaxation_map(echoes, noise=iron.noise)


def scan_day(rates: ImageVolume, hours: float | None) -> float:
    """Day of a scan after the infusion: stated, or from the time of acquisition.

    Raises
    ------
    ImageError
        If neither is there, or both.

    Examples
    --------
    >>> from hepatica.imaging.readers import Quantity
    >>> nothing = np.full(1, np.nan)
    >>> image = ImageVolume(values=np.ones((1, 1, 1, 1), np.float32), affine=np.eye(4),
    ...     quantity=Quantity.RELAXATION, starts=nothing, durations=nothing)
    >>> scan_day(image, 36.0)
    1.5
    """
    start = float(rates.starts[0])
    if hours is None and not np.isfinite(start):
        raise ImageError("time of the MR scan", "not known", "give hours since the infusion, or stated injected")
    if hours is not None and np.isfinite(start):
        raise ImageError("time of the MR scan", "hours and stated injected", "give one of the two")
    return start / SECONDS_PER_DAY if hours is None else hours / HOURS_PER_DAY


def tissue_rates(settings: ScanSettings, folder: Path, progress: Progress = ignore_progress) -> dict[str, float]:
    """R2* of organs without label: stated, or measured in the scan before the infusion with the same regions.

    Parameters
    ----------
    settings : ScanSettings
        Of iron.
    folder : Path
        That paths count from.
    progress : Progress
        Told of each slice.

    Raises
    ------
    ImageError
        If the scan cannot be read, or lacks an organ.

    Examples
    --------
    >>> iron = IronEntry(slope=5e-5, slope_sd=1e-6, largest=2e6, tissue={"liver": {"r2star": 40.0, "sd": 2.0}})
    >>> tissue_rates(ScanSettings(kind="iron", regions="organs.dcm", iron=iron), Path())
    {'liver': 40.0}
    """
    iron = _iron(settings)
    rates = {name: t.r2star for name, t in iron.tissue.items()}
    if iron.before:
        path = folder / iron.before
        image = read_rates(path, Stated(), iron, progress)
        for region in read_regions(path, settings, image, folder)[0]:
            if region.name in rates and rates[region.name] is None:
                rates[region.name] = mean_rate(image, region)
    if absent := [name for name, rate in rates.items() if rate is None]:
        raise ImageError(f"iron.tissue.{absent[0]}", "no region of this name", "name the organs as the regions")
    return {name: float(rate) for name, rate in rates.items() if rate is not None}


def _iron(settings: ScanSettings) -> IronEntry:
    if settings.iron is None:
        raise InputError("iron", "none", "the calibration of R2*")
    return settings.iron


def measure_iron(
    rates: ImageVolume, regions: Sequence[Region], iron: IronEntry, given: LabelledIron, errors: ErrorModel
) -> tuple[tuple[OrganLabel, ...], tuple[Note, ...]]:
    """Label of organs by R2*, as a share of the labelled cells given.

    Parameters
    ----------
    rates : ImageVolume
        R2*.
    regions : sequence of Region
        Those of organs whose tissue the calibration states are counted.
    iron : IronEntry
        The calibration.
    given : LabelledIron
        Cells, time, and R2* without them.
    errors : ErrorModel
        Relative errors besides that of the slope.

    Returns
    -------
    tuple of OrganLabel
        An organ beyond the calibration is left out: its number is a lower bound only. One below the limit is there,
        with its error, and with the limit.
    tuple of Note

    Raises
    ------
    ImageError
        If an organ has no region, or none is left.

    Notes
    -----
    Dead cells and phagocytes hold iron as living ones do: what this counts is label.
    """
    if absent := [o for o in iron.tissue if o not in {r.name for r in regions}]:
        raise ImageError(f"iron.tissue.{absent[0]}", "no region of this name", "name the organs as the regions")
    labels, beyond = [], []
    for region in (r for r in regions if r.name in iron.tissue):
        calibration = iron.calibration(region.name, given.tissue[region.name])
        counted = calibration.count(rates, region)
        if counted.is_beyond:
            beyond.append(region.name)
            continue
        share = counted.concentration * counted.volume / given.number
        noise = calibration.tissue_sd / calibration.slope * counted.volume / given.number
        shared = float(np.hypot(errors.shared, calibration.slope_sd / calibration.slope))
        sd = float(np.hypot(noise, errors.own * share))
        label = OrganLabel(region.name, given.day, share, sd, shared, counted.limit / given.number)
        labels.append(label._replace(relative_sd=errors.own))
    if not labels:
        raise ImageError(f"R2* of {', '.join(beyond)}", "beyond the calibration", "measure tubes of more cells")
    notes = (Note(NoteCode.BEYOND_CALIBRATION, {"organs": ", ".join(beyond)}),) if beyond else ()
    return tuple(labels), notes


def labelled_number(cells: CellsEntry | None) -> float:
    """Number of labelled cells given, without which R2* is no share.

    Raises
    ------
    InputError
        If they are not known, or carry no iron.
    """
    if cells is None or cells.tracer != IRON:
        got = "none" if cells is None else cells.tracer
        raise InputError("cells.tracer", got, f"{IRON}, with the number of cells given, for a scan of iron")
    return cells.number
