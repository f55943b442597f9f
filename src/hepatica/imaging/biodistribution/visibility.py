"""Visibility: what each tracer can and cannot see of living cells, their place, division and fate."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import NamedTuple

from hepatica.imaging.biodistribution.scan_error import planned_error
from hepatica.imaging.quantification.detection import left_in_cell
from hepatica.therapy import TRACERS

LEAST_LEFT = 0.05
"""Label left in a living cell below which an image says nothing on living cells: what left it dominates."""


class Sight(StrEnum):
    """Question put to an image."""

    PLACE = "place"  # where label is
    LIVING = "living"  # how many cells live
    DIVISION = "division"  # whether they divided
    DIFFERENTIATION = "differentiation"  # whether they became hepatocytes
    ENGRAFTMENT = "engraftment"  # whether they stay for weeks


class Answer(StrEnum):
    """Answer that a tracer can give."""

    YES = "yes"
    MODEL = "model"  # only through the model: label is not life
    NO = "no"


class Visibility(NamedTuple):
    """Visibility of a tracer.

    Attributes
    ----------
    tracer : str
    half_life : float, day
        Physical.
    left_day_1, left_day_7 : float
        Share of its label that a living cell keeps, decay corrected.
    last_day : float
        Last day on which an organ with 5 % of the label is told from none.
    living_until : float
        Last day on which a living cell keeps 5 % of its label and the tracer is seen.
    answers : dict of Sight to Answer
    """

    tracer: str
    half_life: float
    left_day_1: float
    left_day_7: float
    last_day: float
    living_until: float
    answers: dict[Sight, Answer]


def visibility(tracer: str) -> Visibility:
    """Visibility of a tracer: questions that it can and cannot answer.

    Notes
    -----
    No label tells a hepatocyte from the cell that it came from, and none that is not copied at division counts
    daughters. A label that is seen for weeks still counts debris and phagocytes; iron does so without an end. A tracer
    that shows no organ with 5 % of the label, as iron after an intravenous dose, answers nothing.

    Examples
    --------
    >>> visibility("F18").answers[Sight.ENGRAFTMENT].value, visibility("Zr89").answers[Sight.LIVING].value
    ('no', 'model')
    """
    half = TRACERS[tracer]["half_life"].internal_value
    day_1, day_7 = (float(v) for v in left_in_cell(tracer, [1.0, 7.0], decayed=False))
    last = planned_error(tracer).last_day()
    efflux = TRACERS[tracer]["efflux"].internal_value
    living = min(last, -math.log(LEAST_LEFT) / efflux)
    answers = {
        Sight.PLACE: Answer.YES if last > 0 else Answer.NO,
        Sight.LIVING: Answer.MODEL if living > 0 else Answer.NO,
        Sight.DIVISION: Answer.NO,
        Sight.DIFFERENTIATION: Answer.NO,
        Sight.ENGRAFTMENT: Answer.MODEL if living >= 14.0 else Answer.NO,
    }
    return Visibility(tracer, half, day_1, day_7, last, living, answers)


def all_visibility() -> tuple[Visibility, ...]:
    """Visibility of every tracer.

    Examples
    --------
    >>> len(all_visibility()) == len(TRACERS)
    True
    """
    return tuple(visibility(t) for t in TRACERS)
