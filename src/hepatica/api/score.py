"""Request and answer of a clinical liver score."""

from __future__ import annotations

from typing import Any

from hepatica.api.base import Answer, Number, Request
from hepatica.errors import InputError


class ScoreAnswer(Answer):
    """Value of a score, with what it was computed from and what it says.

    Attributes
    ----------
    score, title : str
    value : float
        In the unit that `label` names.
    label : str
    inputs : dict of str to float, bool or str
        In the internal units of the score.
    readings : dict of str to float or str
        Grades and probabilities that belong to the value.
    cites : list of str
        Keys of the bibliography.
    """

    score: str
    title: str
    value: Number
    label: str
    inputs: dict[str, bool | float | str]
    readings: dict[str, float | str]
    cites: list[str]


class ScoreRequest(Request):
    """Score of one patient from labs with units.

    Attributes
    ----------
    score : str
        A key of `hepatica.outcomes.scores.SCORES`.
    inputs : dict of str to str or float
        Labs by name, each a number with its unit, such as ``"54 umol/L"``.

    Examples
    --------
    >>> request = ScoreRequest(score="albi", inputs={"bilirubin": "3 mg/dL", "albumin": "28 g/L"})
    >>> round(request.run().value, 2)
    -1.25
    """

    score: str
    inputs: dict[str, str | float]

    def run(self) -> ScoreAnswer:
        """Compute the score.

        Raises
        ------
        InputError
            If the score is unknown, or an input is missing, unknown, without unit, or impossible.
        """
        from hepatica.outcomes.scores import SCORES

        if self.score not in SCORES:
            raise InputError("score", self.score, f"one of {', '.join(SCORES)}")
        chosen = SCORES[self.score]
        inputs = chosen.read(self.inputs)
        result = chosen.function(**inputs)
        return ScoreAnswer(
            score=self.score,
            title=chosen.title,
            value=_plain(result),
            label=chosen.result_label,
            inputs={key: _plain(value) for key, value in inputs.items()},
            readings={label: _plain(read(result)) for label, read in chosen.readings},
            cites=list(chosen.cites),
        )


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


REQUESTS, ANSWERS = {"score": ScoreRequest}, {"score": ScoreAnswer}
