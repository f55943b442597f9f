"""From label in the model to counts in an image, with and without correction for physical decay."""

from __future__ import annotations

import numpy as np
import xarray as xr

from hepatica.errors import InputError
from hepatica.therapy import TRACERS

ORGANS = ("lung", "liver", "spleen")
NEEDED = tuple(f"image_{o}" for o in ORGANS)


def counts(ds: xr.Dataset, tracer: str, *, dose: float, corrected: bool = True) -> xr.Dataset:
    """Label per organ in per cent of the dose.

    Parameters
    ----------
    ds : xr.Dataset
        With ``image_lung``, ``image_liver`` and ``image_spleen`` in cells, dimension ``time`` in days since the
        labelled infusion.
    tracer : str
        One of ``hepatica.therapy.TRACERS``.
    dose : float, cell
        Labelled cells given, living and dead.
    corrected : bool
        Correct for physical decay, as published images usually are.

    Returns
    -------
    xr.Dataset
        ``lung``, ``liver``, ``spleen`` in percent.

    Raises
    ------
    InputError
        If the tracer or a variable is unknown, or the dose is not above 0.

    Examples
    --------
    >>> ds = xr.Dataset({n: ("time", [50.0]) for n in NEEDED}, coords={"time": [2.8]})
    >>> float(counts(ds, "In111", dose=100.0, corrected=False)["liver"][0].round(1))
    25.0
    """
    if tracer not in TRACERS:
        raise InputError("tracer", tracer, f"one of {', '.join(TRACERS)}")
    if missing := [n for n in NEEDED if n not in ds]:
        raise InputError("dataset", ", ".join(map(str, ds.data_vars)), f"one simulated with the output {missing[0]}")
    if not dose > 0:
        raise InputError("dose", dose, "a number of cells above 0")
    left = 1.0 if corrected else np.exp(-np.log(2.0) * ds["time"] / (TRACERS[tracer]["half_life"].internal_value))
    images = xr.Dataset({o: 100.0 * ds[f"image_{o}"] / dose * left for o in ORGANS})
    for o in ORGANS:
        images[o].attrs = {"units": "percent", "label": f"label in the {o}, share of dose"}
    images.attrs = {"tracer": tracer, "decay_corrected": int(corrected), "purpose": "for research use"}
    return images


def living_share(ds: xr.Dataset) -> xr.DataArray:
    """Share of an organ's label that sits in living cells, 0 to 1; dimension ``organ`` added.

    Needs ``label_per_cell`` and ``cells_<organ>`` beside the images. Without label it is NaN.
    """
    parts = []
    for o in ORGANS:
        seen = ds[f"image_{o}"]
        parts.append((ds["label_per_cell"] * ds[f"cells_{o}"] / seen.where(seen > 0)).clip(0.0, 1.0))
    return xr.concat(parts, dim=xr.DataArray(list(ORGANS), dims="organ", name="organ"))
