"""Millions of patients in bounded memory: drawn, admitted, simulated and reduced a block at a time.

Candidate k carries draw k modulo `draws` and is kept or not by itself, so neither the size of a block nor the number
of workers changes a byte of what is written. A draw from the priors thus counts by how often it makes plausible
patients, where `admit` gives every draw as many. Only endpoints and counts stay; courses go to disk where they are
asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr
from numpy.typing import NDArray

from hepatica.admission import arrive, implausible
from hepatica.engine import System
from hepatica.errors import EngineError, InputError
from hepatica.files import write_parquet
from hepatica.output_folder import claim
from hepatica.patients import SPAN, Admitted, Cohort, Draws, Population, identity
from hepatica.progress import Progress
from hepatica.simulation import Arm, simulate

Floats = NDArray[np.float64]
OUTPUTS = ("bilirubin", "inr", "creatinine", "albumin", "functional_mass", "death_intensity")
DAYS = (28.0, 90.0)  # of endpoints, those that are output times; they are also read at the end
BLOCK = 2048  # candidates simulated at a time
GROUP = 65_536  # rows of a Parquet row group and patients of a Zarr chunk / 64, whatever the block
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
BARREN = 50_000  # candidates in a row without a plausible patient after which to give up


class Sketch:
    """Quantiles of streams through counts in logarithmic buckets (DDSketch: Masson, Rim & Lee 2019).

    Counts are whole numbers, so that sketches add up to the same whatever their order.

    Parameters
    ----------
    accuracy : float
        Largest relative error of a quantile, for sizes from `smallest` on; what is smaller counts as 0.

    Examples
    --------
    >>> s = Sketch((1,))
    >>> s.add(np.arange(1.0, 1001.0)[:, None])
    >>> bool(abs(s.quantile(0.5)[0] / 500.0 - 1) <= 0.01)
    True
    """

    def __init__(
        self, shape: tuple[int, ...], *, accuracy: float = 0.01, smallest: float = 1e-9, largest: float = 1e9
    ) -> None:
        self.gamma, self.smallest = (1 + accuracy) / (1 - accuracy), smallest
        self.half = int(np.ceil(np.log(largest / smallest) / np.log(self.gamma))) + 1
        self.shape, self.cells = shape, int(np.prod(shape))
        self.counts = np.zeros((self.cells, 2 * self.half + 1), np.uint32)  # as many patients as 32 bits can count

    def add(self, values: Floats) -> None:
        """Count values of shape (n, *shape); those that are not finite are left out."""
        flat = values.reshape(len(values), self.cells)
        size = np.abs(flat)
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = np.ceil(np.log(size / self.smallest) / np.log(self.gamma))
        steps = np.clip(np.nan_to_num(steps, nan=0.0, neginf=0.0), 0, self.half - 1).astype(np.int64)
        place = self.half + np.where(
            size < self.smallest, 0, np.sign(np.nan_to_num(flat)).astype(np.int64) * (steps + 1)
        )
        good = np.isfinite(flat)
        width = self.counts.shape[1]
        index = (np.arange(self.cells) * width + place)[good]
        self.counts += np.bincount(index, minlength=self.cells * width).astype(np.uint32).reshape(self.counts.shape)

    def merge(self, other: Sketch) -> None:
        """Add the counts of another sketch."""
        self.counts += other.counts

    def quantile(self, q: float) -> Floats:
        """Quantile of probability q, shape `shape`; NaN where nothing was counted."""
        below = np.cumsum(self.counts, axis=1)
        total = below[:, -1]
        place = (below > (q * (total - 1))[:, None]).argmax(axis=1) - self.half
        step = np.abs(place) - 1
        value = np.sign(place) * self.smallest * 2 * self.gamma ** step.astype(float) / (self.gamma + 1)
        return np.where(total > 0, np.where(place == 0, 0.0, value), np.nan).reshape(self.shape)


@dataclass
class Tally:
    """Counts of a run: candidates, patients and failed solves, with percentile bands of the outputs."""

    candidates: int = 0
    patients: int = 0
    failed: int = 0
    bands: Sketch = field(default_factory=lambda: Sketch((1,)))


def admissions(
    system: System,
    population: Population,
    n: int,
    *,
    seed: int,
    draws: int,
    known: Draws | None = None,
    block: int = BLOCK,
    workers: int | None = None,
) -> Iterator[Admitted]:
    """The first n plausible patients among candidates 0, 1, 2 ..., a block of candidates at a time.

    Yields
    ------
    Admitted
        Those kept of a block; `tried` counts the candidates since the last ones kept, up to the last one needed.

    Raises
    ------
    InputError
        If 50,000 candidates in a row make no plausible patient, or the draws are too few for so many patients.
    """
    first, accepted, tried = 0, 0, 0
    while accepted < n:
        k = np.arange(first, first + block)
        draw = k % draws
        if k[-1] // draws >= SPAN:
            raise InputError("draws", draws, "more, for so many patients")
        cohort = Cohort(system.model, population, seed, identity(draw, k // draws), draw, known)
        initial, labs = arrive(system, cohort, workers=workers)
        kept = np.flatnonzero([why is None for why in implausible(population, labs)])[: n - accepted]
        accepted, first = accepted + len(kept), first + block
        tried += int(kept[-1]) + 1 if accepted >= n else block
        if len(kept):
            yield Admitted(cohort.take(kept), initial[kept], {name: v[kept] for name, v in labs.items()}, tried)
            tried = 0
        elif tried > BARREN:
            raise InputError("population", population.key, "one of which plausible patients arise; widen its inclusion")


def run(
    system: System,
    population: Population,
    arms: Sequence[Arm],
    folder: Path,
    *,
    patients: int,
    seed: int,
    draws: int,
    times: Floats,
    known: Draws | None = None,
    hypothesis: str = "",
    outputs: Sequence[str] = OUTPUTS,
    block: int = BLOCK,
    courses: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Tally:
    """Simulate patients under every arm and write endpoints, percentile bands and, if wanted, whole courses.

    Parameters
    ----------
    system : System
        The model with its engine.
    population : Population
        Of whom the patients are drawn.
    arms : sequence of Arm
        Treatments to compare.
    folder : Path
        Gets ``endpoints.parquet`` (a row per patient and arm), ``bands.parquet`` and ``courses.zarr``; what was there
        of these is replaced once all is written, never before.
    patients : int
        Number of plausible patients.
    seed : int
        Of all random numbers.
    draws : int
        Number of parameter draws that the patients share.
    times : (n_times,) day
        Of bands and courses, ascending from 0 on; survival is integrated over them.
    known : Draws, optional
        Parameter draws from calibration; from the priors unless given.
    hypothesis : str
        Name of the hypothesis, "" for the default values.
    outputs : sequence of str
        States or quantities to write.
    block : int
        Candidates at a time; more is no faster from some hundreds a worker on, and takes more memory.
    courses : bool
        Write outputs at all times too (needs the ``zarr`` extra).
    workers : int, optional
        Threads; no byte depends on it.
    progress : Progress, optional
        Told of the stage "ensemble", in patients.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    times = np.asarray(times, float)
    tally = Tally(bands=Sketch((len(arms), len(times), len(outputs))))
    with claim(folder, "ensemble") as output:
        work = output.staging
        store = _Courses(work / "courses.zarr", arms, patients, times, outputs) if courses else None
        with _Rows(work / "endpoints.parquet") as rows:
            for some in admissions(
                system, population, patients, seed=seed, draws=draws, known=known, block=block, workers=workers
            ):
                ds = simulate(system, some, arms, times, outputs=outputs, hypothesis=hypothesis, workers=workers)
                values = np.stack([ds[name].values for name in outputs], axis=-1)  # arm, patient, time, output
                rows.add(_endpoints(ds, some, tally.patients, outputs))
                tally.bands.add(np.moveaxis(values, 1, 0))
                if store is not None:
                    store.add(tally.patients, values)
                tally.patients += len(some.initial)
                tally.candidates += some.tried
                tally.failed += int((ds["status"].values != 0).sum())
                if progress is not None:
                    progress("ensemble", tally.patients, patients)
        write_parquet(work / "bands.parquet", _bands(tally.bands, arms, times, outputs))
        output.publish()
    return tally


