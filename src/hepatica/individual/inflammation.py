"""Inflammation on day 0, measured against the posterior predictive mean given the liver tests: an external check.

Cytokines, C-reactive protein and white cells are outputs of the model that neither calibration nor importance weights
use, so that they show whether the inflammation that the model infers from the labs is the real one.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import ConstantInputWarning, spearmanr

from hepatica.errors import InputError
from hepatica.individual.labs import READINGS
from hepatica.individual.readers.cohort_file import day_column, lab_values
from hepatica.individual.readers.csv_table import read_table, to_floats
from hepatica.individual.scores import percentile_interval

Floats = NDArray[np.float64]
NOT_MODELLED = {"HGF": "patients' own HGF is not in the model", "serumHMGB1": "HMGB1 is not in the model"}
MIN_PEOPLE = 10
"""People with a reading, below which it is not compared."""
BOOTSTRAP = 1000
QUARTILES = (0.25, 0.5, 0.75)


def read_readings(path: str | Path) -> tuple[dict[str, Floats], dict[str, str]]:
    """Read the markers of inflammation of day 0 from a file of people.

    A column that cannot be used costs that reading only, since the forecasts do not need it.

    Parameters
    ----------
    path : str or Path
        A file that `hepatica.individual.readers.cohort_file.read_people` has checked.

    Returns
    -------
    readings : dict of str to (n,)
        In the model's units and the order of `read_people`; NaN where not measured.
    missing : dict of str to str
        Columns that cannot be used, and why.
    """
    table = read_table(path)
    start = table.select(to_floats(table.rows[day_column(table)]) == 0)
    readings: dict[str, Floats] = {}
    missing = {column: reason for column, reason in NOT_MODELLED.items() if column in table}
    for name, lab in READINGS.items():
        try:
            values = lab_values(start, name, lab, [])
        except InputError as error:
            missing[lab.column] = f"cannot be read ({error})"
            continue
        if values is not None:
            readings[name] = values * lab.factor
    return readings, missing


def compare(
    measured: Mapping[str, Floats], predicted: Mapping[str, Floats], meld: Floats, *, seed: int
) -> pd.DataFrame:
    """Compare measured with predicted readings: medians, quartiles and rank correlation, one row a reading.

    Parameters
    ----------
    measured, predicted : mapping of str to (n,)
        Readings of day 0, and their posterior predictive means given the labs of the same day.
    meld : (n,)
        Of the same people, the baseline of the rank correlation.
    seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        ``rank`` is Spearman's correlation of ``predicted`` with ``measured``, with its 95 % bootstrap
        interval over people; ``rank_meld`` is that of MELD with measured.

    Examples
    --------
    >>> x = np.arange(1.0, 21.0)
    >>> row = compare({"il6": 2 * x}, {"il6": x}, -x, seed=1).iloc[0]
    >>> row[["people", "measured", "predicted", "rank", "rank_meld"]].astype(float).round(3).tolist()
    [20.0, 21.0, 10.5, 1.0, -1.0]
    """
    rows = []
    for name in measured:
        good = np.isfinite(measured[name]) & np.isfinite(predicted[name]) & np.isfinite(meld)
        n = int(good.sum())
        if n < MIN_PEOPLE:
            continue
        observed, expected = measured[name][good], predicted[name][good]
        rng = np.random.default_rng([seed, sum(map(ord, name))])
        resampled = np.array([_spearman(expected[k], observed[k]) for k in rng.integers(n, size=(BOOTSTRAP, n))])
        low, high = percentile_interval(resampled)
        row: dict[str, float | int | str] = {"reading": name, "people": n}
        for label, x in (("measured", observed), ("predicted", expected)):
            columns = (f"{label}_q1", label, f"{label}_q3")
            row |= dict(zip(columns, map(float, np.quantile(x, QUARTILES)), strict=True))
        row |= {"rank": _spearman(expected, observed), "rank_low": low, "rank_high": high}
        rows.append(row | {"rank_meld": _spearman(meld[good], observed)})
    return pd.DataFrame(rows)


def _spearman(x: Floats, y: Floats) -> float:
    """Spearman's rank correlation; NaN where one of them does not vary."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConstantInputWarning)
        return float(spearmanr(x, y).statistic)
