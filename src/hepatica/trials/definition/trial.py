"""Trial as a checked TOML file: question, estimand, arms, conduct, looks, endpoints and analysis in one object."""

from __future__ import annotations

import hashlib
from typing import Annotated

from pydantic import Field, model_validator

from hepatica import therapy
from hepatica.errors import InputError
from hepatica.json_schema import one_of
from hepatica.patients import Draws, populations
from hepatica.simulation import Arm
from hepatica.study import HYPOTHESES, HypothesisName, draws_of
from hepatica.study_fields import (
    MAX_HORIZON,
    MAX_SEED,
    MAX_TITLE,
    MAX_TRANSPLANT_RATE,
    MIN_HORIZON,
    Days,
    Integer,
    Line,
    Number,
    ProductTable,
    Table,
    TreatmentName,
)
from hepatica.trials.definition import adaptive_tables
from hepatica.trials.definition.adaptive_checks import check_adaptive
from hepatica.trials.definition.analysis_tables import (
    Analysis,
    BankTable,
    Cost,
    Look,
    Reader,
    Stopping,
    Variation,
)
from hepatica.trials.definition.design_tables import (
    ArmTable,
    Batches,
    Centre,
    Dropout,
    Eligibility,
    Randomisation,
    Rescue,
    Visits,
)
from hepatica.trials.definition.dose_finding_table import DoseFinding, check_dose_finding
from hepatica.trials.definition.endpoint import ALIVE, TIME_TO_EVENT, Endpoint, Kind
from hepatica.trials.definition.estimand import Estimand, Event, Strategy
from hepatica.trials.definition.latent import BASELINE, LATENT
from hepatica.trials.definition.mcp_mod_table import McpMod

GRADE = "encephalopathy"  # on which missed visits depend
MAX_ARMS = 40
MAX_TRIAL_PATIENTS = 20_000


