"""Measured scan: a series read, its organs measured, projections kept and voxels let go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.imaging.quantification import (
    Camera,
    ErrorModel,
    GeometricTransfer,
    Method,
    NoRecovery,
    OrganLabel,
    Recovery,
    above,
    box,
    ellipsoid,
    measure_organs,
    measure_planar,
    observations,
)
from hepatica.imaging.quantification.preview import Projection, projection
from hepatica.imaging.readers import Administration, ImageError, ImageVolume, Note, Region, Stated, read_planar
from hepatica.imaging.subject.entries import LabelEntry, PlanarEntry
from hepatica.imaging.subject.scan_settings import ScanSettings, ShapeEntry
from hepatica.imaging.subject.subject_file import Subject
from hepatica.progress import Progress, ignore_progress
from hepatica.therapy import TRACERS

NIFTI, ECAT = (".nii", ".nii.gz"), (".v",)
SHOWN = "liver"
"""Organ whose slice is kept; the largest where it was not measured."""
MOST_PIXELS = 400
"""Height and width to which projections are thinned out."""
SECONDS_PER_DAY = 86400.0


class Slice(NamedTuple):
    """Axial slice with the regions that it cuts.

    Attributes
    ----------
    intensity : (row, column) array
    outlines : mapping of str to (row, column) array of bool
    size : tuple of float, mm
        Of a pixel: row, column.
    """

    intensity: NDArray[np.float32]
    outlines: dict[str, NDArray[np.bool_]]
    size: tuple[float, float]


@dataclass(frozen=True)
class MeasuredScan:
    """Scan of a subject, measured.

    Attributes
    ----------
    name : str
        Of the file or folder.
    labels : tuple of OrganLabel
    views : tuple of Projection
        From the front and from the side; empty where there are no images.
    slice : Slice or None
        Axial, through the widest part of the liver.
    notes : tuple of Note
    identifiers : int
        Fields that identified a person; none is kept.
    """

    name: str
    labels: tuple[OrganLabel, ...]
    views: tuple[Projection, ...] = ()
    slice: Slice | None = None
    notes: tuple[Note, ...] = ()
    identifiers: int = 0

    @property
    def day(self) -> float:
        """Day of the first frame, after the infusion."""
        return min(r.time for r in self.labels)


def measure_scan(
    path: Path, settings: ScanSettings, *, masks: Path, progress: Progress = ignore_progress
) -> MeasuredScan:
    """Read a series and measure its organs.

    Parameters
    ----------
    path : Path
        DICOM folder or file, NIfTI image or ECAT volume.
    settings : ScanSettings
        Regions and corrections.
    masks : Path
        Folder that paths of masks may count from, after the scan's own.
    progress : Progress
        Told of each slice.

    Raises
    ------
    ImageError
        One sentence: what is wrong with the image, its masks or its regions.

    Examples
    --------
    >>> import tempfile
    >>> from hepatica.imaging.phantoms.pet import PetPhantom
    >>> folder = PetPhantom.uniform(3600.0, shape=(10, 20, 20)).write(Path(tempfile.mkdtemp()) / "day-0")
    >>> liver = ShapeEntry(organ="liver", form="box", centre=(40, 40, 20), size=(40, 40, 16))
    >>> scan = measure_scan(folder, ScanSettings(shape=(liver,)), masks=folder.parent)
    >>> scan.labels[0].organ, round(scan.labels[0].share, 4), len(scan.views)
    ('liver', 0.0006, 2)
    """
    image = read_image(_image_in(path, settings.regions), Stated(**settings.stated.model_dump()), progress)
    regions = read_regions(path, settings, image, masks)
    named = {r.name: r for r in regions}
    if settings.background and settings.background not in named:
        raise ImageError(
            f"{path.name}, background", f"no region '{settings.background}'", f"name one of {', '.join(named)}"
        )
    organs = [r for r in regions if r.name != settings.background]
    method = Method(_errors(settings), _recovery(settings), named.get(settings.background), settings.attenuation)
    labels = observations(measure_organs(image, organs, method))
    views = tuple(_thin(projection(image, regions, axis=axis)) for axis in (1, 2))
    return MeasuredScan(path.name, labels, views, _axial(image, organs), image.notes, len(image.identifiers))


def _errors(settings: ScanSettings) -> ErrorModel:
    """Errors of the kind of image, with what the user has measured."""
    measured = {k: v for k, v in settings.errors.model_dump().items() if v is not None}
    return replace(ErrorModel.of(settings.kind, settings.fwhm or 6.0), **measured)


def _recovery(settings: ScanSettings) -> Recovery:
    if settings.recovery is not None:
        return settings.recovery.curve()
    return GeometricTransfer(settings.fwhm) if settings.fwhm > 0 else NoRecovery()


def _image_in(path: Path, regions: str) -> Path:
    """The one NIfTI image of a folder, or the folder itself where it holds a DICOM series."""
    if not path.is_dir():
        return path
    images = [p for p in sorted(path.iterdir()) if p.name.lower().endswith(NIFTI) and p.name != Path(regions).name]
    return images[0] if len(images) == 1 else path


def read_image(path: Path, stated: Stated, progress: Progress = ignore_progress) -> ImageVolume:
    """Image of a file or folder, by its ending."""
    from hepatica.imaging import readers

    if path.name.lower().endswith(NIFTI):
        return readers.read_nifti(path, stated=stated)
    if path.name.lower().endswith(ECAT):
        return readers.read_ecat(path, stated=stated)
    return readers.read_dicom(path, stated=stated, modality=_modality(path), progress=progress)


def _modality(path: Path) -> str:
    """Modality of the images where a folder holds a segmentation beside them."""
    from hepatica.imaging.readers.dicom.headers import scan

    modalities = {str(h.ds.get("Modality", "")) for h in scan(path).headers} & {"PT", "NM"}
    return modalities.pop() if len(modalities) == 1 else ""


def read_regions(path: Path, settings: ScanSettings, image: ImageVolume, masks: Path) -> list[Region]:
    """Regions of the masks and of the shapes."""
    regions: list[Region] = []
    if settings.regions:
        places = [(path if path.is_dir() else path.parent) / settings.regions, masks / settings.regions]
        file = next((p for p in places if p.exists()), places[-1])
        regions += [Region(settings.names.get(r.name, r.name), r.origin, r.mask) for r in _masks(file, settings, image)]
    regions += [_drawn(s, image) for s in settings.shape]
    return [Region(r.name.strip().lower(), r.origin, r.mask) for r in regions]


def _masks(file: Path, settings: ScanSettings, image: ImageVolume) -> Sequence[Region]:
    from hepatica.imaging import readers

    if file.name.lower().endswith(NIFTI):
        names = {int(k): v for k, v in settings.labels.items() if k.strip().isdigit()}
        return readers.read_mask(file, image, names or None)
    import pydicom

    from hepatica.imaging.readers.limits import checked_file

    try:
        kind = pydicom.dcmread(checked_file(file), stop_before_pixels=True, specific_tags=["Modality"]).get("Modality")
    except (pydicom.errors.InvalidDicomError, OSError, ValueError, EOFError) as error:
        raise ImageError(file.name, "neither DICOM nor NIfTI", "give a SEG, an RTSTRUCT or a NIfTI mask") from error
    return readers.read_structures(file, image) if kind == "RTSTRUCT" else readers.read_segmentation(file, image)


def _drawn(shape: ShapeEntry, image: ImageVolume) -> Region:
    if shape.form == "box":
        return box(shape.organ, image, centre=shape.centre, sides=shape.size)
    if shape.form == "threshold":
        around = ellipsoid(shape.organ, image, centre=shape.centre, semi_axes=shape.size)
        return above(shape.organ, image, share=shape.share, within=around)
    return ellipsoid(shape.organ, image, centre=shape.centre, semi_axes=shape.size)


def _axial(image: ImageVolume, organs: Sequence[Region]) -> Slice:
    largest = max(organs, key=lambda r: (r.name == SHOWN, r.voxels))
    k = largest.box[0].start + int(np.argmax(largest.mask.sum(axis=(1, 2))))
    outlines = {}
    for region in organs:
        first, rows, columns = region.box
        if first.start <= k < first.stop:
            outline = np.zeros(image.shape[1:], bool)
            outline[rows, columns] = region.mask[k - first.start]
            outlines[region.name] = outline
    step = _step(image.shape[1:])
    size = (float(image.spacing[1] * step), float(image.spacing[2] * step))
    return Slice(
        image.values[0, k, ::step, ::step].copy(), {n: m[::step, ::step].copy() for n, m in outlines.items()}, size
    )


def _thin(view: Projection) -> Projection:
    step = _step(view.intensity.shape)
    some = slice(None, None, step)
    return Projection(
        view.axis,
        view.intensity[some, some].copy(),
        {n: m[some, some].copy() for n, m in view.shadows.items()},
        (view.size[0] * step, view.size[1] * step),
    )


def _step(shape: Sequence[int]) -> int:
    return max(1, -(-max(shape) // MOST_PIXELS))


def measure_counts(path: Path, entry: PlanarEntry, tracer: str) -> MeasuredScan:
    """Label by organ and time from a table of planar counts."""
    counts = read_planar(path)
    half_life = (
        entry.half_life_hours * 3600.0
        if entry.half_life_hours is not None
        else TRACERS[tracer]["half_life"].internal_value * SECONDS_PER_DAY
    )
    dose = Administration(activity=entry.activity, half_life=half_life, nuclide=tracer)
    measured = measure_planar(counts, dose, Camera(entry.sensitivity, entry.mu), ErrorModel.of("planar"))
    return MeasuredScan(path.name, observations(measured), notes=counts.notes, identifiers=len(counts.identifiers))


def stated_labels(entries: Sequence[LabelEntry]) -> tuple[OrganLabel, ...]:
    """Labels that were measured elsewhere.

    Examples
    --------
    >>> stated_labels([LabelEntry(organ="Liver", hours=24, percent=5.0, sd=1.0)])[0][:4]
    ('liver', 1.0, 0.05, 0.01)
    """
    return tuple(
        OrganLabel(
            e.organ.strip().lower(),
            e.hours / 24.0,
            e.percent / 100.0,
            e.sd / 100.0,
            e.shared,
            float("nan") if e.limit is None else e.limit / 100.0,
        )
        for e in entries
    )


def measure_subject(subject: Subject, folder: Path, progress: Progress = ignore_progress) -> tuple[MeasuredScan, ...]:
    """All scans that the subject's file names.

    Parameters
    ----------
    subject : Subject
        From its file.
    folder : Path
        That paths count from.
    progress : Progress
        Told of each slice.
    """
    scans = [measure_scan(folder / s.path, s, masks=folder, progress=progress) for s in subject.scan]
    if subject.planar is not None:
        scans.append(measure_counts(folder / subject.planar.path, subject.planar, subject.cells.tracer))
    if subject.label:
        scans.append(MeasuredScan("", stated_labels(subject.label)))
    return tuple(scans)
