"""Parameter draws in standardised prior coordinates: from the priors themselves, or as calibration left them."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyarrow.lib import ArrowException

from hepatica.errors import InputError
from hepatica.files import write_parquet
from hepatica.model.structure import Model
from hepatica.patients.streams import normals, uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PRIOR_NULL_EFFECT_PROBABILITY = 0.1
"""Prior probability, before any person's outcome is seen, that cells have no effect in people whatever they do in
animals and dishes: assumed. Most treatments that work there fail here; priors of single mechanisms hardly say so."""
POPULATION_SD = 0.3  # SD of the logarithm of a population's own quantity (size of an insult, care) about its value
VARIABILITY_SD = 0.2  # SD of the logarithm of the factor on all deviations between patients, before anything is learnt
BETWEEN_STUDY_SD = {
    "share": (0.3, 0.7),
    "mean": (0.2, 0.7),
    "share_visit": (0.15, 0.7),
    "mean_visit": (0.2, 0.7),
    "effect_share": (np.exp(-3.93 / 2), 1.51 / 2),
    "effect_mean": (0.2, 0.7),
}
"""Priors of between-study heterogeneity, of cohorts (``share``, ``mean``: common to all visits of a variable in a
publication; ``_visit``: of each number by itself) and of treatment effects: median of the SD, and SD of its logarithm.
Of shares on the log odds (ratio), of means in SDs between people. ``effect_share`` is that of Cochrane reviews of
mortality by treatments that are no drugs (Turner et al. 2012, doi 10.1093/ije/dys041: a variance of
log-normal(-3.93, 1.51)); the others are assumed."""
MAX_FILE_BYTES = 200_000_000
MAX_ROWS, MAX_COLUMNS = 100_000, 10_000  # of a file of draws; the one that ships has 400 and 420
PATTERN = r"(spread|(?P<kind>z|u|between|own):(?P<name>[\w.]+))(@(?P<hypothesis>\w+))?"  # of a column's name
FILE_WANTED = "a file that `hepatica calibrate` wrote"


class DrawKind(StrEnum):
    """Kind of a column of draws; the value is its mark in a file."""

    COORDINATE = "z"  # standard normal coordinate of a parameter in its prior
    SPIKE = "u"  # uniform number that decides whether the spike of a prior is hit
    POPULATION = "own"  # standard normal coordinate of a population's own quantity, ``<population>.<table>.<name>``
    BETWEEN_STUDY = "between"  # standard normal coordinate of an SD of `BETWEEN_STUDY_SD`
    VARIABILITY = "spread"  # logarithm of the factor on all between-patient deviations, in units of `VARIABILITY_SD`


class DrawKey(NamedTuple):
    """Name of a column of draws.

    Attributes
    ----------
    kind : DrawKind
    name : str
        The parameter, or the entry of `BETWEEN_STUDY_SD`; empty for `DrawKind.VARIABILITY`.
    hypothesis : str
        The hypothesis under which it holds; empty under all.

    Examples
    --------
    >>> key = DrawKey.coordinate("death_lung").under("lung_only")
    >>> str(key), DrawKey.parse("z:death_lung@lung_only") == key
    ('z:death_lung@lung_only', True)
    """

    kind: DrawKind
    name: str = ""
    hypothesis: str = ""

    @classmethod
    def coordinate(cls, parameter: str, hypothesis: str = "") -> DrawKey:
        """Key of a parameter's coordinate in its prior."""
        return cls(DrawKind.COORDINATE, parameter, hypothesis)

    @classmethod
    def spike(cls, parameter: str, hypothesis: str = "") -> DrawKey:
        """Key of the uniform number that decides whether a parameter's spike is hit."""
        return cls(DrawKind.SPIKE, parameter, hypothesis)

    @classmethod
    def between_study(cls, what: str, hypothesis: str = "") -> DrawKey:
        """Key of an SD between cohorts or trials, an entry of `BETWEEN_STUDY_SD`."""
        return cls(DrawKind.BETWEEN_STUDY, what, hypothesis)

    @classmethod
    def population(cls, population: str, quantity: str) -> DrawKey:
        """Key of a population's own quantity, such as ``insult.drug``."""
        return cls(DrawKind.POPULATION, f"{population}.{quantity}")

    @classmethod
    def parse(cls, text: str) -> DrawKey:
        """Key from a column's name in a file.

        Raises
        ------
        InputError
            If it names no such column.
        """
        match = re.fullmatch(PATTERN, text, re.ASCII)
        if match is None or (match["kind"] == DrawKind.BETWEEN_STUDY and match["name"] not in BETWEEN_STUDY_SD):
            between = ", ".join(f"between:{what}" for what in BETWEEN_STUDY_SD)
            allowed = f"z:<parameter>, u:<parameter>, own:<population>.<table>.<name>, spread, {between}"
            raise InputError("posterior", f"column {text[:60]!r}", allowed)
        return cls(DrawKind(match["kind"] or "spread"), match["name"] or "", match["hypothesis"] or "")

    def __str__(self) -> str:
        """Text of the key in a file."""
        text = f"{self.kind.value}:{self.name}" if self.name else self.kind.value
        return f"{text}@{self.hypothesis}" if self.hypothesis else text

    @property
    def label(self) -> str:
        """Name for a reader, without the hypothesis: the parameter, and whether it acts at all."""
        if self.kind is DrawKind.SPIKE:
            return f"{self.name} (acts)"
        return self.name if self.kind is DrawKind.COORDINATE else str(self.under(""))

    def under(self, hypothesis: str) -> DrawKey:
        """The same key under a hypothesis."""
        return self._replace(hypothesis=hypothesis)