def _endpoints(ds: xr.Dataset, some: Admitted, first: int, outputs: Sequence[str]) -> pd.DataFrame:
    """One row per patient and arm: outputs and survival on some days, first infection, cost of the solve."""
    times, n, arms = ds["time"].values, ds.sizes["patient"], ds.sizes["arm"]
    days = [d for d in DAYS if d in times[:-1]] + [float(times[-1])]
    frame = pd.DataFrame(
        {
            "patient": np.repeat(np.arange(first, first + n), arms),
            "arm": np.tile(ds["arm"].values, n),
            "draw": np.repeat(some.cohort.draw, arms),
            "meld_at_admission": np.repeat(some.labs["meld"], arms),
        }
    )
    if "death_intensity" in outputs:
        hazard = ds["death_intensity"].values
        passed = np.cumsum(0.5 * (hazard[..., 1:] + hazard[..., :-1]) * np.diff(times), axis=-1)
        for day in days:
            frame[f"survival_{day:g}"] = np.exp(-passed[..., np.searchsorted(times, day) - 1]).T.ravel()
    for name in outputs:
        if name != "death_intensity":
            for day in days:
                frame[f"{name}_{day:g}"] = ds[name].values[..., np.searchsorted(times, day)].T.ravel()
    if "infection_time" in ds:
        frame["first_infection"] = ds["infection_time"].values[..., 0].T.ravel()
    frame["status"], frame["steps"] = ds["status"].values.T.ravel(), ds["steps"].values.T.ravel()
    return frame


