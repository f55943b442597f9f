"""Request and answer of the release of a lot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import Field

from hepatica.api.base import Answer, Number, Request, Strict
from hepatica.manufacturing.quality.release.lot import Assumption, LotRelease, Verdict
from hepatica.manufacturing.quality.release.lot_model import ModelAssessment
from hepatica.manufacturing.quality.release.model_loss import LossSummary

if TYPE_CHECKING:
    from hepatica.engine import System
    from hepatica.progress import Progress


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


class WorldAnswer(Strict):
    """Loss of the lot in one world of the link between potency and outcome.

    Attributes
    ----------
    strength : float
        Exponent of the relative potency: 1 as modelled, 0.5 half as much, 0 not at all.
    probability : float
    loss : LossAnswer
    """

    strength: float
    probability: float
    loss: LossAnswer


class LimitAnswer(Strict):
    """Release limit of one attribute from the model's loss.

    Attributes
    ----------
    acts_on : str
        Attribute of the model's product.
    is_lower : bool
    reference : float
        Value of the reference lot, in the attribute's unit.
    true_limit, result_limit : float or None
        Limit of the true value, and of a result with its guard band; null where no simulated value costs a rejection.
    producer_risk, consumer_risk : float or None
        Of good lots rejected, and at the limit; null without earlier lots.
    """

    acts_on: str
    is_lower: bool
    reference: Number
    true_limit: Number
    result_limit: Number
    producer_risk: Number
    consumer_risk: Number


class ModelLossAnswer(Strict):
    """Clinical loss of the lot by the model.

    Attributes
    ----------
    study, regimen : str
    error, fit_error : float
        Monte-Carlo standard error of the mean loss; root mean square of the surface's leave-one-out residuals.
    worlds : list of WorldAnswer
    excess_thrombosis : LossAnswer
        Probability over that of the reference lot.
    limits : list of LimitAnswer
    gain : dict of hypothesis to float
        Net gain of the reference lot over standard care.
    """

    study: str
    regimen: str
    error: Number
    fit_error: Number
    worlds: list[WorldAnswer]
    excess_thrombosis: LossAnswer
    limits: list[LimitAnswer]
    gain: dict[str, Number]

    @classmethod
    def of(cls, model: ModelAssessment) -> Self:
        """Answer of an assessment."""

        def loss(summary: LossSummary) -> LossAnswer:
            return LossAnswer(mean=summary.mean, low=summary.low, high=summary.high)

        return cls(
            study=model.study,
            regimen=model.regimen,
            error=model.planned.error,
            fit_error=float(model.loss.surface.fit_error.max()),
            worlds=[
                WorldAnswer(strength=w.strength, probability=w.probability, loss=loss(w.loss)) for w in model.worlds
            ],
            excess_thrombosis=loss(model.clots),
            limits=[
                LimitAnswer(
                    acts_on=x.coordinate.value,
                    is_lower=x.is_lower,
                    reference=x.reference,
                    true_limit=x.true_limit,
                    result_limit=x.result_limit,
                    producer_risk=None if x.limits is None else x.limits.risks.producer_of_good,
                    consumer_risk=None if x.limits is None else x.limits.risks.consumer_at_limit,
                )
                for x in model.limits
            ],
            gain=dict(model.gain),
        )


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
    model : ModelLossAnswer or None
        Where the file asks for the model's loss.
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
    model: ModelLossAnswer | None = None

    @classmethod
    def of(cls, result: LotRelease) -> Self:
        """Answer of a verdict."""
        fields = result._asdict()
        findings, losses, model = fields.pop("findings"), fields.pop("losses"), fields.pop("model")
        return cls(
            **{key: list(value) if isinstance(value, tuple) else value for key, value in fields.items()},
            attributes=[AttributeAnswer(**f._asdict()) for f in findings],
            losses={verdict: LossAnswer(**loss._asdict()) for verdict, loss in losses.items()},
            model=None if model is None else ModelLossAnswer.of(model),
        )


class LotRequest(Request):
    """Release of one lot.

    Attributes
    ----------
    file : Path
        Lot file (TOML).
    seed : int
        Of the draws behind the intervals of the losses.
    draws, per_draw : int
        Parameter draws, and patients of each, where the loss is the model's.
    """

    file: Path
    seed: int = 1
    draws: int = Field(default=30, ge=2, le=10_000)
    per_draw: int = Field(default=2, ge=2, le=1_000)

    def compute(
        self, *, system: System | None = None, workers: int | None = None, progress: Progress | None = None
    ) -> LotRelease:
        """Decide about the lot; where its file asks for the model's loss, patients are simulated once and kept.

        Parameters
        ----------
        system : System, optional
            The shipped model unless given.
        workers : int, optional
            Threads; one per core unless given.
        progress : Progress, optional
            Receiver of progress.

        Raises
        ------
        InputError
            If the file, or the study that it names, cannot be read or contradicts itself.
        """
        from hepatica.manufacturing.quality.release.lot import release_lot
        from hepatica.manufacturing.quality.release.lot_file import read_lot

        lot = read_lot(self.file)
        if lot.model_loss is None:
            return release_lot(lot, seed=self.seed)
        from hepatica.manufacturing.clinical.store import stored_surface
        from hepatica.manufacturing.clinical.surface import SurfaceSize
        from hepatica.study import load_study

        study = load_study(self.file.parent / lot.model_loss.study)
        size = SurfaceSize(draws=self.draws, per_draw=self.per_draw)
        surface = stored_surface(
            study, cells=lot.dose.planned, size=size, system=system, workers=workers, progress=progress
        )
        return release_lot(lot, surface=surface, study=study.title, seed=self.seed)

    def run(
        self, *, system: System | None = None, workers: int | None = None, progress: Progress | None = None
    ) -> LotAnswer:
        """Decide about the lot, as an answer; see `compute`."""
        return LotAnswer.of(self.compute(system=system, workers=workers, progress=progress))


REQUESTS, ANSWERS = {"lot": LotRequest}, {"lot": LotAnswer}
