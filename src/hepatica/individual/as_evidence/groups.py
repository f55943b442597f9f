"""Groups of real people: by the virtual population whose inclusion criteria they meet, and by treatment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from hepatica.evidence.arms import Arm
from hepatica.individual.labs import LABS
from hepatica.individual.people import TREATMENT_ARMS, People, Treatment
from hepatica.outcomes.scores import meld
from hepatica.patients import Population, load_population

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_IMMUNE = ("hav", "hbv", "hev", "hepatitis", "aih", "autoimmune", "dili", "drug", "unknown", "indeterminate")
CAUSES: Mapping[str, tuple[str, ...]] = {
    "alf_paracetamol": ("paracetamol", "acetaminophen"),
    "alf_indeterminate": _IMMUNE,
    "acute_liver_injury": _IMMUNE,
    "severe_acute_liver_injury": _IMMUNE,
}
"""Words of a cause by the population that is simulated so: effector cells that kill hepatocytes stand for viruses,
autoimmunity, idiosyncratic drug injury and an indeterminate cause. The first population that fits counts."""
POOLED = ("acute_liver_injury", "severe_acute_liver_injury")
"""Populations whose people also form one group irrespective of treatment, on day 0 and at the end."""
POOLED_NOTE = "day 0 was before treatment, and their survival is taken as if none of it had changed it."
EXCHANGE_NOTE = "three sessions are simulated, labs that they move not used."
CHRONIC = ("aclf", "acute-on-chronic", "cirrho")  # causes to which no population of acute failure applies
LABELS: Mapping[frozenset[Treatment], str] = dict(
    zip(
        TREATMENT_ARMS,
        ("no plasma exchange or steroid", "plasma exchange", "corticosteroid", "plasma exchange and corticosteroid"),
        strict=True,
    )
)
"""Text of each combination of treatments, for labels."""
_SUFFIX = dict(zip(TREATMENT_ARMS, ("untreated", "exchange", "steroid", "both"), strict=True))


class Excluded(Enum):
    """Reason why no virtual population applies to a person, by the name of the group."""

    WITHOUT_COMA = "without coma"
    OTHERWISE = "otherwise"

    @property
    def note(self) -> str:
        """Sentence about the group."""
        injury = "acute injury without coma is" if self is Excluded.WITHOUT_COMA else "the virtual populations are"
        return f"Their cause, or a lab on day 0, is outside what {injury} admitted with."


@dataclass(frozen=True)
class Group:
    """People to whom the same population applies and who had the same treatments.

    Attributes
    ----------
    population : str or Excluded
        Key of a virtual population, or why none applies.
    treatments : frozenset of Treatment or None
        None pools all treatments.
    who : (n,) of bool
        Of all people.
    """

    population: str | Excluded
    treatments: frozenset[Treatment] | None
    who: Bools

    @property
    def n(self) -> int:
        """Number of people."""
        return int(self.who.sum())

    @property
    def pooled(self) -> bool:
        """True where people of all treatments stand together."""
        return self.treatments is None

    @property
    def name(self) -> str:
        """Population, or the name of the excluded group, in words."""
        return self.population.value if isinstance(self.population, Excluded) else self.population

    @property
    def id(self) -> str:
        """Name inside the publication."""
        if self.treatments is None:
            return self.name
        return f"{self.name} {_SUFFIX[self.treatments]}".replace(" ", "_")

    def arm(self) -> Arm:
        """Arm of a publication: label, treatments and notes."""
        key = "none" if isinstance(self.population, Excluded) else self.population
        title = self.name if isinstance(self.population, Excluded) else f"like {self.name}"
        if self.treatments is None:
            note = f"Simulated untreated: {POOLED_NOTE}"
            label = f"{title}: all, whatever they were given"
            return Arm(id=self.id, label=label, n=self.n, population=key, treatments=(), note=note)
        return Arm(
            id=self.id,
            label=f"{title}: {LABELS[self.treatments]}",
            n=self.n,
            population=key,
            co_treatment=LABELS[self.treatments] if self.treatments else "",
            treatments=tuple(t.value for t in Treatment if t in self.treatments),
            note=" ".join(self._notes(self.treatments)),
        )

    def _notes(self, treatments: frozenset[Treatment]) -> Iterator[str]:
        if Treatment.PLASMA_EXCHANGE in treatments:
            yield f"Days of plasma exchange are not in the file; {EXCHANGE_NOTE}"
        if Treatment.CORTICOSTEROID in treatments:
            yield "A pulse of methylprednisolone; a corticosteroid held over the course is simulated."
        if isinstance(self.population, Excluded):
            yield self.population.note


def assign_groups(people: People) -> tuple[Group, ...]:
    """Groups of a cohort: everyone in one of them, those of `POOLED` also in a pooled one.

    Parameters
    ----------
    people : People
        The cohort.

    Returns
    -------
    tuple of Group
        By population, the pooled group first, then by treatment.
    """
    labs = _labs_on_day_0(people)
    cause = people.cause if len(people.cause) else np.full(people.n, "", object)
    members: dict[str | Excluded, Bools] = {}
    free = np.ones(people.n, bool)
    for key, words in CAUSES.items():
        applies = np.array([_has_cause(str(text), key, words) for text in cause])
        members[key] = free & applies & meets_inclusion(load_population(key), labs)
        free = free & ~members[key]
    awake = free & ~(labs["encephalopathy"] >= 1)  # an unknown grade counts as none: nobody noted a coma
    members |= {Excluded.WITHOUT_COMA: awake, Excluded.OTHERWISE: free & ~awake}
    arm = people.arm
    groups = []
    for population, who in members.items():
        if population in POOLED and who.any():
            groups.append(Group(population, None, who))
        for k, treatments in enumerate(TREATMENT_ARMS):
            if (who & (arm == k)).any():
                groups.append(Group(population, treatments, who & (arm == k)))
    return tuple(groups)


def meets_inclusion(population: Population, labs: Mapping[str, Floats]) -> Bools:
    """Inclusion criteria of a population on day 0, (n,); a lab that was not measured excludes.

    Parameters
    ----------
    population : Population
        Population whose criteria are applied.
    labs : mapping of str to (n,)
        In the model's units; NaN where not measured.

    Examples
    --------
    >>> labs = {"inr": np.array([2.0, 1.2, np.nan]), "bilirubin": np.full(3, 9.0), "alt": np.full(3, 800.0)}
    >>> meets_inclusion(load_population("alf_indeterminate"), labs | {"encephalopathy": np.ones(3)}).tolist()
    [True, False, False]
    """
    included = np.ones(len(next(iter(labs.values()))), bool)
    for name, limits in population.inclusion.items():
        if name in labs:
            included &= (labs[name] >= limits.low) & (labs[name] <= limits.high)
    return included


def _has_cause(text: str, key: str, words: Sequence[str]) -> bool:
    """Agreement of a cause with a population; an empty cause counts as indeterminate."""
    if any(word in text for word in CHRONIC):
        return False
    stated = text.partition(";")[0]
    return any(word in text for word in words) or (key == "alf_indeterminate" and not stated.strip())


def _labs_on_day_0(people: People) -> dict[str, Floats]:
    """Labs, MELD and grade of encephalopathy on day 0, (n,) each."""
    labs: dict[str, Floats] = {name: np.exp(people.log_lab(name, 0.0)) for name in LABS}
    score = meld(bilirubin=labs["bilirubin"], creatinine=labs["creatinine"], inr=labs["inr"])
    return labs | {"encephalopathy": people.encephalopathy, "meld": np.asarray(score, float)}
