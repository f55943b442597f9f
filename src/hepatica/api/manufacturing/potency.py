"""Requests and answers of potency assays, and of studies of their precision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hepatica.api.base import Answer, Request
from hepatica.api.manufacturing.assay_rows import AssayRow, RunsRow
from hepatica.progress import Progress, ignore_progress

if TYPE_CHECKING:
    from hepatica.manufacturing.assay.result import Options, PotencyAnalysis


class PotencyAnswer(Answer):
    """Relative potencies of a file of assays.

    Attributes
    ----------
    file, model, transform : str
    level : float
    units : dict of str to str
    suitable : bool
        Every potency is reported.
    missing : int
        Empty responses, which were left out.
    outlier_rule : str
        Test by which outlying responses are named.
    assays : list of AssayRow
    runs : list of RunsRow
    """

    file: str
    model: str
    transform: str
    level: float
    units: dict[str, str]
    suitable: bool
    missing: int
    outlier_rule: str
    assays: list[AssayRow]
    runs: list[RunsRow]

    @classmethod
    def of(cls, result: PotencyAnalysis) -> PotencyAnswer:
        """Answer of an analysis."""
        o = result.options
        return cls(
            file=result.file,
            model=o.model.value,
            transform=o.transform.value,
            level=o.level,
            units=result.units,
            suitable=result.is_suitable,
            missing=result.missing,
            outlier_rule=o.outliers.value,
            assays=[AssayRow.of(a) for a in result.assays],
            runs=[RunsRow.of(r) for r in result.runs],
        )


class PotencyRequest(Request):
    """Relative potencies of a file of assays.

    Attributes
    ----------
    file : str
        CSV; see `hepatica.manufacturing.assay.analysis.analyse_file`.
    model : str
        Parallel-line, slope-ratio, 4pl, 5pl, probit, logit or cloglog.
    transform : str
        Of the responses: none, ln, log10, sqrt, square or reciprocal.
    standard : str
        Name of the standard.
    assumed : dict of str to float
        Assumed potency by sample; the key "" is for all others.
    level : float
        Confidence of the limits.
    alpha : float
        Significance of the tests of suitability.
    parallelism : str
        Rule that decides: significance, equivalence or both.
    slope_margin : tuple of float
    asymptote_margin : float
    weighting : str or None
        Of runs: weighted, unweighted, semi-weighted; by homogeneity unless given.
    outliers : str
        Test by which outlying responses are named: studentised, grubbs, dixon or esd.

    Examples
    --------
    >>> PotencyRequest(file="plate.csv", model="4pl").options().model.value
    '4pl'
    """

    file: str
    model: Literal["parallel-line", "slope-ratio", "4pl", "5pl", "probit", "logit", "cloglog"] = "parallel-line"
    transform: Literal["none", "ln", "log10", "sqrt", "square", "reciprocal"] = "none"
    standard: str = ""
    assumed: dict[str, float] = Field(default_factory=dict)
    level: float = 0.95
    alpha: float = 0.05
    parallelism: Literal["significance", "equivalence", "both"] = "significance"
    slope_margin: tuple[float, float] = (0.8, 1.25)
    asymptote_margin: float = 0.1
    weighting: Literal["weighted", "unweighted", "semi-weighted"] | None = None
    outliers: Literal["studentised", "grubbs", "dixon", "esd"] = "studentised"

    def options(self) -> Options:
        """Options of the analysis.

        Raises
        ------
        InputError
            If a level, a margin or an assumed potency is out of range.
        """
        from hepatica.manufacturing.assay.combination import Weighting
        from hepatica.manufacturing.assay.outliers import OutlierRule
        from hepatica.manufacturing.assay.result import Model, Options, Transform
        from hepatica.manufacturing.assay.suitability import Criteria, Parallelism

        criteria = Criteria(self.alpha, Parallelism(self.parallelism), self.slope_margin, self.asymptote_margin)
        return Options(
            Model(self.model),
            Transform(self.transform),
            self.standard,
            self.assumed,
            self.level,
            criteria,
            None if self.weighting is None else Weighting(self.weighting),
            OutlierRule(self.outliers),
        )

    def compute(self, progress: Progress = ignore_progress) -> PotencyAnalysis:
        """Analyse the file.

        Raises
        ------
        InputError
            If the file or an option cannot be used.
        """
        from hepatica.manufacturing.assay.analysis import analyse_file

        return analyse_file(self.file, self.options(), progress=progress)

    def run(self, progress: Progress = ignore_progress) -> PotencyAnswer:
        """Analyse the file and give the answer; see `compute`."""
        return PotencyAnswer.of(self.compute(progress))


REQUESTS, ANSWERS = {"potency": PotencyRequest}, {"potency": PotencyAnswer}
