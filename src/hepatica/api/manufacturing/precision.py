"""Request and answer of a study of the precision and accuracy of an assay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hepatica.api.base import Answer, Number, Request, Strict

if TYPE_CHECKING:
    from hepatica.manufacturing.precision import Accuracy, Components
    from hepatica.manufacturing.precision_study import PrecisionStudy


class ComponentsRow(Strict):
    """Variance components as geometric coefficients of variation, in per cent.

    Attributes
    ----------
    runs : int
    repeatability, repeatability_low, repeatability_high : float
    intermediate, intermediate_low, intermediate_high : float
    between : float
        Between runs alone.
    """

    runs: int
    repeatability: Number
    repeatability_low: Number
    repeatability_high: Number
    intermediate: Number
    intermediate_low: Number
    intermediate_high: Number
    between: Number

    @classmethod
    def of(cls, c: Components) -> ComponentsRow:
        """Row of variance components."""
        from hepatica.manufacturing.precision import geometric_cv

        return cls(
            runs=c.runs,
            repeatability=100 * geometric_cv(c.within),
            repeatability_low=100 * geometric_cv(c.within_low),
            repeatability_high=100 * geometric_cv(c.within_high),
            intermediate=100 * geometric_cv(c.intermediate),
            intermediate_low=100 * geometric_cv(c.intermediate_low),
            intermediate_high=100 * geometric_cv(c.intermediate_high),
            between=100 * geometric_cv(c.between),
        )


class LevelRow(Strict):
    """Accuracy at one true relative potency; bias and errors in per cent of the truth.

    Attributes
    ----------
    expected : float
    bias, bias_low, bias_high : float
    tolerance_low, tolerance_high : float
        Of measured over true potency: 95 % of results are expected between them.
    total_error : float
    outside : float
        Chance of a result outside the acceptance limits.
    components : ComponentsRow
    """

    expected: Number
    bias: Number
    bias_low: Number
    bias_high: Number
    tolerance_low: Number
    tolerance_high: Number
    total_error: Number
    outside: Number
    components: ComponentsRow

    @classmethod
    def of(cls, a: Accuracy) -> LevelRow:
        """Row of one true potency."""
        import numpy as np

        bias, low, high, error = (100 * float(np.expm1(x)) for x in (a.bias, a.bias_low, a.bias_high, a.total_error))
        return cls(
            expected=a.expected,
            bias=bias,
            bias_low=low,
            bias_high=high,
            tolerance_low=float(np.exp(a.tolerance_low)),
            tolerance_high=float(np.exp(a.tolerance_high)),
            total_error=error,
            outside=a.outside,
            components=ComponentsRow.of(a.components),
        )


class PrecisionAnswer(Answer):
    """Precision and accuracy of an assay.

    Attributes
    ----------
    file : str
    accept : tuple of float
        Acceptance limits of measured over true potency.
    levels : list of LevelRow
    overall : ComponentsRow
    change : float
    power : dict of int to float
        To tell a relative potency of `change` from one, by number of runs.
    runs_needed : int
        For a power of 80 %; 0 if more than 10,000.
    """

    file: str
    accept: tuple[float, float]
    levels: list[LevelRow]
    overall: ComponentsRow
    change: float
    power: dict[int, float]
    runs_needed: int

    @classmethod
    def of(cls, s: PrecisionStudy) -> PrecisionAnswer:
        """Answer of a study."""
        return cls(
            file=s.file,
            accept=s.limits,
            levels=[LevelRow.of(a) for a in s.levels],
            overall=ComponentsRow.of(s.overall),
            change=s.change,
            power=s.power,
            runs_needed=s.runs,
        )


class PrecisionRequest(Request):
    """Precision and accuracy of an assay from a file of relative potencies.

    Attributes
    ----------
    file : str
        CSV with columns expected, run and potency.
    accept : tuple of float
        Acceptance limits of measured over true potency.
    change : float
        Relative potency whose detection is asked for.

    Examples
    --------
    >>> PrecisionRequest(file="validation.csv").change
    0.8
    """

    file: str
    accept: tuple[float, float] = (0.7, 1.43)
    change: float = 0.8

    def compute(self) -> PrecisionStudy:
        """Study the file.

        Raises
        ------
        InputError
            If the file or an option cannot be used.
        """
        from hepatica.manufacturing.precision_study import study_precision

        return study_precision(self.file, limits=self.accept, change=self.change)

    def run(self) -> PrecisionAnswer:
        """Study the file and give the answer; see `compute`."""
        return PrecisionAnswer.of(self.compute())


REQUESTS, ANSWERS = {"precision": PrecisionRequest}, {"precision": PrecisionAnswer}
