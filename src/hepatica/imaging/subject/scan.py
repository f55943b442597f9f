"""Measured scan: a series read, its organs measured, projections kept and voxels let go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hepatica.imaging.quantification import (
    Camera,
    ErrorModel,
    GeometricTransfer,
    Method,
    NoRecovery,
    OrganLabel,
    Recovery,
    measure_organs,
    measure_planar,
    observations,
)
from hepatica.imaging.quantification.preview import Projection, projection
from hepatica.imaging.readers import (
    Administration,
    ImageError,
    ImageVolume,
    Note,
    NoteCode,
    Region,
    Stated,
    read_planar,
)
from hepatica.imaging.readers.identifiers import coded
from hepatica.imaging.readers.nuclides import nuclide_name
from hepatica.imaging.subject.entries import CellsEntry, LabelEntry, PlanarEntry
from hepatica.imaging.subject.iron import (
    LabelledIron,
    labelled_number,
    measure_iron,
    read_rates,
    scan_day,
    tissue_rates,
)
from hepatica.imaging.subject.pictures import Slice, axial_slice, thinned
from hepatica.imaging.subject.regions import NIFTI, read_regions
from hepatica.imaging.subject.scan_settings import ScanSettings
from hepatica.imaging.subject.subject_file import Subject
from hepatica.progress import Progress, ignore_progress
from hepatica.therapy import TRACERS

ECAT = (".v",)
SECONDS_PER_DAY = 86400.0


@dataclass(frozen=True)
class MeasuredScan:
    """Scan of a subject, measured; it goes by its time, since names of files and folders may be those of a person.

    Attributes
    ----------
    labels : tuple of OrganLabel
    views : tuple of Projection
        From the front and from the side; empty where there are no images.
    slice : Slice or None
        Axial, through the widest part of the liver.
    notes : tuple of Note
    identifiers : int
        Fields that identified a person; none is kept.
    voxel_volume : float, mL
        NaN where there are no images.
    """

    labels: tuple[OrganLabel, ...]
    views: tuple[Projection, ...] = ()
    slice: Slice | None = None
    notes: tuple[Note, ...] = ()
    identifiers: int = 0
    voxel_volume: float = float("nan")

    @property
    def places(self) -> frozenset[tuple[str, float]]:
        """Organs and times that it measured."""
        return frozenset((r.organ, r.time) for r in self.labels)

    @property
    def day(self) -> float:
        """Day of the first frame, after the infusion."""
        return min(r.time for r in self.labels)


def measure_scan(
    path: Path,
    settings: ScanSettings,
    *,
    masks: Path,
    cells: CellsEntry | None = None,
    hours: float | None = None,
    progress: Progress = ignore_progress,
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
    cells : CellsEntry, optional
        Cells given: an image of another nuclide than their tracer is refused, and iron is a share of their number.
    hours : float, optional
        From the infusion to an MR scan whose files do not say it.
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
    >>> from hepatica.imaging.subject.scan_settings import ShapeEntry
    >>> folder = PetPhantom.uniform(3600.0, shape=(10, 20, 20)).write(Path(tempfile.mkdtemp()) / "day-0")
    >>> liver = ShapeEntry(organ="liver", form="box", centre=(40, 40, 20), size=(40, 40, 16))
    >>> scan = measure_scan(folder, ScanSettings(shape=(liver,)), masks=folder.parent)
    >>> scan.labels[0].organ, round(scan.labels[0].share, 4), len(scan.views)
    ('liver', 0.0006, 2)
    """
    stated, file = Stated(**settings.stated.model_dump()), _image_in(path, settings.regions)
    if settings.iron is None:
        image = read_image(file, stated, progress)
        _same_tracer(path, image, cells)
    else:
        image = read_rates(file, stated, settings.iron, progress)
    regions, numbered = read_regions(path, settings, image, masks)
    organs = [r for r in regions if r.name != settings.background]
    notes: tuple[Note, ...] = ()
    if settings.iron is None:
        labels = observations(measure_organs(image, organs, _method(settings, regions)))
    else:
        given = LabelledIron(labelled_number(cells), scan_day(image, hours), tissue_rates(settings, masks, progress))
        labels, notes = measure_iron(image, organs, settings.iron, given, _errors(settings))
    views = tuple(thinned(projection(image, regions, axis=axis)) for axis in (1, 2))
    cut, said = axial_slice(image, organs), (*image.notes, *numbered, *notes)
    return MeasuredScan(labels, views, cut, said, len(image.identifiers), image.voxel_volume)


def _same_tracer(path: Path, image: ImageVolume, cells: CellsEntry | None) -> None:
    """Refuse an image of another nuclide than the tracer of the cells."""
    nuclide = nuclide_name(image.administration.nuclide) if image.administration is not None else ""
    if cells is not None and nuclide and nuclide != cells.tracer:
        fault = f"{nuclide}, where the cells carry {cells.tracer}"
        raise ImageError(f"{path.name}, nuclide", fault, "give the image of the cells, or state its nuclide")


def _method(settings: ScanSettings, regions: Sequence[Region]) -> Method:
    background = next((r for r in regions if r.name == settings.background), None)
    return Method(_errors(settings), _recovery(settings), background, settings.attenuation)


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
    codes = coded(counts.organ)
    labels = tuple(r._replace(organ=codes.get(r.organ, r.organ)) for r in observations(measured))
    notes = (*counts.notes, Note(NoteCode.REGIONS_CODED, {"n": len(codes)})) if codes else counts.notes
    return MeasuredScan(labels, notes=notes, identifiers=len(counts.identifiers))


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
    cells = subject.cells
    scans = [
        measure_scan(folder / s.path, s, masks=folder, cells=cells, hours=s.hours, progress=progress)
        for s in subject.scan
    ]
    if subject.planar is not None:
        scans.append(measure_counts(folder / subject.planar.path, subject.planar, subject.cells.tracer))
    if subject.label:
        scans.append(MeasuredScan(stated_labels(subject.label)))
    return tuple(scans)
