"""What is not known, draw by draw: places in the priors, from the priors themselves or as calibration left them."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.model.assemble import Model
from hepatica.patients.streams import normals, uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NOTHING = 0.1
"""Chance, before any person's outcome is looked at, that cells do nothing in people whatever they do in animals and dishes:
assumed. Most treatments that work there fail here; the priors of the mechanisms, each by itself, hardly say so."""
SPREAD = 0.2  # SD of the logarithm of the factor on all deviations between patients, before anything is learnt
BETWEEN = {
    "share": (0.3, 0.7),
    "mean": (0.2, 0.7),
    "effect_share": (np.exp(-3.93 / 2), 1.51 / 2),
    "effect_mean": (0.2, 0.7),
}
"""What differs from cohort to cohort beside what is modelled, and from trial to trial in what a treatment does: median of its
SD, and SD of the logarithm of that SD, before anything is learnt. Of shares on the logarithm of the odds (ratio), of means in
SDs between people. ``effect_share`` is what Cochrane reviews of mortality by treatments that are no drugs have (Turner et al.
2012, doi 10.1093/ije/dys041: a variance of log-normal(-3.93, 1.51)); the others are assumed."""


def deviation(what: str, place: Floats | float = 0.0) -> Floats:
    """SD of what differs, at places in its prior.

    Examples
    --------
    >>> deviation("share", np.array([0.0, 1.0])).round(3).tolist()
    [0.3, 0.604]
    """
    median, wide = BETWEEN[what]
    return np.asarray(median * np.exp(wide * np.asarray(place, float)))


@dataclass(frozen=True)
class Draws:
    """Rows of what may be true together.

    Attributes
    ----------
    columns : mapping of str to (n,)
        ``z:<parameter>`` is a standard normal place in its prior, ``u:<parameter>`` decides whether a spike is hit;
        ``...@<hypothesis>`` stands where hypotheses differ. ``spread`` is the logarithm of a factor on every deviation
        between patients, in units of `SPREAD`; ``between:<what>`` that of an SD of `BETWEEN`, in units of its own.
    provenance : mapping
        Where they come from: hashes of evidence and model, seed, settings.

    Examples
    --------
    >>> d = Draws({"z:x": np.array([0.5, -1.0]), "z:y@h": np.array([1.0, 2.0])})
    >>> d.of("z", "x", np.array([0, 1, 2])).tolist(), d.of("z", "y", np.array([0]), "h").tolist()
    ([0.5, -1.0, -1.0], [1.0])
    """

    columns: Mapping[str, Floats]
    provenance: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def n(self) -> int:
        """Rows."""
        return len(next(iter(self.columns.values())))

    def row(self, draw: Ints) -> Ints:
        """Row of each draw; past the last row they start again, one further each time round."""
        return (draw + draw // self.n) % self.n

    def of(self, kind: str, parameter: str, draw: Ints, hypothesis: str = "") -> Floats | None:
        """Places of a parameter for draws, None where nothing is said of it."""
        key = f"{kind}:{parameter}"
        for name in (f"{key}@{hypothesis}", key, *(k for k in self._variants.get(key, ()))):
            if name in self.columns:
                return np.asarray(self.columns[name][self.row(draw)], float)
        return None

    @functools.cached_property
    def _variants(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self.columns:
            if "@" in name:
                found.setdefault(name.split("@")[0], []).append(name)
        return found

    def factor(self, draw: Ints) -> Floats:
        """Factor on deviations between patients."""
        if "spread" not in self.columns:
            return np.ones(len(draw))
        return np.asarray(np.exp(SPREAD * self.columns["spread"][self.row(draw)]), float)

    def between(self, what: str, draw: Ints, hypothesis: str = "") -> Floats:
        """SD of what differs between cohorts or trials for draws; the median where nothing is said of it."""
        z = self.of("between", what, draw, hypothesis)
        return deviation(what, np.zeros(len(draw)) if z is None else z)

    def nothing(self, hypothesis: str) -> float:
        """Chance that cells do nothing in people, as the outcomes of people left it; `NOTHING` where none were looked at."""
        return float(self.provenance.get("nothing", {}).get(hypothesis, NOTHING))

    def take(self, which: Ints) -> Draws:
        """Some of the rows."""
        return Draws({k: v[which] for k, v in self.columns.items()}, self.provenance)

    @classmethod
    def prior(cls, model: Model, n: int, *, seed: int) -> Draws:
        """Rows drawn from the priors of all parameters that have one."""
        rows, columns = np.arange(n), {"spread": normals(seed, np.arange(n), "prior:spread")[:, 0]}
        columns |= {f"between:{what}": normals(seed, rows, f"prior:between:{what}")[:, 0] for what in BETWEEN}
        for name, p in model.parameters.items():
            if p.entry.prior.varies:
                columns[f"z:{name}"] = normals(seed, rows, f"prior:{name}")[:, 0]
                if p.entry.prior.kind == "spike":
                    columns[f"u:{name}"] = uniforms(seed, rows, f"spike:{name}")[:, 0]
        return cls(columns)

    def write(self, path: Path) -> None:
        """To Parquet, in single precision, provenance in its metadata."""
        frame = pd.DataFrame({k: np.asarray(v, np.float32) for k, v in self.columns.items()})
        frame.attrs["provenance"] = json.loads(json.dumps(dict(self.provenance), sort_keys=True))
        frame.to_parquet(path, compression="zstd", index=False)

    @classmethod
    def read(cls, path: Path) -> Draws:
        """From such a file.

        Raises
        ------
        InputError
            If it is none.
        """
        try:
            frame = pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise InputError("posterior", str(path), "a file that `hepatica calibrate` wrote") from error
        if not len(frame) or not any(str(c).startswith("z:") for c in frame):
            raise InputError("posterior", str(path), "a file that `hepatica calibrate` wrote")
        return cls({str(c): frame[c].to_numpy(float) for c in frame}, frame.attrs.get("provenance", {}))


@functools.cache
def posterior() -> Draws:
    """The draws that ship, learnt from the evidence that ships."""
    with as_file(files("hepatica.patients") / "posterior.parquet") as path:
        return Draws.read(path)
