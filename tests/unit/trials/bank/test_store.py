"""Files of a bank come back bit for bit, and a file that was altered anywhere does not come back."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from hepatica.admission import admit
from hepatica.patients import load_population
from hepatica.trials.bank.outcomes import PotentialOutcomes
from hepatica.trials.bank.plan import HAZARDS
from hepatica.trials.bank.store import read_outcomes, read_patients, write_outcomes, write_patients

SHAPE = (2, 5, 9)


@pytest.fixture
def outcomes():
    rng = np.random.default_rng(4)
    return PotentialOutcomes(
        {name: np.cumsum(rng.random(SHAPE, np.float32), axis=-1) for name in HAZARDS},
        np.where(rng.random(SHAPE[:2]) < 0.5, np.inf, 3.5).astype(np.float32),
        {"meld": rng.random(SHAPE, np.float32)},
    )


def test_outcomes_come_back_bit_for_bit(tmp_path, outcomes):
    path = tmp_path / "x.parquet"
    write_outcomes(path, outcomes, 10)
    back = read_outcomes(path, SHAPE, ("meld",))
    assert all((back.hazards[n] == outcomes.hazards[n]).all() for n in HAZARDS)
    assert (back.infection == outcomes.infection).all() and (back.labs["meld"] == outcomes.labs["meld"]).all()
    frame = pq.read_table(path).to_pandas()
    assert frame.patient.min() == 10 and pq.read_schema(path).metadata[b"purpose"] == b"for research use"


def test_a_file_that_is_cut_altered_or_of_another_shape_is_none(tmp_path, outcomes):
    path = tmp_path / "x.parquet"
    write_outcomes(path, outcomes, 0)
    whole = path.read_bytes()
    assert read_outcomes(path, (2, 5, 8), ("meld",)) is None and read_outcomes(path, SHAPE, ()) is None
    for damaged in (whole[:-9], b"", whole[: len(whole) // 3]):
        path.write_bytes(damaged)
        assert read_outcomes(path, SHAPE, ("meld",)) is None
    altered = bytearray(whole)
    altered[len(whole) // 4] ^= 0xFF
    path.write_bytes(bytes(altered))
    assert read_outcomes(path, SHAPE, ("meld",)) is None
    path.unlink()
    assert read_outcomes(path, SHAPE, ("meld",)) is None


def test_patients_come_back_bit_for_bit(tmp_path, system):
    population = load_population("hbv_aclf")
    admitted = admit(system, population, 3, seed=1, draws=3, known=None)
    path = tmp_path / "patients.parquet"
    assert read_patients(path, system.model, population, 1, None) is None
    write_patients(path, admitted)
    back = read_patients(path, system.model, population, 1, None)
    assert (back.initial == admitted.initial).all() and back.tried == admitted.tried
    assert (back.cohort.parameters() == admitted.cohort.parameters()).all()
    assert all((back.labs[n] == v).all() for n, v in admitted.labs.items())
