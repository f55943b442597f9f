"""Weekly bilirubin of the people of a steroid trial in alcoholic hepatitis, in place of its printed means."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.evidence import Publication, load
from hepatica.evidence.observations import Observation
from hepatica.individual.as_evidence.lab_summaries import lab_observations
from hepatica.individual.readers.csv_table import CsvTable, to_floats
from hepatica.individual.readers.table_text import TableError

Floats = NDArray[np.float64]
COLUMNS = ("treatment", "subject", "week", "sbvalue")
PUBLICATION = "carithers1989"
ARMS = {"placebo": "placebo", "treated": "steroid"}
"""Arm of the publication by the word of the column of treatment."""
UMOL_PER_MG_DL = 17.1
"""umol/L of bilirubin in 1 mg/dL."""
MEDIAN_RANGE = (50.0, 1000.0)
"""Medians of bilirubin in umol/L that severe alcoholic hepatitis can have."""


def is_weekly(table: CsvTable) -> bool:
    """True for a table with the columns of that trial.

    Parameters
    ----------
    table : CsvTable
        The rows of the file.
    """
    return all(column in table for column in COLUMNS)


def weekly_publication(table: CsvTable) -> Publication:
    """Publication of the trial with means of its people instead of the printed ones.

    Parameters
    ----------
    table : CsvTable
        Columns treatment (placebo or treated), subject, week and sbvalue (umol/L).

    Returns
    -------
    Publication

    Raises
    ------
    InputError
        If a cell cannot be used, or an arm has another number of people than was printed.
    """
    printed = load(PUBLICATION)
    weekly = _checked(table)
    observations: list[Observation] = []
    for arm, rows in weekly.groupby("arm"):
        wide = rows.pivot(index="subject", columns="week", values="sbvalue") / UMOL_PER_MG_DL
        n = printed.arm(str(arm)).n
        if len(wide) != n or 0 not in wide:
            where = f"{table.name}, arm {arm}"
            raise TableError(where, f"{len(wide)} people", f"give the {n} of {PUBLICATION}, from week 0 on")
        baseline = wide[0].to_numpy(float)
        for k, week in enumerate(wide.columns.to_numpy(float)):
            values = wide.iloc[:, k].to_numpy(float)
            observations += lab_observations(str(arm), "bilirubin", 7.0 * float(week), values, baseline=baseline)
    other = [o for o in printed.observations if o.variable != "bilirubin"]
    note = f"Bilirubin is that of the people of {table.name}, alive and sampled in that week, as means of a lognormal."
    return printed.model_copy(update={"observations": (*observations, *other), "note": note})


def _checked(table: CsvTable) -> pd.DataFrame:
    """Arm, week, bilirubin and subject of each row."""
    unknown = ~table.rows["treatment"].isin(list(ARMS)).to_numpy()
    if unknown.any():
        raise table.fault(unknown, "treatment has another word", f"give one of {', '.join(ARMS)}")
    weekly = pd.DataFrame(
        {
            "arm": table.rows["treatment"].map(ARMS).to_numpy(),
            "week": _required(table, "week"),
            "sbvalue": table.numbers("sbvalue", unit="umol/L"),
            "subject": _required(table, "subject"),
        }
    )
    twice = weekly.duplicated(["subject", "arm", "week"]).to_numpy()
    if twice.any():
        raise table.fault(twice, "a week of the same subject twice", "keep one row per subject and week")
    values = weekly["sbvalue"].to_numpy(float)
    middle = float(np.nanmedian(values)) if np.isfinite(values).any() else np.nan
    if not MEDIAN_RANGE[0] <= middle <= MEDIAN_RANGE[1] or (values <= 0).any():
        remedy = f"give bilirubin above 0 in umol/L; 1 mg/dL is {UMOL_PER_MG_DL}"
        raise TableError(f"{table.name}, sbvalue", f"a median of {middle:g}, or values of 0 and below", remedy)
    return weekly


def _required(table: CsvTable, column: str) -> Floats:
    """Numeric column without a missing value, (rows,)."""
    values = to_floats(table.rows[column])
    wrong = ~np.isfinite(values)
    if wrong.any():
        raise table.fault(wrong, f"{column} is not a number", "give one")
    return values
