"""Analysis of one subject: fit, course, odds, next scan and next dose from all scans so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from hepatica.errors import InputError
from hepatica.imaging.biodistribution.course import course_times, subject_course
from hepatica.imaging.biodistribution.fit import HOPELESS, POINTS, SubjectFit, fit_subject
from hepatica.imaging.biodistribution.hypotheses import ScanOdds, odds_by_scan
from hepatica.imaging.biodistribution.next_scan import PlannedScan, plan_scans
from hepatica.imaging.biodistribution.summary import QuantitySummary, moved_parameters, summarise
from hepatica.imaging.biodistribution.visibility import Visibility, all_visibility
from hepatica.imaging.guidance.advice import Advice, advise
from hepatica.imaging.quantification import OrganLabel
from hepatica.imaging.subject.scan import MeasuredScan
from hepatica.imaging.subject.subject_file import Subject
from hepatica.progress import Progress, ignore_progress

MISFIT = 0.01
"""Posterior predictive probability below which no parameters of a hypothesis fit the scans."""
SHORTEST = 14.0
"""Days that a course is drawn for at least."""


@dataclass(frozen=True)
class SubjectAnalysis:
    """Analysis of the scans of one subject.

    Attributes
    ----------
    subject : Subject
    scans : tuple of MeasuredScan
    fit : SubjectFit
    course : xr.Dataset
        From `subject_course`, at times that include those of the scans.
    quantities : tuple of QuantitySummary
    parameters : tuple of QuantitySummary
        That the scans narrowed most, under each hypothesis.
    odds : tuple of ScanOdds
    plans : tuple of PlannedScan
    visibility : tuple of Visibility
    advice : Advice or None
        Where the file says what may be given next.
    """

    subject: Subject
    scans: tuple[MeasuredScan, ...]
    fit: SubjectFit
    course: xr.Dataset
    quantities: tuple[QuantitySummary, ...]
    parameters: tuple[QuantitySummary, ...]
    odds: tuple[ScanOdds, ...]
    plans: tuple[PlannedScan, ...]
    visibility: tuple[Visibility, ...]
    advice: Advice | None

    @property
    def misfits(self) -> tuple[str, ...]:
        """Hypotheses of which no parameters fit the scans."""
        return tuple(h for h, f in self.fit.by_hypothesis.items() if f.misfit < MISFIT)

    @property
    def contradicted(self) -> tuple[str, ...]:
        """Hypotheses that do not fit, and that another one beats by far."""
        log = self.fit.log_probability
        return tuple(h for h in self.misfits if log[h] < -HOPELESS)

    def at_scans(self) -> xr.Dataset:
        """Course at the times of the scans."""
        return self.course.sel(time=self.fit.observed.times, method="nearest")


def distinct(scans: Sequence[MeasuredScan]) -> tuple[list[MeasuredScan], list[MeasuredScan]]:
    """Scans without those that are there already: the same organ at the same time is the same scan.

    Parameters
    ----------
    scans : sequence of MeasuredScan
        Of two that are the same the first is kept.

    Returns
    -------
    list of MeasuredScan
        Those that count.
    list of MeasuredScan
        Those that repeat one of them.

    Examples
    --------
    >>> one = MeasuredScan((OrganLabel("liver", 1.0, 0.1, 0.01),))
    >>> kept, repeated = distinct([one, MeasuredScan(one.labels)])
    >>> len(kept), repeated[0].day
    (1, 1.0)
    """
    kept: list[MeasuredScan] = []
    repeated: list[MeasuredScan] = []
    seen: set[tuple[str, float]] = set()
    for scan in scans:
        if scan.places & seen:
            repeated.append(scan)
            continue
        kept.append(scan)
        seen |= scan.places
    return kept, repeated


def merged(scans: Sequence[MeasuredScan]) -> tuple[OrganLabel, ...]:
    """Labels of all scans.

    Raises
    ------
    InputError
        If there are none.

    Examples
    --------
    >>> len(merged([MeasuredScan((OrganLabel("liver", 1.0, 0.1, 0.01),))]))
    1
    """
    labels = tuple(r for s in scans for r in s.labels)
    if not labels:
        raise InputError("subject", "no scan and no label", "at least one [[scan]], [planar] or [[label]]")
    return labels


def analyse_subject(
    subject: Subject, scans: Sequence[MeasuredScan], *, points: int = POINTS, progress: Progress = ignore_progress
) -> SubjectAnalysis:
    """Analyse the scans of one subject.

    Parameters
    ----------
    subject : Subject
        From its file.
    scans : sequence of MeasuredScan
        In any order.
    points : int
        Of each round of importance sampling.
    progress : Progress
        Told of the stage "analyse".

    Raises
    ------
    InputError
        If there is no scan, or none of an organ that the model gives.

    Examples
    --------
    >>> from hepatica.imaging.subject.subject_file import check_subject
    >>> subject = check_subject({"title": "07", "cells": {"number": 1.5e8, "tracer": "Zr89"}})
    >>> seen = (OrganLabel("lung", 0.1, 0.3, 0.02), OrganLabel("liver", 0.1, 0.02, 0.005))
    >>> analysis = analyse_subject(subject, [MeasuredScan(seen)], points=600)
    >>> analysis.fit.probability["label_is_cells"] > 0.9, analysis.advice is None
    (True, True)
    """
    labels, liver = merged(scans), subject.liver()
    progress("analyse", 0, 5)
    chances = subject.hypotheses or None
    fit = fit_subject(labels, subject.infusion(), liver, prior_probability=chances, points=points, seed=subject.seed)
    progress("analyse", 1, 5)
    times = fit.observed.times
    grid = np.union1d(course_times(max(SHORTEST, 1.05 * float(times[-1]))), times)
    course, odds = subject_course(fit, grid), odds_by_scan(fit, liver)
    progress("analyse", 3, 5)
    plans = plan_scans(fit, seed=subject.seed)
    progress("analyse", 4, 5)
    advice = None
    if subject.next is not None:
        advice = advise(fit, subject.next.plan(subject.population), seed=subject.seed)
    progress("analyse", 5, 5)
    return SubjectAnalysis(
        subject,
        tuple(sorted(scans, key=lambda s: s.day)),
        fit,
        course,
        summarise(fit),
        tuple(r for f in fit.by_hypothesis.values() for r in moved_parameters(f)),
        odds,
        plans,
        all_visibility(),
        advice,
    )
