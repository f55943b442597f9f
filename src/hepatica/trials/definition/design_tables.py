"""Tables of a trial file about its conduct: arms, eligibility, randomisation, centres, visits, drop-out, batches."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from hepatica.errors import InputError
from hepatica.json_schema import one_of, within
from hepatica.simulation import Arm
from hepatica.study_fields import CellDose, Days, Integer, Line, Number, ProductTable, RouteName, Table
from hepatica.therapy import NO_CELLS, Regimen
from hepatica.therapy.regimen import MAX_INFUSIONS
from hepatica.trials.definition.expressions import Expression, parse_expression
from hepatica.trials.definition.latent import BASELINE, LATENT
from hepatica.trials.randomisation import (
    BiasedCoin,
    CompleteRandomisation,
    Minimisation,
    PermutedBlocks,
    Scheme,
    checked_ratio,
)

MONTH = 365.25 / 12  # day
METHODS = ("complete", "blocks", "minimisation", "biased_coin")
BaselineCondition = Annotated[
    str, Field(description=f"condition over {', '.join(BASELINE)}, such as 'meld >= 17 and age < 65'")
]
LabCondition = Annotated[str, Field(description=f"condition over {', '.join(LATENT)}, such as 'bilirubin < 5'")]
Share = Annotated[Number, Field(ge=0, le=1)]


class ArmTable(Table):
    """[[arm]]: a regimen; without a dose it is standard care.

    Attributes
    ----------
    name : str
        Name of the arm, each once.
    infusions : int
        Number of infusions.
    interval, duration, start : str
        Time between infusions, of one infusion, and of the first after randomisation.
    ratio : int
        Share of this arm in the allocation ratio.
    """

    name: Line = Field(min_length=1, max_length=60)
    dose: CellDose | None = None
    infusions: Annotated[Integer, Field(json_schema_extra=within((0, MAX_INFUSIONS)))] = 1
    interval: Days = Field(default="7 d", validate_default=True)
    route: RouteName = "peripheral_vein"
    duration: Days = Field(default="1 h", validate_default=True)
    start: Days = Field(default="0 d", validate_default=True)
    ratio: Annotated[Integer, Field(ge=1, le=100)] = 1
    opens: Annotated[Days, Field(ge=0)] = Field(
        default="0 d", validate_default=True, description="day of the trial from which a [platform] randomises to it"
    )
    after: Line = Field(default="", description="arm of a [platform] that has to be full or dropped before it opens")

    def regimen(self, share: float = 1.0) -> Regimen:
        """Regimen with a share of its dose delivered.

        Parameters
        ----------
        share : float
            Of the assigned dose.
        """
        if self.dose is None or self.dose.cells == 0 or share == 0:
            return NO_CELLS
        return Regimen(
            self.dose.cells * share,
            self.dose.per_kg,
            self.infusions,
            self.interval,
            self.route,
            self.duration,
            self.start,
        )

    def arm(self, product: ProductTable, together_with: tuple[str, ...], share: float = 1.0) -> Arm:
        """Arm to simulate.

        Parameters
        ----------
        product : ProductTable
            Of the trial.
        together_with : tuple of str
            Established treatments of all arms.
        share : float
            Of the assigned dose that is delivered.
        """
        regimen = self.regimen(share)
        return Arm(regimen.label, regimen, product.product(), together_with=together_with)


class Eligibility(Table):
    """[eligibility]: conditions over baseline, all of `include` and none of `exclude`."""

    include: tuple[BaselineCondition, ...] = ()
    exclude: tuple[BaselineCondition, ...] = ()

    def conditions(self) -> tuple[tuple[Expression, bool], ...]:
        """Each condition, and the truth that an eligible patient has."""
        rows = [(text, True, "include") for text in self.include]
        rows += [(text, False, "exclude") for text in self.exclude]
        return tuple((parse_expression(text, f"eligibility.{key}"), truth) for text, truth, key in rows)


class Randomisation(Table):
    """[randomisation]: scheme and strata; the ratio stands with the arms.

    Attributes
    ----------
    probability : float
        Of the favoured arm, under minimisation and biased coin.
    """

    method: Annotated[Line, Field(json_schema_extra=one_of(METHODS))] = "blocks"
    sizes: tuple[Annotated[Integer, Field(ge=2, le=100)], ...] = Field(
        default=(), description="of blocks; twice the sum of the ratio unless given"
    )
    strata: tuple[str, ...] = Field(default=(), description="conditions over baseline, or 'centre'")
    probability: Share = 0.8

    def scheme(self, ratio: tuple[int, ...]) -> Scheme:
        """Scheme of randomisation.

        Parameters
        ----------
        ratio : tuple of int
            Of the arms.

        Raises
        ------
        InputError
            If the method is unknown, or does not suit the ratio.
        """
        if self.method == "complete":
            return CompleteRandomisation(ratio)
        if self.method == "blocks":
            return PermutedBlocks(ratio, self.sizes or (2 * int(checked_ratio(ratio).sum()),))
        if self.method == "minimisation":
            return Minimisation(ratio, probability=self.probability)
        if self.method == "biased_coin":
            if ratio != (1, 1):
                raise InputError("randomisation.method", self.method, "two arms of equal ratio, or another method")
            return BiasedCoin(self.probability)
        raise InputError("randomisation.method", self.method, f"one of {', '.join(METHODS)}")

    def factors(self) -> tuple[Expression | None, ...]:
        """Conditions of the strata; None stands for the centre."""
        return tuple(None if s == "centre" else parse_expression(s, "randomisation.strata") for s in self.strata)


class Centre(Table):
    """[[centre]]: when it opens, and patients a month from then on.

    Attributes
    ----------
    name : str
        Name of the centre, each once.
    per_month : float
        Patients randomised a month.
    start : str
        Day of the trial on which it opens.
    """

    name: Line = Field(min_length=1, max_length=60)
    per_month: Annotated[Number, Field(gt=0, le=10_000)]
    start: Days = Field(default="0 d", validate_default=True)

    @property
    def per_day(self) -> float:
        """Patients a day once it is open."""
        return float(self.per_month) / MONTH


class Visits(Table):
    """[visits]: days of visits, their window, and the chance that one is missed."""

    days: tuple[Days, ...] = Field(default=(), description="beside those of the endpoints")
    window: Annotated[Days, Field(ge=0, le=60)] = Field(default="2 d", validate_default=True)
    missed: Share = 0.03
    missed_per_grade: Annotated[Number, Field(ge=0, le=5)] = Field(
        default=0.3, description="log odds of a missed visit for each grade of encephalopathy"
    )


class Dropout(Table):
    """[dropout]: an intensity that may depend on the patient's state."""

    per_month: Annotated[Number, Field(ge=0, le=5)] = 0.01
    by: str = Field(
        default="",
        description="lab on which it depends; none unless given",
        json_schema_extra=one_of(("", *LATENT)),
    )
    slope: Annotated[Number, Field(ge=-20, le=20)] = Field(default=0.0, description="log intensity per unit of the lab")
    at: Number = Field(default=0.0, description="value of the lab at which per_month holds")


class Rescue(Table):
    """[rescue]: rescue treatment, started with a chance at the first visit at which a condition holds."""

    when: LabCondition
    chance: Share = 1.0

    def condition(self) -> Expression:
        """Condition over labs of the visit."""
        return parse_expression(self.when, "rescue.when")


class Batches(Table):
    """[batches]: lots of cells, each of which may deliver less than the assigned dose."""

    patients: Annotated[Integer, Field(ge=1, le=1000)] = 4
    shares: tuple[Annotated[Number, Field(ge=0, lt=1)], ...] = Field(
        default=(), description="shares of the dose that a lot may deliver instead of all"
    )
    chances: tuple[Share, ...] = ()

    @model_validator(mode="after")
    def _paired(self) -> Batches:
        if len(self.shares) != len(self.chances) or sum(self.chances) > 1:
            raise InputError(
                "batches.chances", list(self.chances), "a chance for each share, adding up to 1 at the most"
            )
        if len(set(self.shares)) < len(self.shares):
            raise InputError("batches.shares", list(self.shares), "each share once")
        return self
