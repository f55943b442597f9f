"""Proposal distributions of the library by kind of liver failure: mixtures of wide populations and those that ship.

The mixture is the prior of a person of that kind. Wide components leave room for the labs of real people, and the
importance weights of each person narrow them; the components that ship carry what is published of each disease.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.engine import System
from hepatica.individual.person import Background, Cause, Person
from hepatica.individual.pool import BETWEEN_PEOPLE, acute_populations, chronic_populations, widen_population
from hepatica.patients import Population, load_population

Ints = NDArray[np.int64]
GOLDEN = (5**0.5 - 1) / 2
"""Step of the sequence that assigns candidates to components: any first n hold each at its weight."""
WIDE_SHARE = 0.5
ACUTE_CAUSES = frozenset(
    {Cause.PARACETAMOL, Cause.DRUG, Cause.ISCHAEMIC, Cause.HEPATITIS_A, Cause.HEPATITIS_E, Cause.INDETERMINATE}
)
CHRONIC = frozenset({Background.CHRONIC_HEPATITIS, Background.CIRRHOSIS, Background.DECOMPENSATED_CIRRHOSIS})
FAILURE_BILIRUBIN, FAILURE_INR = 5.0, 1.5
"""mg/dL and ratio from which a chronic disease counts as acute-on-chronic failure (APASL; Sarin et al. 2019)."""


class Kind(Enum):
    """Kind of liver failure, which decides the prior of a person."""

    ACUTE = "acute"
    ACUTE_ON_CHRONIC = "acute_on_chronic"
    CIRRHOSIS = "cirrhosis"
    ANY = "any"


class Component(NamedTuple):
    """Component of a mixture: its name, population and weight; the weights add up to 1."""

    name: str
    population: Population
    weight: float


SHIPPED: Mapping[Kind, tuple[str, ...]] = {
    Kind.ACUTE: ("alf_indeterminate", "alf_paracetamol", "acute_liver_injury", "severe_acute_liver_injury"),
    Kind.ACUTE_ON_CHRONIC: ("hbv_aclf", "alcoholic_hepatitis", "aclf_grade_1", "aclf_grade_2", "aclf_grade_3"),
    Kind.CIRRHOSIS: (
        "decompensated_cirrhosis",
        "stable_decompensated_cirrhosis",
        "compensated_cirrhosis",
        "alcoholic_cirrhosis",
        "primary_biliary_cholangitis",
    ),
}


def _wide_cirrhosis(system: System) -> dict[str, Population]:
    """Wide populations of cirrhosis without acute-on-chronic failure."""
    keys = ("decompensated_cirrhosis", "stable_decompensated_cirrhosis")
    return {
        key: widen_population(
            key, system, insult=None, onset=load_population(key).covariate["onset"], between=BETWEEN_PEOPLE
        )
        for key in keys
    }


_WIDE: Mapping[Kind, Callable[[System], dict[str, Population]]] = {
    Kind.ACUTE: acute_populations,
    Kind.ACUTE_ON_CHRONIC: chronic_populations,
    Kind.CIRRHOSIS: _wide_cirrhosis,
}


def mixture(kind: Kind, system: System) -> tuple[Component, ...]:
    """Mixture of proposal populations of a kind; `Kind.ANY` takes those of every kind alike.

    Parameters
    ----------
    kind : Kind
        Kind of liver failure.
    system : System
        The compiled model.

    Examples
    --------
    >>> from hepatica.engine import shipped_system
    >>> parts = mixture(Kind.ACUTE, shipped_system())
    >>> [p.name for p in parts][:3], round(sum(p.weight for p in parts), 9)
    (['wide: immune', 'wide: toxic', 'wide: anoxic'], 1.0)
    """
    if kind is Kind.ANY:
        kinds = tuple(_WIDE)
        return tuple(p._replace(weight=p.weight / len(kinds)) for each in kinds for p in mixture(each, system))
    wide, shipped = _WIDE[kind](system), SHIPPED[kind]
    return (
        *(Component(f"wide: {name}", p, WIDE_SHARE / len(wide)) for name, p in wide.items()),
        *(Component(key, load_population(key), (1 - WIDE_SHARE) / len(shipped)) for key in shipped),
    )


def assign(who: Ints, parts: tuple[Component, ...]) -> Ints:
    """Component of each candidate, (n,), by a golden-ratio sequence: the same whatever the size of the library.

    Examples
    --------
    >>> few = tuple(Component(x, None, w) for x, w in (("a", 0.75), ("b", 0.25)))
    >>> np.bincount(assign(np.arange(1000), few)).tolist()
    [750, 250]
    """
    edges = np.cumsum([p.weight for p in parts])
    place = ((who + 0.5) * GOLDEN) % 1.0
    return np.minimum(np.searchsorted(edges / edges[-1], place, side="right"), len(parts) - 1).astype(np.int64)


def kind_of(person: Person) -> Kind:
    """Kind of liver failure of a person, by background, causes and first labs; `Kind.ANY` where they do not say.

    Parameters
    ----------
    person : Person
        The record.

    Examples
    --------
    >>> kind_of(Person(causes=(Cause.PARACETAMOL,))), kind_of(Person())
    (<Kind.ACUTE: 'acute'>, <Kind.ANY: 'any'>)
    """
    causes = set(person.causes)
    if person.background is Background.NONE:
        return Kind.ACUTE
    if person.background in CHRONIC:
        return Kind.ACUTE_ON_CHRONIC if _has_failed(person) else Kind.CIRRHOSIS
    if causes and causes <= ACUTE_CAUSES:
        return Kind.ACUTE
    if Cause.HEPATITIS_B in causes or Cause.ALCOHOL in causes:
        return Kind.ACUTE_ON_CHRONIC if _has_failed(person) else Kind.ANY
    return Kind.ANY


def _has_failed(person: Person) -> bool:
    """True where first bilirubin and INR reach the limits of acute-on-chronic failure."""
    first = {m.name: m.value for m in reversed(person.measurements) if m.day >= 0}
    return first.get("bilirubin", 0.0) >= FAILURE_BILIRUBIN and first.get("inr", 0.0) >= FAILURE_INR