def _bands(sketch: Sketch, arms: Sequence[Arm], times: Floats, outputs: Sequence[str]) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([[a.name for a in arms], times, outputs], names=["arm", "day", "output"])
    return pd.DataFrame({f"q{100 * q:g}": sketch.quantile(q).ravel() for q in QUANTILES}, index=index).reset_index()


class _Rows:
    """A Parquet file in row groups of one size, whatever the size of what is added."""

    def __init__(self, path: Path) -> None:
        self.path, self.waiting = path, pd.DataFrame()
        self.writer: pq.ParquetWriter | None = None

    def __enter__(self) -> _Rows:
        return self

    def add(self, frame: pd.DataFrame) -> None:
        """Take rows, and write full groups."""
        self.waiting = pd.concat([self.waiting, frame], ignore_index=True) if len(self.waiting) else frame
        while len(self.waiting) >= GROUP:
            self._write(self.waiting.iloc[:GROUP])
            self.waiting = self.waiting.iloc[GROUP:]

    def _write(self, frame: pd.DataFrame) -> None:
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(
            {"purpose": "for research use"}
        )
        if self.writer is None:
            self.writer = pq.ParquetWriter(self.path, table.schema, compression="zstd")
        self.writer.write_table(table, row_group_size=GROUP)

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None and len(self.waiting):
            self._write(self.waiting)
        if self.writer is not None:
            self.writer.close()


class _Courses:
    """Whole courses as a Zarr array (arm, patient, time, output) of fixed chunks, written as they come."""

    def __init__(self, path: Path, arms: Sequence[Arm], patients: int, times: Floats, outputs: Sequence[str]) -> None:
        try:
            import zarr
        except ImportError as error:
            raise EngineError("courses need Zarr: `pip install hepatica[zarr]`") from error
        self.size = GROUP // 64
        group = zarr.open_group(path, mode="w", zarr_format=3, attributes={"purpose": "for research use"})
        group.create_array("time", data=times, dimension_names=("time",))
        self.array = group.create_array(
            "values",
            shape=(len(arms), patients, len(times), len(outputs)),
            dtype="float64",
            fill_value=np.nan,
            chunks=(1, self.size, len(times), len(outputs)),
            dimension_names=("arm", "patient", "time", "output"),
            attributes={"arm": [a.name for a in arms], "output": list(outputs)},
        )
        self.first, self.waiting = 0, np.empty((len(arms), 0, len(times), len(outputs)))

    def add(self, first: int, values: Floats) -> None:
        """Take patients from `first` on; whole chunks, and what is last, go to disk."""
        self.waiting = np.concatenate([self.waiting, values], axis=1)
        last = first + values.shape[1] == self.array.shape[1]
        full = self.waiting.shape[1] if last else self.waiting.shape[1] // self.size * self.size
        if full:
            self.array[:, self.first : self.first + full] = self.waiting[:, :full]
            self.waiting, self.first = self.waiting[:, full:], self.first + full
