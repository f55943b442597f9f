"""The registry of scores that the command line reads: inputs with units, function, readings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from hepatica.errors import InputError
from hepatica.laboratory_units import Bound, read_value
from hepatica.outcomes.scores import alcohol, cirrhosis, clif, failure, meld_family
from hepatica.outcomes.scores.labs import INPUTS, YES_NO, Array, ScoreInput


@dataclass(frozen=True)
class Score:
    """A score as the command line knows it.

    Attributes
    ----------
    name, title : str
        Name in code and in words.
    function : callable
        Keyword-only, over arrays in the units of `inputs`.
    inputs : dict
        Name to `ScoreInput`; those in `required` have no default.
    cites : tuple of str
        Bibliography keys.
    result_label : str
        What the number is.
    readings : tuple of (str, callable)
        What else the number says: a grade, a survival, each a function of the score.
    """

    name: str
    title: str
    function: Callable[..., Any]
    inputs: Mapping[str, ScoreInput]
    cites: tuple[str, ...]
    result_label: str
    readings: tuple[tuple[str, Callable[..., Any]], ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """Inputs that must be given."""
        parameters = inspect.signature(self.function).parameters
        return tuple(name for name in self.inputs if parameters[name].default is inspect.Parameter.empty)

    def read(self, given: Mapping[str, str | float]) -> dict[str, Any]:
        """Numbers in internal units from texts as laboratories print them, such as ``"54 umol/L"``, within limits.

        Raises
        ------
        InputError
            If an input is missing, unknown, without unit, or impossible.

        Examples
        --------
        >>> SCORES["albi"].read({"bilirubin": "3 mg/dL", "albumin": "2.8 g/dL"})
        {'bilirubin': 3.0, 'albumin': 28.0}
        """
        for name in self.required:
            if name not in given:
                raise InputError(name, None, f"{self.title} needs {', '.join(self.required)}")
        return {name: self._read_one(name, value) for name, value in given.items()}

    def _read_one(self, name: str, value: str | float) -> float | str | bool:
        if name not in self.inputs:
            raise InputError(name, value, f"{self.title} takes {', '.join(self.inputs)}")
        spec = self.inputs[name]
        if spec.choices:
            word = str(value).strip()
            if word not in spec.choices:
                raise InputError(name, value, f"one of {', '.join(spec.choices)}")
            return word == "yes" if spec.choices == YES_NO else word
        number, bound = read_value(value, spec.unit, where=name, substance=spec.substance)
        if bound is not Bound.EXACT:
            raise InputError(name, value, "a measured number; a score takes no value beyond the range of the assay")
        if not spec.low <= number <= spec.high:
            raise InputError(name, value, f"{spec.label} between {spec.low:g} and {spec.high:g} {spec.unit}")
        return number


def _score(
    title: str,
    function: Callable[..., Any],
    result_label: str,
    *cites: str,
    readings: tuple[tuple[str, Callable[..., Any]], ...] = (),
) -> Score:
    name = (function.func if isinstance(function, partial) else function).__name__
    inputs = {key: INPUTS[key] for key in inspect.signature(function).parameters if key in INPUTS}
    return Score(name, title, function, inputs, cites, result_label, readings)


def _deaths(function: Callable[..., Array]) -> tuple[tuple[str, Callable[..., Any]], ...]:
    return tuple((f"death within {m} months", partial(function, months=m)) for m in (1, 3, 6, 12))


_ALIVE = (("alive at 90 days", meld_family.meld_survival_90d),)
_TABLE = (
    _score(
        "MELD", partial(meld_family.meld, rounded=True), "points, 6-40", "Kamath2001", "Wiesner2003", readings=_ALIVE
    ),
    _score("MELD-Na (OPTN 2016)", partial(meld_family.meld_na, rounded=True), "points, 6-40", "Kim2008", "OPTN2016"),
    _score("MELD-Na (Kim 2008)", partial(meld_family.meld_na_kim2008, rounded=True), "points, 6-40", "Kim2008"),
    _score(
        "MELD 3.0",
        partial(meld_family.meld3, rounded=True),
        "points, 6-40",
        "Kim2021",
        readings=(("alive at 90 days", meld_family.meld3_survival),),
    ),
    _score("MELD-Plus7", meld_family.meld_plus7_survival, "probability of being alive at 90 days", "Kartoun2017"),
    _score(
        "Child-Pugh",
        cirrhosis.child_pugh,
        "points, 5-15",
        "Pugh1973",
        readings=(("class", cirrhosis.child_pugh_class),),
    ),
    _score(
        "ALBI", cirrhosis.albi, "score; higher is worse", "Johnson2015", readings=(("grade", cirrhosis.albi_grade),)
    ),
    _score("CLIF-C OF", clif.clif_c_of, "points, 6-18", "Jalan2014"),
    _score("EASL-CLIF grade of ACLF", clif.aclf_grade, "grade, 0-3", "Moreau2013"),
    _score("CLIF-C ACLF", clif.clif_c_aclf, "score, 0-100", "Jalan2014", readings=_deaths(clif.clif_c_aclf_mortality)),
    _score("CLIF-C AD", clif.clif_c_ad, "score, 0-100", "Jalan2015", readings=_deaths(clif.clif_c_ad_mortality)),
    _score("AARC", failure.aarc, "points, 5-15", "Choudhury2017", readings=(("grade", failure.aarc_grade),)),
    _score("COSSH-ACLF II", failure.cossh_aclf2, "score; high risk from 8.4", "Li2021"),
    _score("King's College criteria", failure.kings_college, "1 met, 0 not met", "OGrady1989", "Bernal2002"),
    _score(
        "Maddrey discriminant function", alcohol.maddrey_df, "score; severe from 32", "Maddrey1978", "Carithers1989"
    ),
    _score("ABIC", alcohol.abic, "score; high risk from 9", "Dominguez2008"),
    _score("Lille model", alcohol.lille, "score, 0-1; no response from 0.45", "Louvet2007"),
)
SCORES: dict[str, Score] = {score.name: score for score in _TABLE}
