"""Verdict of a dose study, as its answer carries it: forms, readers, leaders and how often they return."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hepatica.api.base import Number, Strict

if TYPE_CHECKING:
    from hepatica.dosing import Decision, Judgement


class VerdictRow(Strict):
    """Verdict on the dose under one hypothesis, for one reader.

    Attributes
    ----------
    hypothesis, reader : str
    form : str
        One of "give", "only_within_a_trial", "do_not_give", "harm_too_likely".
    reasons : list of str
        What decided it.
    gain, low, high, error : float
        Net quality-adjusted life days over standard care, 90 % interval, Monte-Carlo error.
    chance, chance_error : float
        Probability that the net gain is above zero.
    survival_gain, survival_low, survival_high, survival_error : float
        As probabilities.
    harm_chance, harm_chance_error : dict of harm to float
        Probability that a limited harm's excess lies above its limit.
    trial_people : int
        Of the largest affordable trial.
    trial_value, trial_net : float
        Days that it gains each future patient, and the population net of its cost.
    trial_value_error, trial_net_error : float
        Their Monte-Carlo standard errors.
    """

    hypothesis: str
    reader: str
    form: str
    reasons: list[str]
    gain: Number
    low: Number
    high: Number
    error: Number
    chance: Number
    chance_error: Number
    survival_gain: Number
    survival_low: Number
    survival_high: Number
    survival_error: Number
    harm_chance: dict[str, Number]
    harm_chance_error: dict[str, Number]
    trial_people: int
    trial_value: Number
    trial_net: Number
    trial_value_error: Number
    trial_net_error: Number

    @classmethod
    def of(cls, j: Judgement) -> VerdictRow:
        """Verdict of a judgement."""
        known = vars(j) | {"form": j.form.value, "reasons": [r.value for r in j.reasons]}
        trial = known.pop("trial")
        return cls(
            **known,
            trial_people=trial.people,
            trial_value=trial.per_patient,
            trial_net=trial.net,
            trial_value_error=trial.per_patient_error,
            trial_net_error=trial.error,
        )


class LeaderRow(Strict):
    """Regimen that was simulated again in fresh patients; one entry per hypothesis in each list."""

    arm: str
    opportunity_loss: list[Number]
    loss_error: list[Number]
    probability_best: list[Number]
    form: str | None


class VerdictAnswer(Strict):
    """Verdict of the study.

    Attributes
    ----------
    form : str
        One of "give", "only_within_a_trial", "do_not_give", "harm_too_likely".
    dose : str
        Arm that is recommended, or would be.
    plateau : list of str
        Arms that give up too little to matter, the fewest cells first.
    by_hypothesis : list of VerdictRow
        For the reader of the study.
    readers : list of VerdictRow
        Of each reader and hypothesis.
    as_drawn : list of VerdictRow
        By the draws alone, without a reader's prior of the whole effect: `reader` is empty.
    leaders : list of LeaderRow
        Standard care, then the leading regimens.
    returns, overlaps, verdict_returns : float
        Shares of bootstrap samples in which dose, range and sign of the least gain come back.
    patients : int
        Fresh patients.
    is_confirmed : bool
        True if the leaders were simulated again in fresh patients.
    """

    form: str
    dose: str
    plateau: list[str]
    by_hypothesis: list[VerdictRow]
    readers: list[VerdictRow]
    as_drawn: list[VerdictRow]
    leaders: list[LeaderRow]
    returns: Number
    overlaps: Number
    verdict_returns: Number
    patients: int
    is_confirmed: bool

    @classmethod
    def of(cls, d: Decision) -> VerdictAnswer:
        """Verdict of a decision."""
        c, names = d.conclusion, [arm.name for arm in d.arms]
        return cls(
            form=c.form.value,
            dose=names[c.dose],
            plateau=[names[a] for a in c.plateau],
            by_hypothesis=[VerdictRow.of(j) for j in c.judgements],
            readers=[VerdictRow.of(j) for judgements in c.readers.values() for j in judgements],
            as_drawn=[VerdictRow.of(j) for j in c.as_drawn],
            leaders=[
                LeaderRow(
                    arm=names[x.arm],
                    opportunity_loss=list(x.opportunity_loss),
                    loss_error=list(x.loss_error),
                    probability_best=list(x.probability_best),
                    form=x.form.value if x.judgements else None,
                )
                for x in c.leaders
            ],
            returns=c.returns,
            overlaps=c.overlaps,
            verdict_returns=c.verdict_returns,
            patients=c.patients,
            is_confirmed=d.is_confirmed,
        )
