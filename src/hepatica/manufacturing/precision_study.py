"""Study of the precision and accuracy of an assay, from a file of relative potencies by run and true potency."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hepatica.errors import InputError
from hepatica.manufacturing.assay.table import read_assays
from hepatica.manufacturing.precision import (
    Accuracy,
    Components,
    assess_accuracy,
    power_to_detect,
    runs_to_detect,
    variance_components,
)


@dataclass(frozen=True)
class PrecisionStudy:
    """Precision and accuracy of an assay.

    Attributes
    ----------
    file : str
    limits : tuple of float
        Acceptance limits of measured over true potency.
    levels : tuple of Accuracy
        By true potency, rising.
    overall : Components
        Of the logarithm of measured over true potency; runs are counted within a level.
    change : float
        Relative potency to be told from one.
    power : dict of int to float
        By number of runs.
    runs : int
        Fewest that detect the change with a power of 80 %; 0 if more than 10,000.
    """

    file: str
    limits: tuple[float, float]
    levels: tuple[Accuracy, ...]
    overall: Components
    change: float
    power: dict[int, float]
    runs: int


def study_precision(
    path: str | Path, *, limits: tuple[float, float] = (0.7, 1.43), change: float = 0.8, level: float = 0.95
) -> PrecisionStudy:
    """Variance components, bias, total error and power of an assay, by true potency and over all.

    Parameters
    ----------
    path : str or Path
        CSV with columns ``expected`` (true relative potency), ``run``, ``potency`` (measured); a row a result.
    limits : tuple of float
        Acceptance limits of measured over true potency.
    change : float
        Relative potency whose detection is asked for.
    level : float
        Confidence of the limits.

    Raises
    ------
    InputError
        If the file is no such table, or a true potency has fewer than two runs or no run with two results.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "study.csv"
    >>> rows = ["1,a,1.05", "1,a,1.01", "1,b,0.93", "1,b,0.97", "1,c,1.02", "1,c,1.08"]
    >>> _ = path.write_text("expected,run,potency\\n" + "\\n".join(rows))
    >>> round(study_precision(path).levels[0].bias, 3)
    0.009
    """
    if not 0 < limits[0] < 1 < limits[1]:
        raise InputError("--accept", list(limits), "a ratio below 1 and one above 1")
    if not change > 0 or change == 1:
        raise InputError("--change", change, "a relative potency above zero that is not one")
    table = read_assays(path, ("expected", "run", "potency"))
    expected, potency, run = table.numbers("expected"), table.numbers("potency"), np.array(table.labels("run"))
    for name, values in (("expected", expected), ("potency", potency)):
        if (values <= 0).any():
            raise table.fault(values <= 0, name, f"{values[values <= 0][0]:g}", "relative potencies above zero")
    of = np.unique(run, return_inverse=True)[1]
    found = []
    for value in np.unique(expected):
        here = expected == value
        try:
            found.append(assess_accuracy(np.log(potency[here]), of[here], float(value), limits=limits, level=level))
        except InputError as error:
            where = f"{table.name}, expected {value:g}, {error.where}"
            raise InputError(where, error.got, error.allowed) from error
    overall = variance_components(
        np.log(potency / expected), of + (of.max() + 1) * np.unique(expected, return_inverse=True)[1]
    )
    between, within = overall.between, overall.within
    if between + within == 0:
        raise InputError(f"{table.name}, potency", "results without scatter", "results as measured")
    power = {n: power_to_detect(change, between, within, runs=n) for n in (2, 3, 4, 6, 8, 12)}
    try:
        runs = runs_to_detect(change, between, within)
    except InputError:
        runs = 0
    return PrecisionStudy(table.name, limits, tuple(found), overall, change, power, runs)
