"""[mcp_mod] of a trial file: candidate shapes of the dose response, the effect wanted, choice among the models."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import Field, model_validator

from hepatica.errors import InputError
from hepatica.study_fields import CellDose, Number, Table
from hepatica.trials.confirmatory.mcp_mod.models import (
    BetaMod,
    DoseResponse,
    Emax,
    Exponential,
    Linear,
    LinLog,
    Logistic,
    Quadratic,
    SigEmax,
)
from hepatica.trials.definition.analysis_tables import Analysis
from hepatica.trials.definition.design_tables import ArmTable
from hepatica.trials.definition.endpoint import Endpoint, Method

Positive = Annotated[Number, Field(gt=0, le=100)]
TESTED = (Method.LOG_RANK, Method.ANCOVA, Method.PROPORTIONS)
"""Analyses of the primary endpoint whose arms can be estimated."""


class ShapeName(StrEnum):
    """Shape of a dose response."""

    LINEAR = "linear"
    LINEAR_IN_LOG = "linear_in_log"
    EMAX = "emax"
    SIGMOID_EMAX = "sigmoid_emax"
    EXPONENTIAL = "exponential"
    QUADRATIC = "quadratic"
    LOGISTIC = "logistic"
    BETA = "beta"


class ModelChoice(StrEnum):
    """Choice among the models whose contrast is significant."""

    AIC = "aic"
    MAX_T = "max_t"
    AVERAGE = "average"


GUESSES: dict[ShapeName, tuple[str, ...]] = {
    ShapeName.LINEAR: (),
    ShapeName.LINEAR_IN_LOG: (),
    ShapeName.EMAX: ("ed50",),
    ShapeName.SIGMOID_EMAX: ("ed50", "hill"),
    ShapeName.EXPONENTIAL: ("delta",),
    ShapeName.QUADRATIC: ("bend",),
    ShapeName.LOGISTIC: ("ed50", "delta"),
    ShapeName.BETA: ("delta1", "delta2"),
}
"""Guesses that each shape needs."""
OPTIONAL = {ShapeName.LINEAR_IN_LOG: ("offset",), ShapeName.BETA: ("scale",)}
PARAMETERS = {ShapeName.LINEAR: 2, ShapeName.LINEAR_IN_LOG: 2, ShapeName.QUADRATIC: 3}
PARAMETERS |= {ShapeName.EMAX: 3, ShapeName.EXPONENTIAL: 3}
PARAMETERS |= {ShapeName.SIGMOID_EMAX: 4, ShapeName.LOGISTIC: 4, ShapeName.BETA: 4}
"""Parameters of a fit, level and slope among them."""


class CandidateShape(Table):
    """[[mcp_mod.model]]: a candidate with the guesses of its own parameters, doses in the unit of the arms.

    Examples
    --------
    >>> CandidateShape(shape="emax", ed50="5e5 cells/kg").candidate(2e6)
    Emax(ed50=0.25)
    """

    shape: ShapeName
    ed50: CellDose | None = Field(default=None, description="emax, sigmoid_emax, logistic: dose of half the effect")
    hill: Positive | None = Field(default=None, description="sigmoid_emax")
    delta: CellDose | None = Field(default=None, description="exponential, logistic: scale, a dose")
    bend: Number | None = Field(default=None, description="quadratic: of dose + bend dose^2, by the largest dose")
    delta1: Positive | None = Field(default=None, description="beta")
    delta2: Positive | None = Field(default=None, description="beta")
    scale: CellDose | None = Field(default=None, description="beta: back at the control; 1.2 times the largest dose")
    offset: CellDose | None = Field(default=None, description="linear_in_log: a hundredth of the largest dose")

    @model_validator(mode="after")
    def _complete(self) -> CandidateShape:
        needed, also = GUESSES[self.shape], OPTIONAL.get(self.shape, ())
        for name in ("ed50", "hill", "delta", "bend", "delta1", "delta2", "scale", "offset"):
            value, where = getattr(self, name), f"mcp_mod.model.{name}"
            if value is None and name in needed:
                raise InputError(where, "nothing", f"a guess for shape '{self.shape.value}'")
            if value is not None and name not in (*needed, *also):
                raise InputError(where, str(value), f"none for shape '{self.shape.value}'")
        if self.bend == 0:
            raise InputError("mcp_mod.model.bend", self.bend, "a number other than 0, or shape 'linear'")
        return self

    def share(self, name: str, largest: float, usual: float) -> float:
        """Guess of a dose as a share of the largest dose.

        Parameters
        ----------
        name : str
            Of the field.
        largest : float
            Cells, or cells per kg.
        usual : float
            Share unless it is given.
        """
        dose = getattr(self, name)
        return usual if dose is None else float(dose.cells / largest)

    def candidate(self, largest: float) -> DoseResponse:
        """Candidate over doses as shares of the largest.

        Parameters
        ----------
        largest : float
            Cells, or cells per kg.
        """
        ed50, delta = self.share("ed50", largest, 1.0), self.share("delta", largest, 1.0)
        makers: dict[ShapeName, Callable[[], DoseResponse]] = {
            ShapeName.LINEAR: Linear,
            ShapeName.LINEAR_IN_LOG: lambda: LinLog(self.share("offset", largest, 0.01)),
            ShapeName.EMAX: lambda: Emax(ed50),
            ShapeName.SIGMOID_EMAX: lambda: SigEmax(ed50, float(self.hill or 1)),
            ShapeName.EXPONENTIAL: lambda: Exponential(delta),
            ShapeName.QUADRATIC: lambda: Quadratic(float(self.bend or 0)),
            ShapeName.LOGISTIC: lambda: Logistic(ed50, delta),
            ShapeName.BETA: lambda: BetaMod(
                float(self.delta1 or 1), float(self.delta2 or 1), self.share("scale", largest, 1.2)
            ),
        }
        return makers[self.shape]()


class McpMod(Table):
    """[mcp_mod]: contrast test of candidate dose responses, then a model and its target dose.

    Differences to the control are on the scale of the primary endpoint, positive in favour of the cells: minus the log
    hazard ratio, a difference of means (of logarithms where the lab is analysed so) or of proportions.
    """

    model: tuple[CandidateShape, ...] = Field(min_length=1, max_length=12)
    effect: Annotated[Number, Field(gt=0)] = Field(description="wanted difference to the control, at the target dose")
    choice: ModelChoice = ModelChoice.AIC
    share: Annotated[Number, Field(gt=0, lt=1)] = Field(
        default=0.9, description="of the largest effect: ED90 unless given"
    )


class _DoseResponseTrial(Protocol):
    """Fields of a trial that MCP-Mod has to suit."""

    @property
    def arm(self) -> tuple[ArmTable, ...]: ...
    @property
    def analysis(self) -> Analysis: ...
    @property
    def primary(self) -> Endpoint: ...


def check_mcp_mod(rule: McpMod, trial: _DoseResponseTrial) -> None:
    """Agreement of MCP-Mod with the rest of its trial.

    Parameters
    ----------
    rule : McpMod
        Of the trial.
    trial : Trial
        Its arms and primary endpoint.

    Raises
    ------
    InputError
        If they do not fit.
    """
    control, *arms = [arm.regimen() for arm in trial.arm]
    if control.gives_cells or not all(r.gives_cells for r in arms) or len(arms) < 2:
        raise InputError("mcp_mod", [a.name for a in trial.arm], "a control without cells, and two doses or more")
    doses = [r.dose for r in arms]
    if len({r.per_kg for r in arms}) > 1 or any(not a < b for a, b in zip(doses, doses[1:], strict=False)):
        raise InputError("arm", [r.label for r in arms], "doses that increase from arm to arm, in one unit")
    if len({(r.infusions, r.interval if r.infusions > 1 else 0.0, r.route, r.start) for r in arms}) > 1:
        raise InputError("arm", [r.label for r in arms], "arms that differ by dose alone")
    e = trial.primary
    if e.analysis not in TESTED or trial.analysis.stratified:
        allowed = "log-rank without strata, ANCOVA or proportions, beside [mcp_mod]"
        raise InputError(f"endpoint '{e.name}'.method", e.analysis.value, allowed)
    for k, model in enumerate(rule.model):
        where = f"mcp_mod.model {k + 1}"
        for name in ("ed50", "delta", "scale", "offset"):
            dose = getattr(model, name)
            if dose is not None and (dose.per_kg != arms[0].per_kg or dose.cells <= 0):
                raise InputError(f"{where}.{name}", dose.cells, "a dose above 0 in the unit of the arms")
        if model.shape is ShapeName.BETA and model.share("scale", doses[-1], 1.2) <= 1:
            raise InputError(f"{where}.scale", str(model.scale), "a dose above the largest of the arms")
        if PARAMETERS[model.shape] > len(trial.arm):
            raise InputError(
                where, model.shape.value, f"a shape of at most {len(trial.arm)} parameters, one for each arm"
            )
        if (
            len({round(float(v), 12) for v in model.candidate(doses[-1]).shape([0.0, *(d / doses[-1] for d in doses)])})
            < 2
        ):
            raise InputError(where, model.shape.value, "a shape that differs between the doses")
