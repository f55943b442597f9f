"""Cohort of real people: labs by day, covariates, treatments and outcome."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
LAST_DAY = 60.0
"""Last day of follow-up that is read."""


class Treatment(Enum):
    """Established treatment of a person, by its name in `hepatica.therapy.TREATMENTS`."""

    PLASMA_EXCHANGE = "plasma_exchange"
    CORTICOSTEROID = "corticosteroid"


TREATMENT_ARMS: tuple[frozenset[Treatment], ...] = (
    frozenset(),
    frozenset({Treatment.PLASMA_EXCHANGE}),
    frozenset({Treatment.CORTICOSTEROID}),
    frozenset(Treatment),
)
"""Combinations of treatments that are simulated, in the order of the first axis of a `Pool`."""


class PersonField(Enum):
    """Column of the row of day 0, by its name in the header."""

    AGE = "Age"
    ENCEPHALOPATHY = "Encephalopathy_grade_d0"
    PLASMA_EXCHANGE = "PE"
    CORTICOSTEROID = "steroid pulse therapy"
    OUTCOME = "SurvivalOrDeath"
    CAUSE = "Etiology"
    DIAGNOSIS = "diagnosis"
    BLOOD_FILTRATION = "CHDF"


@dataclass(frozen=True, kw_only=True)
class People:
    """Cohort of n real people measured on k days.

    Attributes
    ----------
    name : str
        Of the file, without its folder.
    ids : (n,) of str
        Identifiers, which stay in memory: no error and no output repeats one.
    days : (k,) day
    labs : mapping of str to (n, k)
        In the model's units; NaN where not measured, a lab that the file does not have has no entry.
    age : (n,) year
        NaN where missing.
    encephalopathy : (n,)
        West Haven grade, NaN where missing.
    given : mapping of Treatment to (n,) of bool
        Exposure to each treatment.
    event : (n,)
        1 died or transplanted, 0 neither, NaN missing.
    notes : tuple of str
        Exclusions and assumptions made in reading.
    missing_labs : mapping of str to str
        Labs that cannot be forecast, and the reason.
    missing_fields : mapping of PersonField to str
        Columns that the file does not have, and what is assumed instead.
    cause : (n,) of str
        Cause and diagnosis, ``cause; diagnosis``, in small letters; of length 0 where neither is known.
    blood_filtered : (n,) of bool
        Haemofiltration for kidney or ammonia; of length 0 where it is not known.
    others : mapping of str to (n, k)
        Labs that scores need and that are not forecast, as `labs`: sodium.
    female : (n,)
        1 women, 0 men, NaN missing; of length 0 where it is not known.

    Examples
    --------
    >>> given = {Treatment.PLASMA_EXCHANGE: np.array([True]), Treatment.CORTICOSTEROID: np.array([False])}
    >>> one = People(
    ...     name="made.csv",
    ...     ids=np.array(["1"], object),
    ...     days=np.array([0.0, 3.0]),
    ...     labs={"inr": np.array([[2.0, 1.5]])},
    ...     age=np.array([40.0]),
    ...     encephalopathy=np.array([0.0]),
    ...     given=given,
    ...     event=np.array([0.0]),
    ... )
    >>> one.arm.tolist(), one.log_lab("inr", 3.0).round(3).tolist(), one.log_lab("alt", 3.0).tolist()
    ([1], [0.405], [nan])
    """

    name: str
    ids: NDArray[np.object_]
    days: Floats
    labs: Mapping[str, Floats]
    age: Floats
    encephalopathy: Floats
    given: Mapping[Treatment, Bools]
    event: Floats
    notes: tuple[str, ...] = ()
    missing_labs: Mapping[str, str] = field(default_factory=dict)
    missing_fields: Mapping[PersonField, str] = field(default_factory=dict)
    cause: NDArray[np.object_] = field(default_factory=lambda: np.empty(0, object))
    blood_filtered: Bools = field(default_factory=lambda: np.empty(0, bool))
    others: Mapping[str, Floats] = field(default_factory=dict)
    female: Floats = field(default_factory=lambda: np.empty(0))

    @property
    def n(self) -> int:
        """Number of people."""
        return len(self.ids)

    @property
    def arm(self) -> Ints:
        """Position of each person's treatments in `TREATMENT_ARMS`, (n,)."""
        arm = np.full(self.n, -1)
        for k, treatments in enumerate(TREATMENT_ARMS):
            arm[np.all([self.given[t] == (t in treatments) for t in Treatment], axis=0)] = k
        return arm

    @property
    def covariates(self) -> Floats:
        """Covariates of a regression, (n, 4): age, grade of encephalopathy, plasma exchange, corticosteroid."""
        return np.column_stack([self.age, self.encephalopathy, *(self.given[t] for t in Treatment)])

    def log_lab(self, lab: str, day: float) -> Floats:
        """Logarithm of a lab on a day, (n,); NaN where not measured."""
        k, values = np.flatnonzero(self.days == day), self.labs.get(lab, self.others.get(lab))
        if values is None or not len(k):
            return np.full(self.n, np.nan)
        return np.asarray(np.log(values[:, k[0]]), float)

    def last_log_lab(self, lab: str, days: Sequence[float]) -> Floats:
        """Logarithm of the last measurement on some days, (n,); NaN where there is none."""
        last = np.full(self.n, np.nan)
        for day in sorted(days):
            value = self.log_lab(lab, day)
            last = np.where(np.isfinite(value), value, last)
        return last

    def measured(self, lab_names: Sequence[str], day: float) -> Bools:
        """People with at least one of some labs on a day, (n,)."""
        return np.asarray(np.any([np.isfinite(self.log_lab(lab, day)) for lab in lab_names], axis=0))

    def folds(self, n: int) -> Ints:
        """Fold of cross-validation of each person, (n,), by a hash of the identifier, whoever else is in the file."""
        return np.array(
            [int.from_bytes(hashlib.blake2b(str(i).encode(), digest_size=8).digest(), "little") % n for i in self.ids]
        )
