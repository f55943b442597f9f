"""Published studies and cohorts: one TOML file each, with the observations inside."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from pydantic import (
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from hepatica.errors import InputError
from hepatica.evidence.arms import Alternative, Arm, Mixture, mixture_faults
from hepatica.evidence.findings import Finding
from hepatica.evidence.observations import (
    UNCOUNTED,
    VARIABLES,
    Observation,
    Row,
    Wrong,
    refuse,
    without_unstated,
    wrongs,
)
from hepatica.evidence.publication_file import read_publication, shipped_keys, shipped_text

Role = Literal["calibration", "supporting", "check"]
FOLDER = "publications"
Bias = Literal["low", "some", "high", "unclear"]


def between(
    ids: Sequence[str],
    arms: Sequence[Arm | None],
    observations: Sequence[Observation | None],
    alternatives: Sequence[Alternative | None],
    findings: Sequence[Finding | None] = (),
) -> Iterator[Wrong]:
    """Faults between rows that are each in order.

    Parameters
    ----------
    ids : sequence of str
        Of all arms of the file, in its order.
    arms, observations, alternatives, findings : sequence
        The rows of the file; None stands for one that is not in order itself.

    Yields
    ------
    Wrong
    """
    for i, id in enumerate(ids):
        if id in ids[:i]:
            yield Wrong(("arm", i, "id"), id, "two arms have the same id")
    places = [
        *((("observation", i, "arm"), o.arm) for i, o in enumerate(observations) if o),
        *((("finding", i, "arm"), f.arm) for i, f in enumerate(findings) if f),
        *((("finding", i, "against"), f.against) for i, f in enumerate(findings) if f and f.against),
        *((("arm", i, "subset_of"), a.subset_of) for i, a in enumerate(arms) if a and a.subset_of),
        *((("alternative", i, "arm"), a.arm) for i, a in enumerate(alternatives) if a),
    ]
    for place, name in places:
        if name not in ids:
            yield Wrong(place, name, f"no arm '{name}'; there are {', '.join(ids)}")
    for i, other in enumerate(alternatives):
        arm = next((a for a in arms if a and other and a.id == other.arm), None)
        if other and arm:
            yield from (Wrong(("alternative", i, *w.place), w.got, w.says) for w in _amiss(other, arm))
        if other and other.id in [a.id for a in alternatives[:i] if a]:
            yield Wrong(("alternative", i, "id"), other.id, "two alternatives have the same id")
    seen = set()
    for i, o in enumerate(observations):
        if o and (o.arm, o.variable, o.time, o.kind) in seen:
            got = f"{o.variable} of {o.arm}, day {o.time:g}, {o.kind}"
            yield Wrong(("observation", i), got, "the same arm, variable, time and kind stands twice")
        seen.add(o and (o.arm, o.variable, o.time, o.kind))


def _amiss(other: Alternative, arm: Arm) -> Iterator[Wrong]:
    """An arm as another source has it must be in order too."""
    try:
        other.of(arm)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            yield from wrongs(detail)


class Publication(Row):
    """A published study or cohort.

    Attributes
    ----------
    key : str
        File name without ``.toml``: small letters, digits and underscores.
    title, country, design, disease, note : str
    cite : str
        Key of `hepatica.evidence.references`.
    year : int or None
        None where not known.
    role : {"calibration", "supporting", "check"}
        Only ``calibration`` may enter a likelihood.
    population : str
        Key of the virtual population it is predicted with; "none" where none is like it, empty to go by the disease.
    mixture : dict of str to float
        Virtual populations with their shares, where its people are of several; an arm may state its own.
    background_treatments : tuple of str
        What everybody was given: keys of `hepatica.therapy.TREATMENTS`, simulated with every arm.
    shares_people_with : tuple of str
        Publications some of whose people are the same: together they count once.
    risk_of_bias : {"low", "some", "high", "unclear"}
        Of what it says of treatment; `bias` says why. It inflates the variance of what enters a likelihood.
    bias : str
    conflicts : tuple of str
        Where sources disagree.
    alternatives : tuple of Alternative
        Where they disagree on what was given.
    arms : tuple of Arm
    observations : tuple of Observation
        Empty where no printed number can be compared; `note` then says what was reported.
    findings : tuple of Finding
        What is printed and is less than a number of an arm.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    key: str = Field(pattern=r"^[a-z0-9_]{1,64}$")
    title: str
    cite: str
    year: int | None = None
    country: str
    design: str
    role: Role
    disease: str
    population: str = ""
    mixture: Mixture = Field(default_factory=dict)
    background_treatments: tuple[str, ...] = ()
    shares_people_with: tuple[str, ...] = ()
    risk_of_bias: Bias = "unclear"
    bias: str = ""
    note: str = ""
    conflicts: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = Field(default=(), alias="alternative")
    arms: tuple[Arm, ...] = Field(alias="arm", min_length=1)
    observations: tuple[Observation, ...] = Field(default=(), alias="observation")
    findings: tuple[Finding, ...] = Field(default=(), alias="finding")

    @model_serializer(mode="wrap")
    def _stated(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Fields without those that are not stated: files of before have the same hash."""
        return without_unstated(dump(self), "mixture", "background_treatments", "findings", "finding")

    @model_validator(mode="after")
    def _consistent(self) -> Publication:
        unreasoned = Wrong(("bias",), self.bias, f"risk_of_bias '{self.risk_of_bias}' needs its reason in bias")
        silent = Wrong(("observation",), "", "write an observation or a finding, or say in note what was reported")
        ids = [arm.id for arm in self.arms]
        refuse(
            (
                *between(ids, self.arms, self.observations, self.alternatives, self.findings),
                *mixture_faults(self.mixture, self.population, "the publication"),
                *((unreasoned,) if self.risk_of_bias != "unclear" and not self.bias else ()),
                *((silent,) if not (self.observations or self.findings or self.note) else ()),
            )
        )
        return self

    def arm(self, id: str) -> Arm:
        """The arm with this id; `InputError` if there is none."""
        for arm in self.arms:
            if arm.id == id:
                return arm
        raise InputError(f"arm of {self.key}", id, f"use one of {', '.join(arm.id for arm in self.arms)}")

    def people(self, o: Observation) -> int | None:
        """People behind an observation; a share without a number of its own is of the whole arm."""
        of_arm = self.arm(o.arm).n if o.kind in ("proportion", "kaplan_meier") else None
        return o.n if o.n is not None else of_arm

    def lacks(self, o: Observation) -> str:
        """Reason why an observation cannot enter a likelihood; empty if it can."""
        return "" if o.lacks == UNCOUNTED and self.people(o) is not None else o.lacks

    def find(
        self,
        *,
        arm: str | None = None,
        variable: str | None = None,
        time: float | None = None,
        unusable: bool = False,
    ) -> tuple[Observation, ...]:
        """Observations that match, in the order of the file.

        Parameters
        ----------
        arm, variable : str, optional
            None matches every one.
        time : float, optional
            Days.
        unusable : bool
            Also those flagged ``usable = false``.

        Returns
        -------
        tuple of Observation
            Empty if nothing matches; `InputError` if the arm or the variable is not known at all.

        Examples
        --------
        >>> load("lin2017").find(arm="msc", variable="survival")[0].value
        73.2
        """
        if arm is not None:
            self.arm(arm)
        if variable is not None and variable not in VARIABLES:
            raise InputError("variable", variable, f"use one of {', '.join(VARIABLES)}")
        return tuple(
            o
            for o in self.observations
            if (arm is None or o.arm == arm)
            and (variable is None or o.variable == variable)
            and (time is None or o.time == time)
            and (unusable or o.usable)
        )


@functools.cache
def keys() -> tuple[str, ...]:
    """Keys of the publications that come with the package, sorted."""
    return shipped_keys(FOLDER)


@functools.cache
def load(key: str) -> Publication:
    """Read one publication.

    Parameters
    ----------
    key : str
        File name without ``.toml``, such as ``"lin2017"``.

    Raises
    ------
    InputError
        If there is no such publication, or its file is not in order.
    """
    publication = read(shipped_text(FOLDER, key, keys()), f"{FOLDER}/{key}.toml")
    if publication.key != key:
        raise InputError(f"{FOLDER}/{key}.toml", publication.key, "let key equal the file name")
    return publication


def read(text: str, name: str = "publication") -> Publication:
    """Read a publication from TOML; `name` says where it stands if it is not one (`InputError`)."""
    return read_publication(Publication, text, name)


def load_all() -> dict[str, Publication]:
    """Every publication that comes with the package, by key."""
    return {key: load(key) for key in keys()}


def evidence_hash(publications: Iterable[Publication]) -> str:
    """Hash of every number of some publications."""
    text = "\n".join(p.model_dump_json() for p in sorted(publications, key=lambda p: p.key))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
