"""Request and answer of images: what the scans of one subject say, and what may be given next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from hepatica.api.base import Answer, Number, Request
from hepatica.api.imaging.rows import (
    AdviceAnswer,
    IntervalAnswer,
    LabelAnswer,
    OddsAnswer,
    PlannedScanAnswer,
    QuantityAnswer,
    planned_answer,
    quantity_answer,
)
from hepatica.imaging.quantification import least_cells
from hepatica.progress import Progress, ignore_progress

if TYPE_CHECKING:
    from hepatica.imaging.subject.analysis import SubjectAnalysis


class ImageAnswer(Answer):
    """Analysis of the scans of one subject.

    Attributes
    ----------
    title, tracer, population : str
    probability : dict of str to float
        Of each hypothesis, after the scans.
    odds : list of OddsAnswer
    labels : list of LabelAnswer
    quantities : list of QuantityAnswer
    plans : list of PlannedScanAnswer
        The most informative about homing first.
    advice : AdviceAnswer or None
    misfits : list of str
        Hypotheses of which no parameters fit the scans.
    unfitted : list of str
        Organs that were measured and that the model does not give.
    identifiers : int
        Fields that identified a person; none is kept.
    """

    title: str
    tracer: str
    population: str
    probability: dict[str, Number]
    odds: list[OddsAnswer]
    labels: list[LabelAnswer]
    quantities: list[QuantityAnswer]
    plans: list[PlannedScanAnswer]
    advice: AdviceAnswer | None
    misfits: list[str]
    unfitted: list[str]
    identifiers: int

    @classmethod
    def of(cls, analysis: SubjectAnalysis) -> Self:
        """Answer of an analysis."""
        return cls(
            title=analysis.subject.title,
            tracer=analysis.subject.cells.tracer,
            population=analysis.subject.population,
            probability=dict(analysis.fit.probability),
            odds=[OddsAnswer(day=o.time, log_odds=o.log_odds, log_factor=o.log_factor) for o in analysis.odds],
            labels=_labels(analysis),
            quantities=[quantity_answer(q) for q in (*analysis.quantities, *analysis.parameters)],
            plans=[planned_answer(p) for p in analysis.plans],
            advice=None if analysis.advice is None else AdviceAnswer.of(analysis.advice),
            misfits=list(analysis.misfits),
            unfitted=list(analysis.fit.observed.unfitted),
            identifiers=sum(s.identifiers for s in analysis.scans),
        )


def _labels(analysis: SubjectAnalysis) -> list[LabelAnswer]:
    rows, course = [], analysis.at_scans().sel(stage="posterior")
    given = analysis.fit.infusion.labelled
    for scan in analysis.scans:
        for r in scan.labels:
            intervals: dict[str, dict[str, IntervalAnswer]] = {"cells": {}, "living_share": {}}
            if r.organ in course["organ"].values:
                there = course.sel(organ=r.organ).sel(time=r.time, method="nearest")
                for h in analysis.fit.by_hypothesis:
                    for name, made in intervals.items():
                        low, median, high = there[name].sel(hypothesis=h).values.tolist()
                        made[h] = IntervalAnswer(low=low, median=median, high=high)
            least = {
                name: {h: float(least_cells(share, given, h, r.time)) for h in analysis.fit.by_hypothesis}
                for name, share in (("limit_cells", r.limit), ("voxel_limit_cells", r.voxel_limit))
            }
            rows.append(
                LabelAnswer(
                    organ=r.organ,
                    day=r.time,
                    percent=100 * r.share,
                    sd=100 * r.sd,
                    limit=100 * r.limit,
                    voxel_ml=scan.voxel_volume,
                    voxel_limit=100 * r.voxel_limit,
                    **intervals,
                    **least,
                )
            )
    return rows


class ImageRequest(Request):
    """Analysis of the scans of one subject.

    Attributes
    ----------
    file : Path
        Subject file (TOML).
    """

    file: Path

    def compute(self, progress: Progress = ignore_progress) -> SubjectAnalysis:
        """Analyse the subject.

        Raises
        ------
        InputError
            If the file, an image or a mask cannot be read or contradicts itself.
        """
        from hepatica.imaging.subject.analysis import analyse_subject
        from hepatica.imaging.subject.scan import measure_subject
        from hepatica.imaging.subject.subject_file import read_subject

        subject = read_subject(self.file)
        scans = measure_subject(subject, self.file.parent, progress)
        return analyse_subject(subject, scans, progress=progress)

    def run(self) -> ImageAnswer:
        """Analyse the subject, as an answer."""
        return ImageAnswer.of(self.compute())


REQUESTS, ANSWERS = {"image": ImageRequest}, {"image": ImageAnswer}
