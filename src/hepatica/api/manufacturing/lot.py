"""Request and answer of the release of a lot."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from hepatica.api.base import Answer, Number, Request, Strict
from hepatica.manufacturing.quality.release.lot import Assumption, LotRelease, Verdict


class AttributeAnswer(Strict):
    """Attribute of a lot against its limit.

    Attributes
    ----------
    name, unit, role : str
    result, low, high : float or None
        Result and 95 % interval of the true value; null for pass or fail.
    lower, upper : float or None
        Limits; null where there is none.
    is_inside : bool
        The result meets the limit, or the test was passed.
    chance, chance_adjusted : float or None
        Probability that the true value meets the limit, at the planned and at the adjusted dose.
    meets, meets_adjusted : bool
        Inside, and the chance at least the one asked.
    source : str
    """

    name: str
    unit: str
    role: str
    result: Number
    low: Number
    high: Number
    lower: Number
    upper: Number
    is_inside: bool
    chance: Number
    chance_adjusted: Number
    meets: bool
    meets_adjusted: bool
    source: str


class LossAnswer(Strict):
    """Quality-adjusted days lost by an action: mean and 95 % interval.

    Attributes
    ----------
    mean, low, high : float
    """

    mean: Number
    low: Number
    high: Number


class LotAnswer(Answer):
    """Verdict on a lot.

    Attributes
    ----------
    title, lot, product : str
    verdict : {"release", "conditional", "reject"}
    failing, failing_adjusted : list of str
        Attributes that do not meet their limit at the planned dose, and at the adjusted one.
    planned, adjusted, largest : float or None
        Doses of cells.
    factor : float or None
        Adjusted over planned dose; null where potency is not measured.
    dose_unit : str
    attributes : list of AttributeAnswer
    losses : dict of str to LossAnswer
        By action; empty where the file states no loss.
    linked : float or None
        Probability that potency is linked to outcome; null where the file states no loss.
    loss_source : str
    chance : float
        That release asks for.
    assumptions : list of str
        Codes of what is assumed.
    """

    title: str
    lot: str
    product: str
    verdict: Verdict
    failing: list[str]
    failing_adjusted: list[str]
    planned: Number
    adjusted: Number
    largest: Number
    factor: Number
    dose_unit: str
    attributes: list[AttributeAnswer]
    losses: dict[Verdict, LossAnswer]
    linked: Number
    loss_source: str
    chance: Number
    assumptions: list[Assumption]

    @classmethod
    def of(cls, found: LotRelease) -> Self:
        """Answer of a verdict."""
        fields = found._asdict()
        findings, losses = fields.pop("findings"), fields.pop("losses")
        return cls(
            **{key: list(value) if isinstance(value, tuple) else value for key, value in fields.items()},
            attributes=[AttributeAnswer(**f._asdict()) for f in findings],
            losses={verdict: LossAnswer(**loss._asdict()) for verdict, loss in losses.items()},
        )


class LotRequest(Request):
    """Release of one lot.

    Attributes
    ----------
    file : Path
        Lot file (TOML).
    seed : int
        Of the draws behind the intervals of the losses.
    """

    file: Path
    seed: int = 1

    def compute(self) -> LotRelease:
        """Decide about the lot.

        Raises
        ------
        InputError
            If the file cannot be read or contradicts itself.
        """
        from hepatica.manufacturing.quality.release.lot import release_lot
        from hepatica.manufacturing.quality.release.lot_file import read_lot

        return release_lot(read_lot(self.file), seed=self.seed)

    def run(self) -> LotAnswer:
        """Decide about the lot, as an answer."""
        return LotAnswer.of(self.compute())


REQUESTS, ANSWERS = {"lot": LotRequest}, {"lot": LotAnswer}
