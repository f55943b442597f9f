"""Inflammation of real people on day 0 against what their liver tests imply: readings by which nobody was weighted.

Cytokines, C-reactive protein and white cells are in the model, and neither calibration nor the weights of candidates use
a person's own. So they can show whether the inflammation that the model reads out of the labs is the real one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from hepatica.errors import InputError
from hepatica.individual.file import DAY, lab_values, read_table
from hepatica.variables import PeopleColumn, ReadAs, people_columns

Floats = NDArray[np.float64]
READINGS: Mapping[str, PeopleColumn] = people_columns(ReadAs.READING)
NOT_MODELLED = {"HGF": "patients' own HGF is not in the model", "serumHMGB1": "HMGB1 is not in the model"}
FEWEST = 10  # people with a reading, below which nothing is said of it
BOOTSTRAP = 1000


def read_readings(path: str | Path) -> tuple[dict[str, Floats], dict[str, str]]:
    """Readings of day 0 in the model's units, (n,) each and NaN where not measured; and what cannot be used, and why.

    People stand in the order of `people_file.read_people`, which has checked the file. A column that cannot be
    read costs that reading only: the forecasts do not need it.
    """
    path = Path(path)
    rows = read_table(path)
    day = rows[next(n for n in DAY if n in rows)]
    first = rows[(pd.to_numeric(day) == 0).to_numpy()].reset_index(drop=True)
    found: dict[str, Floats] = {}
    why = {column: reason for column, reason in NOT_MODELLED.items() if column in rows}
    for name, lab in READINGS.items():
        try:
            values = lab_values(path, first, name, lab, [])
        except InputError as error:
            why[lab.column] = f"cannot be read ({error})"
            continue
        if values is not None:
            found[name] = values * lab.factor
    return found, why


def compare(seen: Mapping[str, Floats], said: Mapping[str, Floats], meld: Floats, *, seed: int) -> pd.DataFrame:
    """One row a reading: medians and quartiles, and how alike people are ranked.

    Parameters
    ----------
    seen, said : mapping of str to (n,)
        Measured, and what each person's other labs imply.
    meld : (n,)
        Of the same people, a plain rival in ranking.

    Returns
    -------
    DataFrame
        ``rank`` is Spearman's correlation of said and seen with its 95 % bootstrap interval over people, ``rank_meld`` that
        of MELD and seen.

    Examples
    --------
    >>> x = np.arange(1.0, 21.0)
    >>> row = compare({"il6": 2 * x}, {"il6": x}, -x, seed=1).iloc[0]
    >>> row[["people", "seen", "said", "rank", "rank_meld"]].astype(float).round(3).tolist()
    [20.0, 21.0, 10.5, 1.0, -1.0]
    """
    rows = []
    for name in seen:
        good = np.isfinite(seen[name]) & np.isfinite(said[name]) & np.isfinite(meld)
        n = int(good.sum())
        if n < FEWEST:
            continue
        a, b, c = seen[name][good], said[name][good], meld[good]
        rng = np.random.default_rng([seed, sum(map(ord, name))])
        again = [_rank(b[k], a[k]) for k in rng.integers(n, size=(BOOTSTRAP, n))]
        low, high = np.nanquantile(again, (0.025, 0.975))
        row: dict[str, float | int | str] = {"reading": name, "people": n}
        for what, x in (("seen", a), ("said", b)):
            row |= dict(
                zip((f"{what}_q1", what, f"{what}_q3"), map(float, np.quantile(x, (0.25, 0.5, 0.75))), strict=True)
            )
        rows.append(
            row | {"rank": _rank(b, a), "rank_low": float(low), "rank_high": float(high), "rank_meld": _rank(c, a)}
        )
    return pd.DataFrame(rows)


def _rank(x: Floats, y: Floats) -> float:
    """Spearman's correlation; NaN where one of them does not vary."""
    a, b = rankdata(x), rankdata(y)
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else float("nan")
