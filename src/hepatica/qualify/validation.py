"""Validation: predictions of publications, grouped as in sample, left out, not used, or blind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hepatica.calibrate.inference.loo import MAX_PARETO_K
from hepatica.engine import System
from hepatica.evidence import Publication
from hepatica.patients import Draws
from hepatica.progress import Progress, ignore_progress
from hepatica.validation.predict import validate
from hepatica.validation.records import REFERENCES, Record, Validation
from hepatica.validation.simulated import PredictionSettings

GROUPS = ("blind", "left_out", "unlearnt", "in_sample")
OUTSIDE = GROUPS[:3]


@dataclass(frozen=True)
class Group:
    """Scores of publications of one standing; each publication counts once.

    Attributes
    ----------
    key : str
        One of `GROUPS`, or "effects" for differences between an arm with cells and its control.
    publications : tuple of str
    numbers : int
    in_50, in_90 : float
        Shares of numbers in their intervals.
    crps, log_score, width_90 : float
        As in `Validation.totals`.
    references : dict of reference to (crps, log score, width)
    """

    key: str
    publications: tuple[str, ...]
    numbers: int
    in_50: float
    in_90: float
    crps: float
    log_score: float
    width_90: float
    references: dict[str, tuple[float, float, float]]

    @property
    def beats(self) -> int:
        """References with a worse logarithmic score."""
        return sum(self.log_score > score for _, score, _ in self.references.values())


@dataclass(frozen=True)
class Validated:
    """Validation results by standing of the publication.

    Attributes
    ----------
    validation : Validation
        Everything, blind publications first.
    standing : dict of publication to one of `GROUPS`
    groups : tuple of Group
    effects, effects_outside : Group or None
        Differences between arms, whatever their standing, and of publications that were not learnt from.
    effective_share : float
        Median over arms of the share of virtual patients that stay effective once they match the arm at day 0; NaN
        without arms.
    matched : int
        Arms that print labs at day 0 to be made to look like.
    worst : tuple of Record
        What was predicted worst against the better reference, each publication once at most.
    """

    validation: Validation
    standing: dict[str, str]
    groups: tuple[Group, ...]
    effects: Group | None
    effects_outside: Group | None
    effective_share: float
    matched: int
    worst: tuple[Record, ...]

    def of(self, key: str) -> Group | None:
        """A group."""
        return next((g for g in self.groups if g.key == key), None)

    @property
    def outside(self) -> list[str]:
        """Publications that the model had not learnt from when it predicted them."""
        return [p for p, s in self.standing.items() if s in OUTSIDE]


@dataclass(frozen=True, kw_only=True)
class ValidationEvidence:
    """Publications to be predicted, and the posteriors that leave some of them out.

    Attributes
    ----------
    predicted : tuple of Publication or None
        Those for calibration unless given.
    blind : tuple of Publication
        That the model has not seen.
    left_out : mapping of publication to Draws
        Posterior without a publication, which is then predicted out of sample.
    """

    predicted: tuple[Publication, ...] | None = None
    blind: tuple[Publication, ...] = ()
    left_out: Mapping[str, Draws] = field(default_factory=dict)

    def known(self, evidence: Sequence[Publication]) -> tuple[Publication, ...]:
        """Publications to be predicted that are not blind."""
        if self.predicted is not None:
            return self.predicted
        return tuple(p for p in evidence if p.role == "calibration")


def validate_by_standing(
    system: System,
    asked: ValidationEvidence,
    evidence: Sequence[Publication],
    known: Draws | None,
    *,
    hypotheses: Sequence[str],
    settings: PredictionSettings,
    progress: Progress | None = None,
) -> Validated:
    """Predict publications and score them by standing: in sample, left out, not used or blind.

    Parameters
    ----------
    system : System
        The compiled model.
    asked : ValidationEvidence
        Publications to be predicted.
    evidence : sequence of Publication
        All at hand, for the plain predictors.
    known : Draws or None
        Parameter draws; None takes the priors.
    hypotheses : sequence of str
        Of `study.HYPOTHESES`.
    settings : PredictionSettings
        Sizes and seed.
    progress : Progress, optional
        Called as a part of the work starts and ends.
    """
    blind, publications, left_out = asked.blind, asked.known(evidence), asked.left_out

    def run(some: Sequence[Publication], **more: Any) -> Validation:
        return validate(
            system, some, evidence, known, hypotheses=tuple(hypotheses), settings=settings,
            progress=progress or ignore_progress, **more,
        )  # fmt: skip

    parts = [run(blind)] if blind else []
    parts.append(run(publications, **({"left_out": left_out} if left_out else {})))
    validation = Validation.joined(parts)
    own = {p.key for p in blind}
    standing = {r.publication: _standing(r.publication, own, validation) for r in validation.records}
    groups = [group(key, [r for r in validation.records if standing[r.publication] == key]) for key in GROUPS]
    differences = [r for r in validation.records if r.against and r.cells]
    outside = [r for r in differences if standing[r.publication] in OUTSIDE]
    matched = [
        share for share in validation.matching.values() if share < 1.0
    ]  # exactly 1 is an arm without labs at day 0
    effective_share = float(np.median(matched)) if matched else float("nan")
    return Validated(
        validation,
        standing,
        tuple(g for g in groups if g is not None),
        group("effects", differences),
        group("effects_outside", outside),
        effective_share,
        len(matched),
        worst(validation.records),
    )


def _standing(key: str, blind: set[str], validation: Validation) -> str:
    if key in validation.in_sample:
        return "in_sample"  # also where a file of the user's has the key of one that was learnt from
    return "blind" if key in blind else "left_out" if key in validation.pareto_k else "unlearnt"


def group(key: str, records: Sequence[Record]) -> Group | None:
    """Scores of some records, None where there are none."""
    if not records:
        return None
    row = Validation(tuple(records)).totals().iloc[-1]
    references = {
        n: (float(row[f"{n}_crps"]), float(row[f"{n}_logscore"]), float(row[f"{n}_width_90"])) for n in REFERENCES
    }
    names = tuple(dict.fromkeys(r.publication for r in records))
    in_50, in_90, crps, log_score, width = (float(row[n]) for n in ("in_50", "in_90", "crps", "logscore", "width_90"))
    return Group(key, names, len(records), in_50, in_90, crps, log_score, width, references)


def worst(records: Sequence[Record], most: int = 8) -> tuple[Record, ...]:
    """The record of each publication that lost most against the better reference, the worst first; none that won."""
    each: dict[str, tuple[float, Record]] = {}
    for r in records:
        behind = max(x[3] for x in r.references.values()) - r.log_score if r.references else 0.0
        if behind > 0 and behind > each.get(r.publication, (0.0, r))[0]:
            each[r.publication] = (behind, r)
    return tuple(r for _, r in sorted(each.values(), key=lambda x: -x[0])[:most])


def trusted(shape: float) -> bool:
    """True if importance reweighting was reliable for leaving a publication out (Pareto k).

    Examples
    --------
    >>> trusted(0.5), trusted(0.9)
    (True, False)
    """
    return shape < MAX_PARETO_K
