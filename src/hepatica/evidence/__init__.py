"""Evidence from outside: published studies and cohorts, indirect evidence of animals, and the works cited."""

from __future__ import annotations

from hepatica.evidence.indirect import IndirectPublication
from hepatica.evidence.observations import Arm, Observation
from hepatica.evidence.publications import Publication, evidence_hash, load, load_all
from hepatica.evidence.references import Reference, reference, references

__all__ = [
    "Arm",
    "IndirectPublication",
    "Observation",
    "Publication",
    "Reference",
    "evidence_hash",
    "load",
    "load_all",
    "reference",
    "references",
]
