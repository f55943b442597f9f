"""Request and answer of comparability: one attribute of lots before and after a change of their making."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from hepatica.api.base import Answer, Number, Request, Strict

if TYPE_CHECKING:
    from hepatica.manufacturing.quality.comparability.change_study import ChangeStudy


class SideRow(Strict):
    """Lots of one side, on the scale of the difference: logarithms on a log scale.

    Attributes
    ----------
    mean, sd : float
    n : int
    """

    mean: float
    sd: float
    n: int


class ChangeLossRow(Strict):
    """Clinical loss of the change.

    Attributes
    ----------
    probability : float
        That it costs no more than is tolerable.
    error : float
        Monte-Carlo standard error of it.
    expected_loss : float
        Quality-adjusted days per patient.
    margin, margin_low, margin_high : float or None
        Median and 95 % interval of the difference that costs what is tolerable; null where it is never reached.
    linked : float
        As the file states it.
    """

    probability: float
    error: float
    expected_loss: float
    margin: Number
    margin_low: Number
    margin_high: Number
    linked: float


class ComparabilityAnswer(Answer):
    """Comparability of one attribute; differences are after less before, of logarithms on a log scale.

    Attributes
    ----------
    title, attribute, unit, scale : str
    conclusion : {"equivalent", "different", "not_shown"}
    before, after : SideRow
    difference, low, high : float
        With the interval of 1 - 2 alpha.
    lower, upper : float
        Margin.
    margin_of_loss : bool
        The margin is the one that the loss gives.
    p_lower, p_upper : float
        One-sided, against each bound.
    p_ranks : list of float or None
        The same by ranks; null for pairs and summaries.
    alpha : float
    probability_within : float
        Posterior probability that the true difference lies within the margin.
    power_if_equal, smallest_margin : float
        Chance that so many lots show equivalence if nothing changed; half-width of the narrowest margin that they show.
    lots_needed : int or None
        A side, or pairs, for a power of 80 %; null above 2,000.
    loss : ChangeLossRow or None
    """

    title: str
    attribute: str
    unit: str
    scale: Literal["linear", "log"]
    conclusion: Literal["equivalent", "different", "not_shown"]
    before: SideRow
    after: SideRow
    difference: float
    low: float
    high: float
    lower: float
    upper: float
    margin_of_loss: bool
    p_lower: float
    p_upper: float
    p_ranks: list[float] | None
    alpha: float
    probability_within: float
    power_if_equal: float
    smallest_margin: float
    lots_needed: int | None
    loss: ChangeLossRow | None

    @classmethod
    def of(cls, study: ChangeStudy) -> Self:
        """Answer of a study of a change."""
        change, test, loss = study.change, study.test, study.loss
        return cls(
            title=change.title,
            attribute=change.attribute,
            unit=change.unit,
            scale=change.scale,
            conclusion=study.conclusion.value,
            before=SideRow(**study.before._asdict()),
            after=SideRow(**study.after._asdict()),
            difference=test.difference,
            low=test.interval[0],
            high=test.interval[1],
            lower=test.bounds[0],
            upper=test.bounds[1],
            margin_of_loss=study.is_margin_of_loss,
            p_lower=test.p[0],
            p_upper=test.p[1],
            p_ranks=None if study.ranks is None else list(study.ranks),
            alpha=test.alpha,
            probability_within=study.probability,
            power_if_equal=test.power_if_equal,
            smallest_margin=test.smallest_margin,
            lots_needed=study.lots_needed,
            loss=None
            if loss is None or change.loss is None
            else ChangeLossRow(
                probability=loss.probability,
                error=loss.error,
                expected_loss=loss.expected_loss,
                margin=loss.margin[0],
                margin_low=loss.margin[1],
                margin_high=loss.margin[2],
                linked=change.loss.linked,
            ),
        )


class ComparabilityRequest(Request):
    """Comparability after a change.

    Attributes
    ----------
    file : Path
        Change file (TOML).
    seed : int
        Of the draws behind the loss.
    """

    file: Path
    seed: int = 1

    def compute(self) -> ChangeStudy:
        """Study the change.

        Raises
        ------
        InputError
            If the file cannot be read, contradicts itself, or its lots do not vary.
        """
        from hepatica.manufacturing.quality.comparability.change_file import read_change
        from hepatica.manufacturing.quality.comparability.change_study import study_change

        return study_change(read_change(self.file), seed=self.seed)

    def run(self) -> ComparabilityAnswer:
        """Study the change, as an answer."""
        return ComparabilityAnswer.of(self.compute())


REQUESTS, ANSWERS = {"comparability": ComparabilityRequest}, {"comparability": ComparabilityAnswer}
