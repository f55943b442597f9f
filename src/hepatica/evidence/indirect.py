"""Indirect evidence: publications of cells in animals, and in people with other diseases, one TOML file each."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from hepatica.errors import InputError
from hepatica.evidence.indirect_rows import IndirectArm, IndirectObservation
from hepatica.evidence.observations import Row, Wrong, refuse
from hepatica.evidence.publication_file import read_publication, shipped_keys, shipped_text

SpeciesName = Literal["human", "monkey", "pig", "sheep", "rat", "mouse", "mixed"]
SPECIES: tuple[str, ...] = ("human", "monkey", "pig", "sheep", "rat", "mouse", "mixed")
"""Species of indirect evidence; ``mixed`` is a pool of several that does not say which."""
Topic = Literal["efficacy", "biodistribution", "toxicity", "meta-analysis"]
FOLDER = "indirect"
USUAL_WEIGHT = {"mouse": 0.02, "rat": 0.25}
"""Body weight, kg, behind every dose per kg that is derived: those of ``hepatica.translation``'s species."""
WEIGHT_ROUNDING = 1e-6


class IndirectPublication(Row):
    """A publication in animals, or in people with another disease.

    Attributes
    ----------
    key : str
        File name without ``.toml``.
    cite : str
        Key of `hepatica.evidence.references`.
    species : tuple of str
        Of `SPECIES`; empty where not printed.
    strain, disease, product, weight : str
        As printed; empty where not. `disease` is the model of injury, `weight` the animals' body weight.
    topic : {"efficacy", "biodistribution", "toxicity", "meta-analysis"}
    liver : bool
        Whether the injured organ is the liver.
    compares : tuple of str
        What differs between its arms, such as ``dose`` or ``route``.
    read_in : str
        Abstract, table or caption, or a third party's text, which nobody has confirmed.
    note : str
    arms : tuple of IndirectArm
    observations : tuple of IndirectObservation
    """

    key: str = Field(pattern=r"^[a-z0-9_]{1,64}$")
    cite: str
    species: tuple[SpeciesName, ...]
    strain: str = ""
    disease: str = ""
    topic: Topic
    liver: bool
    product: str = ""
    weight: str = ""
    compares: tuple[str, ...] = ()
    read_in: Literal["abstract", "table or caption", "third-party text"]
    note: str = ""
    arms: tuple[IndirectArm, ...] = Field(alias="arm", min_length=1)
    observations: tuple[IndirectObservation, ...] = Field(alias="observation", min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> IndirectPublication:
        refuse(self._wrongs())
        return self

    def _wrongs(self) -> Iterator[Wrong]:
        ids = [arm.id for arm in self.arms]
        for i, id in enumerate(ids):
            if id in ids[:i]:
                yield Wrong(("arm", i, "id"), id, "two arms have the same id")
        for i, o in enumerate(self.observations):
            for name in o.arms:
                if name not in ids:
                    yield Wrong(("observation", i, "arms"), name, f"no arm '{name}'; there are {', '.join(ids)}")
        for i, arm in enumerate(self.arms):
            weight = USUAL_WEIGHT.get(self.species[0]) if len(self.species) == 1 else None
            if arm.per_kg_basis != "derived" or arm.dose_per_animal is None or arm.dose_per_kg is None:
                continue
            if weight is None:
                yield Wrong(
                    ("arm", i, "per_kg_basis"), "derived", f"only {', '.join(USUAL_WEIGHT)} have a usual weight"
                )
            elif abs(arm.dose_per_animal / weight / arm.dose_per_kg - 1) > WEIGHT_ROUNDING:
                says = f"arm '{arm.id}' gives {arm.dose_per_animal:g} cells, {arm.dose_per_animal / weight:g} per kg"
                yield Wrong(("arm", i, "dose_per_kg"), arm.dose_per_kg, says)

    def arm(self, id: str) -> IndirectArm:
        """The arm with this id; `InputError` if there is none."""
        for arm in self.arms:
            if arm.id == id:
                return arm
        raise InputError(f"arm of {self.key}", id, f"use one of {', '.join(arm.id for arm in self.arms)}")

    @property
    def several_doses(self) -> bool:
        """True where its arms differ in dose, printed or not."""
        return "dose" in self.compares

    @property
    def doses(self) -> tuple[float, ...]:
        """Doses printed, per kg where there are such, else per animal, rising."""
        per_kg = {arm.dose_per_kg for arm in self.arms if arm.cells and arm.dose_per_kg}
        per_animal = {arm.dose_per_animal for arm in self.arms if arm.cells and arm.dose_per_animal}
        return tuple(sorted(d for d in (per_kg or per_animal) if d))


@functools.cache
def keys() -> tuple[str, ...]:
    """Keys of the publications that come with the package, sorted."""
    return shipped_keys(FOLDER)


@functools.cache
def load(key: str) -> IndirectPublication:
    """Read one publication.

    Parameters
    ----------
    key : str
        File name without ``.toml``, such as ``"pig_mi_iv_dose"``.

    Raises
    ------
    InputError
        If there is no such publication, or its file is not in order.

    Examples
    --------
    >>> load("pig_mi_iv_dose").doses
    (1000.0, 100000.0, 1000000.0)
    """
    publication = read(shipped_text(FOLDER, key, keys()), f"{FOLDER}/{key}.toml")
    if publication.key != key:
        raise InputError(f"{FOLDER}/{key}.toml", publication.key, "let key equal the file name")
    return publication


def read(text: str, name: str = "publication") -> IndirectPublication:
    """Read a publication from TOML; `name` says where it stands if it is not one (`InputError`)."""
    return read_publication(IndirectPublication, text, name)


def load_all() -> dict[str, IndirectPublication]:
    """Every publication that comes with the package, by key.

    Examples
    --------
    >>> len(load_all())
    80
    """
    return {key: load(key) for key in keys()}


def count_species() -> dict[str, int]:
    """Number of publications by species; one of two species counts for both."""
    return dict(
        Counter(name for publication in load_all().values() for name in publication.species or ("not printed",))
    )
