"""Evidence from outside: published studies and cohorts, indirect evidence of animals, and the works cited."""

from __future__ import annotations

from hepatica.evidence.arms import Arm
from hepatica.evidence.findings import Finding
from hepatica.evidence.indirect import IndirectPublication
from hepatica.evidence.observations import Observation
from hepatica.evidence.publications import Publication, evidence_hash, load, load_all
from hepatica.evidence.references import Reference, reference, references

__all__ = [
    "Arm",
    "Finding",
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