VARIABILITY = DrawKey(DrawKind.VARIABILITY)


def shared_row(draw: Ints, n: int) -> Ints:
    """Row of each draw among n, (draws,); past the last row they start again, one further each time round.

    Examples
    --------
    >>> shared_row(np.array([0, 2, 3, 4]), 3).tolist()
    [0, 2, 1, 2]
    """
    return (draw + draw // n) % n


def between_study_sd(what: str, coordinate: Floats | float = 0.0) -> Floats:
    """Between-cohort or between-trial SD at coordinates of its prior.

    Examples
    --------
    >>> between_study_sd("share", np.array([0.0, 1.0])).round(3).tolist()
    [0.3, 0.604]
    """
    median, wide = BETWEEN_STUDY_SD[what]
    return np.asarray(median * np.exp(wide * np.asarray(coordinate, float)))


@dataclass(frozen=True)
class Draws:
    """Joint draws of all uncertain parameters, one row each.

    Attributes
    ----------
    columns : mapping of DrawKey to (n,)
        Their order is that of the coordinates of an emulator.
    provenance : mapping
        Where they come from: hashes of evidence and model, seed, settings.

    Examples
    --------
    >>> x, y = DrawKey.coordinate("x"), DrawKey.coordinate("y")
    >>> d = Draws({x: np.array([0.5, -1.0]), y.under("h"): np.array([1.0, 2.0])})
    >>> d.of(x, np.array([0, 1, 2])).tolist(), d.of(y.under("h"), np.array([0])).tolist()
    ([0.5, -1.0, -1.0], [1.0])
    """

    columns: Mapping[DrawKey, Floats]
    provenance: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def n(self) -> int:
        """Number of draws."""
        return len(next(iter(self.columns.values())))

    def row(self, draw: Ints) -> Ints:
        """Row of each draw, (draws,); past the last row they start again, one further each time round."""
        return shared_row(draw, self.n)

    def of(self, key: DrawKey, draw: Ints) -> Floats | None:
        """Column of a key for draws, (draws,); None where there is none.

        A column under the key's hypothesis comes first, then the one for all hypotheses, then that of any.
        """
        for name in (key, key.under(""), *self._variants.get(key.under(""), ())):
            if name in self.columns:
                return np.asarray(self.columns[name][self.row(draw)], float)
        return None

    @functools.cached_property
    def _variants(self) -> dict[DrawKey, list[DrawKey]]:
        variants: dict[DrawKey, list[DrawKey]] = {}
        for key in self.columns:
            if key.hypothesis:
                variants.setdefault(key.under(""), []).append(key)
        return variants

    def factor(self, draw: Ints) -> Floats:
        """Factor on between-patient deviations for draws, (draws,)."""
        if VARIABILITY not in self.columns:
            return np.ones(len(draw))
        return np.asarray(np.exp(VARIABILITY_SD * self.columns[VARIABILITY][self.row(draw)]), float)

    def population_factor(self, population: str, quantity: str, draw: Ints) -> Floats | float:
        """Factor on a population's own quantity for draws, (draws,); 1 without a column."""
        z = self.of(DrawKey.population(population, quantity), draw)
        return 1.0 if z is None else np.asarray(np.exp(POPULATION_SD * z))

    def between(self, what: str, draw: Ints, hypothesis: str = "") -> Floats:
        """Between-cohort or between-trial SD for draws, (draws,); the prior median without a column."""
        z = self.of(DrawKey.between_study(what, hypothesis), draw)
        return between_study_sd(what, np.zeros(len(draw)) if z is None else z)

    def null_effect_probability(self, hypothesis: str) -> float:
        """Posterior probability that cells have no effect in people; the prior one without people's outcomes."""
        by_hypothesis = self.provenance.get("null_effect_probability", {})
        return float(by_hypothesis.get(hypothesis, PRIOR_NULL_EFFECT_PROBABILITY))

    def take(self, which: Ints) -> Draws:
        """Draws of some rows, with the provenance."""
        return Draws({k: v[which] for k, v in self.columns.items()}, self.provenance)

    def in_order_of(self, seed: int) -> Draws:
        """The draws in a seed's own order: fewer of them are a sample, another one with another seed."""
        order = np.argsort(uniforms(seed, np.arange(self.n), "order of draws")[:, 0], kind="stable")
        return self.take(order)

    def check_model(self, model: Model) -> None:
        """Refuse draws of parameters that a model does not have.

        Raises
        ------
        InputError
            If a parameter, or its prior in the model, is missing.
        """
        for key in self.columns:
            if key.kind in (DrawKind.COORDINATE, DrawKind.SPIKE) and key.name not in model.parameters:
                allowed = "parameters that `hepatica model` lists; calibrate again"
                raise InputError("posterior", f"column '{key}'", allowed)

    @classmethod
    def prior(cls, model: Model, n: int, *, seed: int) -> Draws:
        """Prior draws of all parameters that have a prior."""
        rows = np.arange(n)
        columns = {VARIABILITY: normals(seed, rows, "prior:spread")[:, 0]}
        columns |= {DrawKey.between_study(b): normals(seed, rows, f"prior:between:{b}")[:, 0] for b in BETWEEN_STUDY_SD}
        for name, p in model.parameters.items():
            if p.entry.prior.varies:
                columns[DrawKey.coordinate(name)] = normals(seed, rows, f"prior:{name}")[:, 0]
                if p.entry.prior.kind == "spike":
                    columns[DrawKey.spike(name)] = uniforms(seed, rows, f"spike:{name}")[:, 0]
        return cls(columns)

    def write(self, path: Path) -> None:
        """Write Parquet in single precision, provenance in its metadata, atomically."""
        frame = pd.DataFrame({str(k): np.asarray(v, np.float32) for k, v in self.columns.items()})
        frame.attrs["provenance"] = json.loads(json.dumps(dict(self.provenance), sort_keys=True))
        write_parquet(path, frame, "zstd")

    @classmethod
    def read(cls, path: Path) -> Draws:
        """Read draws from a Parquet file of `write`.

        Raises
        ------
        InputError
            If it is none: too large, cut, of unknown columns, or with a value that is not finite.
        """
        frame = _table(path)
        provenance = frame.attrs.get("provenance", {})
        frame.attrs = {}  # pandas would copy the provenance with every column
        columns = {DrawKey.parse(str(c)): _values(path, frame[c]) for c in frame}
        if not len(frame) or not isinstance(provenance, dict) or all(k.kind != DrawKind.COORDINATE for k in columns):
            raise InputError("posterior", str(path), FILE_WANTED)
        return cls(columns, provenance)


def _table(path: Path) -> pd.DataFrame:
    """Table of a Parquet file whose size is refused before it is read."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise InputError("posterior", f"{path}, {size} bytes", f"a file of at most {MAX_FILE_BYTES} bytes")
        shape = pq.read_metadata(path)
        if shape.num_rows > MAX_ROWS or shape.num_columns > MAX_COLUMNS:
            got = f"{path}, {shape.num_rows} draws of {shape.num_columns} columns"
            raise InputError("posterior", got, f"at most {MAX_ROWS} draws of {MAX_COLUMNS} columns")
        frame = pd.read_parquet(path)
    except InputError:
        raise
    except (OSError, ValueError, TypeError, KeyError, ArrowException) as error:
        raise InputError("posterior", str(path), FILE_WANTED) from error
    if not frame.columns.is_unique:
        raise InputError("posterior", f"{path}, a column twice", FILE_WANTED)
    return frame


def _values(path: Path, column: pd.Series[Any]) -> Floats:
    """Numbers of a column, every one finite, and those of a spike within 0 and 1."""
    name = f"{path}, column '{column.name}'"
    if column.dtype.kind not in "fiu":
        raise InputError("posterior", name, "numbers")
    values = np.asarray(column.to_numpy(float))
    if not np.isfinite(values).all():
        raise InputError("posterior", name, "finite numbers in every draw; calibrate again")
    if DrawKey.parse(str(column.name)).kind is DrawKind.SPIKE and not ((values >= 0) & (values <= 1)).all():
        raise InputError("posterior", name, "numbers from 0 to 1")
    return values


@functools.cache
def posterior() -> Draws:
    """Posterior draws that ship, from the evidence that ships."""
    with as_file(files("hepatica.patients") / "posterior.parquet") as path:
        return Draws.read(path)
