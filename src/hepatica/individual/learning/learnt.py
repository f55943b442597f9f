"""Fitted errors, corrections and recalibration by kind, with their provenance; shipped beside this module."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from typing import Any

from hepatica.individual.learning.correction import Correction
from hepatica.individual.learning.risk import RiskModel
from hepatica.individual.library.proposals import Kind
from hepatica.individual.posterior.importance import Kernels
from hepatica.individual.posterior.lab_error import Errors, LabError, default_errors

SHIPPED = "people.json"


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """Fitted errors, corrections and recalibration of one kind.

    Attributes
    ----------
    errors, outcome_errors : mapping of str to LabError
        In the weights of labs, and of the outcome.
    kernels, outcome_kernels : Kernels
    corrections : mapping of str to Correction
        Empty where no people of this kind taught any.
    risk : RiskModel or None
        None where the forecast is uncalibrated.
    horizon : float
        Day of the outcome of the people.
    provenance : mapping
        Source, people, events, model, and scores on people of other folds.
    """

    errors: Errors
    outcome_errors: Errors
    kernels: Kernels = Kernels()
    outcome_kernels: Kernels = Kernels()
    corrections: Mapping[str, Correction]
    risk: RiskModel | None
    horizon: float
    provenance: Mapping[str, Any]

    @property
    def is_calibrated(self) -> bool:
        """True where risks are recalibrated on people of this kind."""
        return self.risk is not None

    def to_dict(self) -> dict[str, Any]:
        """Content in types of JSON; infinite SDs are null."""
        return {
            "errors": {lab: asdict(e) for lab, e in self.errors.items()},
            "outcome_errors": {lab: asdict(e) for lab, e in self.outcome_errors.items()},
            "kernels": _finite(asdict(self.kernels)),
            "outcome_kernels": _finite(asdict(self.outcome_kernels)),
            "corrections": {lab: c.to_dict() for lab, c in self.corrections.items()},
            "risk": None if self.risk is None else self.risk.to_dict(),
            "horizon": self.horizon,
            "provenance": dict(self.provenance),
        }

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Learnt:
        """Content of `to_dict`."""
        return cls(
            errors={lab: LabError(**e) for lab, e in row["errors"].items()},
            outcome_errors={lab: LabError(**e) for lab, e in row["outcome_errors"].items()},
            kernels=Kernels(**_infinite(row["kernels"])),
            outcome_kernels=Kernels(**_infinite(row["outcome_kernels"])),
            corrections={lab: Correction.of(c) for lab, c in row["corrections"].items()},
            risk=None if row["risk"] is None else RiskModel.of(row["risk"]),
            horizon=float(row["horizon"]),
            provenance=row["provenance"],
        )

    def without_people(self) -> Learnt:
        """The same without correction and recalibration: what the model says by itself."""
        return replace(self, corrections={}, risk=None)


def _finite(row: dict[str, float]) -> dict[str, float | None]:
    return {k: v if math.isfinite(v) else None for k, v in row.items()}


def _infinite(row: Mapping[str, float | None]) -> dict[str, float]:
    return {k: math.inf if v is None else v for k, v in row.items()}


def untaught() -> Learnt:
    """Assumed errors, no correction and no recalibration: for a kind of which there are no people.

    Examples
    --------
    >>> untaught().is_calibrated
    False
    """
    errors = default_errors()
    return Learnt(errors=errors, outcome_errors=errors, corrections={}, risk=None, horizon=60.0, provenance={})


@functools.cache
def _shipped() -> dict[str, Any]:
    text = (files("hepatica.individual.learning") / SHIPPED).read_text(encoding="utf-8")
    result: dict[str, Any] = json.loads(text)
    return result


def learnt_of(kind: Kind) -> Learnt:
    """Fitted errors, corrections and recalibration of a kind; assumed errors where there were no people.

    Examples
    --------
    >>> learnt_of(Kind.ACUTE).is_calibrated, learnt_of(Kind.CIRRHOSIS).is_calibrated
    (True, False)
    """
    row = _shipped().get(kind.value)
    return untaught() if row is None else Learnt.of(row)
