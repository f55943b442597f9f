"""Individual estimates as others print them; see individual.toml for whose.

Their data set is not the project's to keep: it is read from a folder beside the checkout, where that stands. That the
method is right without it, the unit tests of `hepatica.individual.map_estimate` hold.
"""

import csv
import tomllib
from pathlib import Path

import numpy as np

from hepatica.individual.map_estimate import CombinedError, map_estimate

HERE = Path(__file__).parent
BESIDE = HERE.parents[2] / "shared/reference/data"
RUN = tomllib.loads((HERE / "individual.toml").read_text(encoding="utf-8"))["map_nonmem_run001"]


def subjects():
    """Rows of each subject, (number, rows), of the files that stand beside the project."""
    found = {}
    for path in BESIDE.glob("map_nonmem_run001.csv"):
        with path.open() as file:
            for row in csv.DictReader(file):
                found.setdefault(int(row["ID"]), []).append(row)
    return found.items()


def course(rows):
    """Doses (time, amount) of one subject, additional ones laid out, and the measurements."""
    doses = [
        (float(row["time"]) + k * float(row["ii"]), float(row["amt"]))
        for row in rows
        if row["evid"] == "1"
        for k in range(int(row["addl"]) + 1)
    ]
    measured = np.array([(float(row["time"]), float(row["DV"])) for row in rows if row["evid"] == "0"])
    return doses, measured[:, 0], measured[:, 1]


def concentration(eta, doses, times):
    """One compartment with first-order absorption, by superposition (Bateman)."""
    clearance, volume, absorption = np.array(RUN["typical"]) * np.exp(eta)
    elimination = clearance / volume
    total = np.zeros_like(times)
    for time, amount in doses:
        since = np.maximum(times - time, 0.0)
        scale = amount * absorption / (volume * (absorption - elimination))
        total += scale * (np.exp(-elimination * since) - np.exp(-absorption * since))
    return total


def test_map_of_nonmem():
    for number, rows in subjects():
        doses, times, values = course(rows)
        error = CombinedError(proportional=RUN["proportional"])
        found = map_estimate(lambda eta, d=doses, t=times: concentration(eta, d, t), values, RUN["omega"], error)
        np.testing.assert_allclose(found.eta, RUN["eta"][number - 1], rtol=0, atol=RUN["within"])
        assert abs(found.laplace - RUN["objective"][number - 1]) <= RUN["within"] and found.minima == 1
        if number == 1:
            np.testing.assert_allclose(found.covariance, RUN["etc"], rtol=0, atol=RUN["etc_within"])
