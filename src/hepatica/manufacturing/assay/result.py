"""Results of a file of assays: samples, checks of suitability, outliers, combinations."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.manufacturing.assay.combination import Combined, Weighting
from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.logistic import LogisticAssay
from hepatica.manufacturing.assay.models.parallel_lines import LinearAssay
from hepatica.manufacturing.assay.models.quantal import QuantalAssay
from hepatica.manufacturing.assay.outliers import OutlierRule
from hepatica.manufacturing.assay.run_effect import RunEffect
from hepatica.manufacturing.assay.suitability import Check, CheckKey, Criteria

Floats = NDArray[np.float64]


class Model(Enum):
    """Model of relative potency."""

    PARALLEL_LINE = "parallel-line"
    SLOPE_RATIO = "slope-ratio"
    FOUR_PARAMETER = "4pl"
    FIVE_PARAMETER = "5pl"
    PROBIT = "probit"
    LOGIT = "logit"
    CLOGLOG = "cloglog"

    @property
    def is_quantal(self) -> bool:
        """True where responses are counts of those that respond."""
        return self in (Model.PROBIT, Model.LOGIT, Model.CLOGLOG)

    @property
    def is_logarithmic(self) -> bool:
        """True where the estimate is a log potency, which combination and run need."""
        return self is not Model.SLOPE_RATIO


class Transform(Enum):
    """Transformation of responses before they are analysed."""

    NONE = "none"
    LN = "ln"
    LOG10 = "log10"
    SQRT = "sqrt"
    SQUARE = "square"
    RECIPROCAL = "reciprocal"


@dataclass(frozen=True)
class Options:
    """Options of an analysis.

    Attributes
    ----------
    model : Model
    transform : Transform
    standard : str
        Name of the standard; if empty the sample called S, standard or reference, else the first of the file.
    assumed : dict of str to float
        Assumed potency by sample, that of the key ``""`` for all others; 1 unless given.
    level : float
        Confidence of the limits.
    criteria : Criteria
    weighting : Weighting or None
        Of the combination of runs; by homogeneity unless given.
    outliers : OutlierRule
        Test by which outlying responses are named.
    """

    model: Model = Model.PARALLEL_LINE
    transform: Transform = Transform.NONE
    standard: str = ""
    assumed: dict[str, float] = field(default_factory=dict)
    level: float = 0.95
    criteria: Criteria = field(default_factory=Criteria)
    weighting: Weighting | None = None
    outliers: OutlierRule = OutlierRule.STUDENTISED

    def __post_init__(self) -> None:
        """Check level and assumed potencies."""
        if not 0.5 <= self.level < 1:
            raise InputError("level", self.level, "a confidence from 0.5 to below 1, such as 0.95")
        for name, value in self.assumed.items():
            if not 0 < value < np.inf:
                raise InputError("assumed", {name: value}, "potencies above zero")


class SamplePotency(NamedTuple):
    """Potency of a sample by one assay, whether or not it may be reported.

    Attributes
    ----------
    sample : str
    ratio, ratio_low, ratio_high : float
        Relative potency with its limits; NaN limits where the slope is not told from zero.
    assumed : float
        Assumed potency, by which the ratio is multiplied.
    log_se : float
        Standard error of the log potency, from the length of its limits.
    """

    sample: str
    ratio: float
    ratio_low: float
    ratio_high: float
    assumed: float
    log_se: float

    @property
    def potency(self) -> tuple[float, float, float]:
        """Estimate, lower and upper limit, in units of the assumed potency."""
        return self.ratio * self.assumed, self.ratio_low * self.assumed, self.ratio_high * self.assumed


class AnovaRow(NamedTuple):
    """A row of an analysis of variance (of deviance, for quantal assays: ``ss`` is chi-squared)."""

    term: str
    df: int
    ss: float
    ms: float
    f: float
    p: float


class Outlier(NamedTuple):
    """A response far from the others at its dose; it was kept."""

    line: int
    sample: str
    dose: float
    response: float
    p: float


@dataclass(frozen=True)
class AssayResult:
    """Analysis of one assay.

    Attributes
    ----------
    assay, run : str
        Names, empty where the file has none.
    samples : tuple of str
        The standard first.
    potencies : tuple of SamplePotency
        Of the samples that are not the standard; read `reported` before giving one away.
    checks : tuple of Check
    anova : tuple of AnovaRow
    outliers : tuple of Outlier
    slope : float
        Common slope; for slope ratio that of the standard.
    correlation : float
        NaN for curves and counts.
    variance : float
        Of the error; the factor of heterogeneity for counts.
    df : float
    layout : Layout
    response : ndarray
        (responses,), transformed; shares for quantal assays.
    kernel : LinearAssay, LogisticAssay or QuantalAssay
        What was fitted, this assay in row `place`.
    place : int
    """

    assay: str
    run: str
    samples: tuple[str, ...]
    potencies: tuple[SamplePotency, ...]
    checks: tuple[Check, ...]
    anova: tuple[AnovaRow, ...]
    outliers: tuple[Outlier, ...]
    slope: float
    correlation: float
    variance: float
    df: float
    layout: Layout
    response: Floats
    kernel: LinearAssay | LogisticAssay | QuantalAssay
    place: int

    @property
    def failures(self) -> tuple[Check, ...]:
        """Requirements that decide and were not met."""
        return tuple(c for c in self.checks if c.decides and not c.passed)

    def is_reported(self, sample: int) -> bool:
        """True where the potency of a sample (its number, from 1) may be given: its checks and the assay's hold."""
        return not any(c.sample in (-1, sample) for c in self.failures)

    @property
    def reported(self) -> tuple[SamplePotency | None, ...]:
        """Potencies of the samples, None where suitability refuses one."""
        return tuple(p if self.is_reported(k) else None for k, p in enumerate(self.potencies, 1))

    @property
    def undetermined(self) -> bool:
        """True where the limits of some potency do not exist."""
        return any(c.key in (CheckKey.LIMITS, CheckKey.CONVERGENCE) and not c.passed for c in self.checks)


@dataclass(frozen=True)
class SampleRuns:
    """Runs of one assay of a sample together, those that are reported.

    Attributes
    ----------
    assay, sample : str
    runs : tuple of str
        That entered.
    refused : tuple of str
        Runs whose suitability failed, which did not enter.
    assumed : float
    combined : Combined or None
        None where fewer than two runs are left.
    effect : RunEffect or None
    """

    assay: str
    sample: str
    runs: tuple[str, ...]
    refused: tuple[str, ...]
    assumed: float
    combined: Combined | None
    effect: RunEffect | None


@dataclass(frozen=True)
class PotencyAnalysis:
    """Analysis of a file of assays.

    Attributes
    ----------
    file : str
    options : Options
    units : dict of str to str
        Of dose and response.
    assays : tuple of AssayResult
    runs : tuple of SampleRuns
    missing : int
        Empty responses, which were left out.
    """

    file: str
    options: Options
    units: dict[str, str]
    assays: tuple[AssayResult, ...]
    runs: tuple[SampleRuns, ...]
    missing: int

    @property
    def is_suitable(self) -> bool:
        """True where every potency of every assay is reported."""
        return all(p is not None for a in self.assays for p in a.reported)
