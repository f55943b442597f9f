"""Package of a simulated trial: its SDTM and ADaM datasets in the forms asked for, and its study definition."""

from __future__ import annotations

from pathlib import Path

from hepatica.exchange.cdisc.adam import adam
from hepatica.exchange.cdisc.dataset_json import write_dataset_json
from hepatica.exchange.cdisc.sdtm import sdtm
from hepatica.exchange.cdisc.subjects import study_id
from hepatica.exchange.cdisc.usdm import write_usdm
from hepatica.exchange.cdisc.xpt import write_xpt
from hepatica.trials.virtual.simulated import SimulatedTrial

FORMS = ("xpt", "json", "both")


def write_package(one: SimulatedTrial, folder: Path, form: str = "both") -> list[Path]:
    """Write every dataset of a simulated trial, and ``usdm.json``.

    Parameters
    ----------
    one : SimulatedTrial
        Any.
    folder : Path
        Made if it is missing.
    form : str
        One of `FORMS`.

    Raises
    ------
    InputError
        If the place cannot be written.
    """
    paths = []
    for dataset in (*sdtm(one), *adam(one)):
        stem = dataset.name.lower()
        if form in ("xpt", "both"):
            paths.append(write_xpt(folder / f"{stem}.xpt", dataset))
        if form in ("json", "both"):
            paths.append(write_dataset_json(folder / f"{stem}.json", dataset, study_id(one)))
    return [*paths, write_usdm(folder / "usdm.json", one.trial)]
