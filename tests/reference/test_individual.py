"""Individual estimates as others print them; see individual.toml for whose."""

import csv
import tomllib
from pathlib import Path

import numpy as np
import pytest

from hepatica.individual.map_estimate import CombinedError, map_estimate

HERE = Path(__file__).parent
RUN = tomllib.loads((HERE / "individual.toml").read_text(encoding="utf-8"))["map_nonmem_run001"]


def subject(number):
    """Doses (time, amount) of one subject, additional ones laid out, and the measurements."""
    with (HERE / "data/map_nonmem_run001.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if int(row["ID"]) == number]
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


@pytest.mark.parametrize("number", range(1, 9))
def test_map_of_nonmem(number):
    doses, times, values = subject(number)
    error = CombinedError(proportional=RUN["proportional"])
    found = map_estimate(lambda eta: concentration(eta, doses, times), values, RUN["omega"], error)
    np.testing.assert_allclose(found.eta, RUN["eta"][number - 1], rtol=0, atol=RUN["within"])
    assert found.laplace == pytest.approx(RUN["objective"][number - 1], abs=RUN["within"]) and found.minima == 1
    if number == 1:
        np.testing.assert_allclose(found.covariance, RUN["etc"], rtol=0, atol=RUN["etc_within"])
