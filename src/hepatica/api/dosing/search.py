"""Summary of a search over regimens, as the answer of a dose study carries it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hepatica.api.base import Number, Row, Strict, rows

if TYPE_CHECKING:
    from hepatica.regimen_search import SearchAnswer


class SearchSummary(Strict):
    """Search over regimens: its size, what it spent, and its leaders in fresh patients.

    Attributes
    ----------
    candidates, courses, resumed, failed : int
        Regimens tried; courses simulated, and taken from a run that was stopped; solves that failed.
    rungs : list of (regimens, patients)
    choice : str
        Arm of least worst regret over the hypotheses in fresh patients.
    value, value_error : dict of hypothesis to float
        Cross-fitted gain of the choice, and its Monte-Carlo error.
    leaders : list of rows
        One per hypothesis and leader, each mean with its Monte-Carlo error.
    """

    candidates: int
    courses: int
    resumed: int
    failed: int
    rungs: list[tuple[int, int]]
    choice: str
    value: dict[str, Number]
    value_error: dict[str, Number]
    leaders: list[Row]

    @classmethod
    def of(cls, answer: SearchAnswer) -> SearchSummary:
        """Summary of a computed search.

        Parameters
        ----------
        answer : hepatica.regimen_search.SearchAnswer
            Computed search.
        """
        by = list(zip(answer.study.hypotheses, answer.result.value, strict=True))
        return cls(
            candidates=len(answer.result.points),
            courses=answer.result.spent,
            resumed=answer.result.resumed,
            failed=answer.failed,
            rungs=[(rung.candidates, rung.patients) for rung in answer.result.rungs],
            choice=answer.choice.name,
            value={h: v.mean for h, v in by},
            value_error={h: v.error for h, v in by},
            leaders=rows(answer.frame()),
        )
