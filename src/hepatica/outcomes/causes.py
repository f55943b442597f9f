"""Cause-specific mortality: cumulative incidences of death by cause, which add up to all deaths."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from hepatica.outcomes.survival import incidences

Array = NDArray[np.float64]
CAUSES = ("liver", "infection", "circulation", "brain", "bleeding", "tumour", "other")
BY_CAUSE = tuple(f"death_by_{cause}" for cause in CAUSES)  # quantities of the model, 1/day
EMBOLISM = "embolism"


def deaths_by_cause(ds: xr.Dataset, fatal: ArrayLike = 0.0) -> dict[str, Array]:
    """Expected share dead of each cause, by each time, in competition with transplant.

    Deaths by thrombo-embolism come on top of the intensity of death: its share `fatal` is of those alive, transplanted
    or not, so that the causes add up to all deaths.

    Parameters
    ----------
    ds : Dataset
        With the quantities `BY_CAUSE` and ``transplant_intensity``, (..., time).
    fatal : (..., time)
        Probability of a fatal thrombo-embolism by each time.

    Returns
    -------
    dict of cause to (..., time) ndarray
        `CAUSES`, then "embolism".

    Examples
    --------
    >>> flat = {n: ("time", [0.01, 0.01]) for n in (*BY_CAUSE, "transplant_intensity")}
    >>> by_cause = deaths_by_cause(xr.Dataset(flat, {"time": [0.0, 10.0]}), [0.0, 0.1])
    >>> round(float(by_cause["liver"][-1]), 4), round(float(by_cause["embolism"][-1]), 4)
    (0.0688, 0.0518)
    """
    intensities = np.stack([ds[name].values for name in (*BY_CAUSE, "transplant_intensity")])
    by_cause = dict(zip(CAUSES, incidences(ds["time"].values, intensities)[:-1], strict=True))
    died = np.sum(list(by_cause.values()), axis=0)
    return by_cause | {EMBOLISM: (1.0 - died) * np.asarray(fatal, dtype=np.float64)}
