"""Files of a bank: Parquet with checksums of its pages, written whole or not at all, verified when read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyarrow.lib import ArrowException

from hepatica.files import write_whole
from hepatica.model.structure import Model
from hepatica.patients import Admitted, Cohort, Draws, Population
from hepatica.trials.bank.outcomes import PotentialOutcomes
from hepatica.trials.bank.plan import HAZARDS

KEYS = ("regimen", "patient", "day", "first_infection")
PURPOSE = {"purpose": "for research use"}


def _write(path: Path, table: pa.Table, dictionary: Sequence[str] = ()) -> None:
    """Write a table atomically, each page with its checksum."""
    stamped = table.replace_schema_metadata({**(table.schema.metadata or {}), **PURPOSE})
    write_whole(
        path,
        lambda p: pq.write_table(
            stamped,
            p,
            compression="lz4",
            use_dictionary=list(dictionary),
            write_statistics=False,
            write_page_checksum=True,
        ),
    )


def _read(path: Path) -> pa.Table | None:
    """Table whose checksums hold; None where the file is missing, cut or altered."""
    try:
        return pq.read_table(path, page_checksum_verification=True, use_threads=False)
    except (OSError, ValueError, ArrowException):
        return None


def write_outcomes(path: Path, outcomes: PotentialOutcomes, first: int) -> None:
    """Write potential outcomes of a block, a row for each regimen, patient and day.

    Parameters
    ----------
    path : Path
        The file.
    outcomes : PotentialOutcomes
        Of the block.
    first : int
        Number of its first patient.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    regimens, patients, days = outcomes.hazards[HAZARDS[0]].shape
    columns: dict[str, NDArray[np.generic]] = {
        "regimen": np.repeat(np.arange(regimens, dtype=np.int16), patients * days),
        "patient": np.tile(np.repeat(np.arange(first, first + patients, dtype=np.int32), days), regimens),
        "day": np.tile(np.arange(days, dtype=np.int16), regimens * patients),
        "first_infection": np.repeat(outcomes.infection.ravel(), days),
    }
    columns |= {f"hazard:{name}": outcomes.hazards[name].ravel() for name in HAZARDS}
    columns |= {f"lab:{name}": values.ravel() for name, values in outcomes.labs.items()}
    _write(path, pa.table(dict(columns)), KEYS)


def read_outcomes(path: Path, shape: tuple[int, int, int], labs: Sequence[str]) -> PotentialOutcomes | None:
    """Potential outcomes of a block; None where the file is missing, damaged or of another shape.

    Parameters
    ----------
    path : Path
        The file.
    shape : (regimens, patients, days)
        Expected.
    labs : sequence of str
        Expected.
    """
    table = _read(path)
    names = [*KEYS, *(f"hazard:{n}" for n in HAZARDS), *(f"lab:{n}" for n in labs)]
    if table is None or table.column_names != names or table.num_rows != int(np.prod(shape)):
        return None

    def cube(name: str) -> NDArray[np.float32]:
        return np.asarray(table[name].to_numpy(), np.float32).reshape(shape)

    return PotentialOutcomes(
        {name: cube(f"hazard:{name}") for name in HAZARDS},
        cube("first_infection")[:, :, 0].copy(),
        {name: cube(f"lab:{name}") for name in labs},
    )


def write_patients(path: Path, admitted: Admitted) -> None:
    """Write admitted patients: identities, draws, labs and states at admission.

    Parameters
    ----------
    path : Path
        The file.
    admitted : Admitted
        Patients of the bank.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    columns: dict[str, NDArray[np.generic]] = {"identity": admitted.cohort.patient, "draw": admitted.cohort.draw}
    columns |= {f"lab:{name}": values for name, values in admitted.labs.items()}
    columns |= {f"state:{k}": admitted.initial[:, k] for k in range(admitted.initial.shape[1])}
    table = pa.table(columns).replace_schema_metadata({"tried": str(admitted.tried)})
    _write(path, table)


def read_patients(path: Path, model: Model, population: Population, seed: int, known: Draws | None) -> Admitted | None:
    """Admitted patients; None where the file is missing or damaged.

    Parameters
    ----------
    path : Path
        The file.
    model : Model
        Of the system.
    population : Population
        Of the bank.
    seed : int
        Of the bank.
    known : Draws, optional
        Of the bank.
    """
    table = _read(path)
    if table is None or b"tried" not in (table.schema.metadata or {}):
        return None
    frame = {name: table[name].to_numpy() for name in table.column_names}
    states = [values for name, values in frame.items() if name.startswith("state:")]
    cohort = Cohort(model, population, seed, frame["identity"].astype(np.int64), frame["draw"].astype(np.int64), known)
    labs = {name.removeprefix("lab:"): np.array(v) for name, v in frame.items() if name.startswith("lab:")}
    return Admitted(cohort, np.stack(states, axis=1), labs, int(table.schema.metadata[b"tried"]))
