"""Regions of a scan: masks of a file and shapes of the subject file, under names that cannot hold that of a person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hepatica.imaging.quantification import above, box, ellipsoid
from hepatica.imaging.readers import ImageError, ImageVolume, Note, NoteCode, Region
from hepatica.imaging.readers.identifiers import coded
from hepatica.imaging.subject.scan_settings import ScanSettings, ShapeEntry

NIFTI = (".nii", ".nii.gz")


def read_regions(
    path: Path, settings: ScanSettings, image: ImageVolume, masks: Path
) -> tuple[list[Region], tuple[Note, ...]]:
    """Regions of the masks and of the shapes, in lower case.

    Parameters
    ----------
    path : Path
        Of the scan: masks within its folder come first.
    settings : ScanSettings
        Masks, shapes, and organs of segments.
    image : ImageVolume
        Whose grid the regions take.
    masks : Path
        Folder that paths of masks may count from, after the scan's own.

    Returns
    -------
    list of Region
    tuple of Note
        That regions go by number, where their names in the file are no anatomical terms.

    Raises
    ------
    ImageError
        If a mask cannot be read, or the background is none of the regions; the sentence names them as the file does.

    Examples
    --------
    >>> import tempfile
    >>> from hepatica.imaging.phantoms.pet import PetPhantom
    >>> from hepatica.imaging.readers import read_dicom
    >>> folder = PetPhantom.uniform(3600.0, shape=(10, 20, 20)).write(Path(tempfile.mkdtemp()) / "day-0")
    >>> liver = ShapeEntry(organ="Liver", form="box", centre=(40, 40, 20), size=(40, 40, 16))
    >>> [r.name for r in read_regions(folder, ScanSettings(shape=(liver,)), read_dicom(folder), folder)[0]]
    ['liver']
    """
    regions: list[Region] = []
    notes: tuple[Note, ...] = ()
    raw: list[str] = []
    if settings.regions:
        places = [(path if path.is_dir() else path.parent) / settings.regions, masks / settings.regions]
        read = _masks(next((p for p in places if p.exists()), places[-1]), settings, image)
        stated = settings.names | {n: n for n in settings.labels.values()}
        codes = {name: code for name, code in coded(r.name for r in read).items() if name not in stated}
        raw = [r.name for r in read]
        regions = [
            Region(settings.names.get(n, codes.get(n, n)), r.origin, r.mask) for n, r in zip(raw, read, strict=True)
        ]
        notes = (Note(NoteCode.REGIONS_CODED, {"n": len(codes)}),) if codes else ()
    regions += [_drawn(s, image) for s in settings.shape]
    regions = [Region(r.name.strip().lower(), r.origin, r.mask) for r in regions]
    if settings.background and settings.background not in {r.name for r in regions}:
        there = ", ".join([settings.names.get(n, n) for n in raw] + [s.organ for s in settings.shape])
        raise ImageError(f"{path.name}, background", f"no region '{settings.background}'", f"name one of {there}")
    return regions, notes


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