class Trial(Table):
    """Trial of cells: everything that decides how it is run and analysed.

    Attributes
    ----------
    title, question : str
        Title of the protocol, and what the trial asks.
    transplant_rate : float
        Per day, at functional failure; that of the population unless given.
    posterior : str
        'learnt': the draws that ship; 'prior': nothing learnt; or a file of `hepatica calibrate`.
    product, estimand : table
        Cell product of all arms, or the path of a product file; what the trial estimates.
    arm : list of tables
        Arms, the control first; of a dose escalation the doses from low to high.

    Examples
    --------
    >>> estimand = {"population": "p", "treatment": "t", "variable": "v", "summary": "hazard_ratio"}
    >>> trial = Trial(
    ...     title="t", question="q", patients=20, estimand=estimand, endpoint=[{"name": "death", "kind": "survival"}],
    ...     arm=[{"name": "care"}, {"name": "cells", "dose": "1e6 cells/kg"}], centre=[{"name": "a", "per_month": 5}],
    ... )
    >>> trial.primary.name, trial.ratio
    ('death', (1, 1))
    """

    title: Line = Field(min_length=1, max_length=MAX_TITLE)
    question: Line = Field(min_length=1, max_length=1000)
    population: Annotated[str, Field(json_schema_extra=one_of(populations()))] = "hbv_aclf"
    patients: Integer = Field(ge=2, le=MAX_TRIAL_PATIENTS, description="largest number randomised")
    follow_up: Days = Field(default="168 d", validate_default=True, description="of each patient, 1 d to 5 years")
    seed: Integer = Field(default=1, ge=0, le=MAX_SEED)
    hypotheses: tuple[HypothesisName, ...] = tuple(HYPOTHESES)
    transplant_rate: Number | None = Field(default=None, ge=0, le=MAX_TRANSPLANT_RATE, allow_inf_nan=False)
    together_with: tuple[TreatmentName, ...] = ()
    posterior: Line = "learnt"
    product: ProductTable = ProductTable()
    estimand: Estimand
    arm: tuple[ArmTable, ...] = Field(min_length=1, max_length=MAX_ARMS)
    alternative: tuple[ArmTable, ...] = Field(
        default=(), max_length=MAX_ARMS, description="other regimens that the trial might have given, for comparison"
    )
    eligibility: Eligibility = Eligibility()
    randomisation: Randomisation = Randomisation()
    centre: tuple[Centre, ...] = Field(min_length=1, max_length=500)
    visits: Visits = Visits()
    dropout: Dropout = Dropout()
    rescue: Rescue | None = None
    batches: Batches = Batches()
    endpoint: tuple[Endpoint, ...] = Field(default=(), max_length=40)
    look: tuple[Look, ...] = Field(default=(), max_length=10)
    stopping: Stopping = Stopping()
    analysis: Analysis = Analysis()
    variation: Variation = Variation()
    reader: tuple[Reader, ...] = ()
    cost: Cost = Cost()
    bank: BankTable = BankTable()
    dose_finding: DoseFinding | None = None
    re_estimation: adaptive_tables.ReEstimation | None = None
    blinded_re_estimation: adaptive_tables.BlindedReEstimation | None = None
    response_adaptive: adaptive_tables.ResponseAdaptive | None = None
    bayesian: adaptive_tables.Bayesian | None = None
    seamless: adaptive_tables.Seamless | None = None
    enrichment: adaptive_tables.Enrichment | None = None
    platform: adaptive_tables.Platform | None = None
    mcp_mod: McpMod | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Trial:
        _check_names(self)
        _check_conduct(self)
        _check_endpoints(self)
        if self.dose_finding is None:
            _check_confirmatory(self)
        else:
            _check_dose_finding(self)
        return self

    @property
    def is_dose_finding(self) -> bool:
        """True where doses are escalated cohort by cohort instead of randomised."""
        return self.dose_finding is not None

    @property
    def adaptive(self) -> str:
        """Name of the table of its adaptive design, empty for a fixed or group sequential design."""
        return next((name for name in adaptive_tables.ADAPTIVE if getattr(self, name) is not None), "")

    @property
    def ratio(self) -> tuple[int, ...]:
        """Allocation ratio of the arms."""
        return tuple(arm.ratio for arm in self.arm)

    @property
    def primary(self) -> Endpoint:
        """Primary endpoint."""
        return next((e for e in self.endpoint if e.primary), self.endpoint[0])

    @property
    def hash(self) -> str:
        """Hash of the checked trial, the same in whatever units it was written."""
        return hashlib.blake2b(self.model_dump_json().encode(), digest_size=12).hexdigest()

    def known(self) -> Draws | None:
        """Posterior draws of the parameters; None where they come from the priors."""
        return draws_of(self.posterior)

    def arms(self) -> tuple[tuple[Arm, ...], ...]:
        """Arms to simulate, (arm, delivered share): the full dose first, then each share of `batches`."""
        shares = (1.0, *self.batches.shares)
        return tuple(
            tuple(a.arm(self.product, self.together_with, share) for share in (shares if a.dose else (1.0,)))
            for a in self.arm
        )

    def regimens(self) -> tuple[Arm, ...]:
        """Everything to simulate: arms by delivered share, then alternatives; standard care with an escalation."""
        care = (self.arm[0].model_copy(update={"name": "standard care", "dose": None}),) if self.is_dose_finding else ()
        wide = self.model_copy(update={"arm": (*care, *self.arm, *self.alternative)})
        return tuple(dict.fromkeys(arm for shares in wide.arms() for arm in shares))

    def labs(self) -> tuple[str, ...]:
        """Latent labs that the trial reads, in the order of `LATENT`."""
        names = set().union(*(e.labs() for e in self.endpoint)) if self.endpoint else set()
        names |= {self.dropout.by, GRADE} - {""}
        names |= set(self.rescue.condition().names) if self.rescue else set()
        names |= self.response_adaptive.success().labs() if self.response_adaptive else set()
        names |= self.dose_finding.labs() if self.dose_finding else set()
        return tuple(name for name in LATENT if name in names)


def _check_names(trial: Trial) -> None:
    """Names that the package or the file must know."""
    if trial.population not in populations():
        raise InputError("population", trial.population, f"one of {', '.join(populations())}")
    for name in trial.hypotheses:
        if name not in HYPOTHESES:
            raise InputError("hypotheses", name, f"one of {', '.join(HYPOTHESES)}")
    if not trial.hypotheses or len(set(trial.hypotheses)) < len(trial.hypotheses):
        raise InputError("hypotheses", list(trial.hypotheses), "each hypothesis once, and one at least")
    therapy.combine(trial.together_with)
    for where, rows in (
        ("arm", (*trial.arm, *trial.alternative)),
        ("centre", trial.centre),
        ("endpoint", trial.endpoint),
    ):
        names = [row.name for row in rows]
        if len(set(names)) < len(names):
            raise InputError(where, names, "each name once")
    for reader in trial.reader:
        for name in reader.weights:
            if name not in trial.hypotheses:
                raise InputError(f"reader '{reader.name}'.weights", name, f"one of {', '.join(trial.hypotheses)}")
        if reader.weights and sum(reader.weights.values()) <= 0:
            raise InputError(f"reader '{reader.name}'.weights", dict(reader.weights), "a weight above 0")
    for condition, _ in trial.eligibility.conditions():
        condition.check_names(BASELINE, "eligibility")
    for factor in trial.randomisation.factors():
        if factor is not None:
            factor.check_names(BASELINE, "randomisation.strata")


def _check_conduct(trial: Trial) -> None:
    """Times, drop-out and rescue."""
    if not MIN_HORIZON <= trial.follow_up <= MAX_HORIZON:
        raise InputError("follow_up", trial.follow_up, "a time from 1 d to 5 years")
    for k, arm in enumerate((*trial.arm, *trial.alternative)):
        regimen = arm.regimen()
        if regimen.gives_cells and regimen.times[-1] >= trial.follow_up:
            raise InputError(
                f"arm {k + 1}", regimen.label, f"infusions before the end of follow-up, {trial.follow_up:g} d"
            )
    for day in trial.visits.days:
        if not 0 < day <= trial.follow_up:
            raise InputError("visits.days", day, f"days after 0, up to the end of follow-up, {trial.follow_up:g} d")
    if list(trial.visits.days) != sorted(set(trial.visits.days)):
        raise InputError("visits.days", list(trial.visits.days), "days that increase")
    if trial.dropout.by and trial.dropout.by not in LATENT:
        raise InputError("dropout.by", trial.dropout.by, f"one of {', '.join(LATENT)}")
    if trial.rescue is not None:
        trial.rescue.condition().check_names(LATENT, "rescue.when")


def _check_endpoints(trial: Trial) -> None:
    """Labs, days and strategies of the endpoints."""
    for e in trial.endpoint:
        where = f"endpoint '{e.name}'"
        for lab in e.labs():
            if lab not in LATENT:
                raise InputError(f"{where}.lab", lab, f"one of {', '.join(LATENT)}, or {ALIVE} in a condition")
        if not 0 < e.visit(trial.follow_up) <= trial.follow_up:
            raise InputError(f"{where}.day", e.day, f"a day after 0, up to follow-up, {trial.follow_up:g} d")
        if e.kind is Kind.LAB and e.strategy(Event.TRANSPLANT, trial.estimand) is Strategy.TREATMENT_POLICY:
            allowed = "hypothetical or composite: the model has no labs of a transplanted liver"
            raise InputError("estimand.intercurrent transplant", "treatment_policy", allowed)
    if sum(e.primary for e in trial.endpoint) > 1:
        raise InputError("endpoint", [e.name for e in trial.endpoint if e.primary], "one primary endpoint")


def _check_confirmatory(trial: Trial) -> None:
    """Part of a trial definition for randomised designs."""
    if len(trial.arm) < 2:
        raise InputError("arm", [a.name for a in trial.arm], "two arms or more, the control first")
    if not trial.endpoint:
        raise InputError("endpoint", [], "one endpoint at least")
    trial.randomisation.scheme(trial.ratio)
    trial.stopping.boundary()
    kinds = {look.fraction is None for look in trial.look}
    if len(kinds) > 1:
        raise InputError("look", "fractions and days", "looks by fractions, or looks by days")
    order = [look.fraction if look.day is None else look.day for look in trial.look]
    if any(not a < b for a, b in zip(order, order[1:], strict=False)):  # type: ignore[operator]
        raise InputError("look", order, "looks in increasing order")
    if trial.stopping.futility and len(trial.stopping.futility) != len(trial.look):
        raise InputError(
            "stopping.futility", list(trial.stopping.futility), f"{len(trial.look)} values, one for each look"
        )
    if trial.analysis.events is not None and trial.primary.kind not in TIME_TO_EVENT:
        raise InputError("analysis.events", trial.analysis.events, "none, as the primary endpoint is no time to event")
    check_adaptive(trial)


def _check_dose_finding(trial: Trial) -> None:
    """Part of a trial definition for dose escalation."""
    doses = [a.regimen() for a in trial.arm]
    if not all(r.gives_cells for r in doses):
        raise InputError("arm", [a.name for a in trial.arm], "arms with cells alone; an escalation has no control")
    if len({r.per_kg for r in doses}) > 1 or [r.dose for r in doses] != sorted({r.dose for r in doses}):
        raise InputError("arm", [r.label for r in doses], "doses that increase from arm to arm, in one unit")
    if trial.adaptive:
        raise InputError(trial.adaptive, "beside dose_finding", "one of the two")
    assert trial.dose_finding is not None
    check_dose_finding(trial.dose_finding, trial)
