"""Request and answer of a dose study: the recommended regimen, its benefit, harm and uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hepatica.api.base import Answer, Number, Request, RunInfo, Strict
from hepatica.api.dosing.lots import Estimate, LotsAnswer
from hepatica.api.dosing.search import SearchSummary
from hepatica.api.verdict import VerdictAnswer
from hepatica.model.own_values import own_values
from hepatica.model.parameters import Parameter
from hepatica.study import Study

if TYPE_CHECKING:
    from hepatica import dose_study
    from hepatica.engine import System
    from hepatica.progress import Progress


class ArmEstimate(Strict):
    """One arm under one hypothesis.

    Attributes
    ----------
    hypothesis, arm : str
    dose : float
        Cells per infusion, or per kilogram of weight if `per_kg`.
    infusions : int
    interval : float
        Days between infusions.
    duration : float
        Time of one infusion, days.
    route, source : str
    together_with : list of str
        Established treatments, which standard care of the study may have as well.
    gain : Estimate
        Net quality-adjusted life days over standard care.
    survival, survival_gain : Estimate
        Probability of being alive at the horizon, and its difference from standard care.
    excess : dict of harm to Estimate
        Probability of the harm over that under standard care.
    is_admissible : bool
        No harm exceeds its limit.
    regret : float
        Net quality-adjusted life days given up against the best arm of the hypothesis; null if not admissible.
    """

    hypothesis: str
    arm: str
    dose: Number
    per_kg: bool
    infusions: int
    interval: Number
    duration: Number
    route: str
    source: str
    together_with: list[str]
    gain: Estimate
    survival: Estimate
    survival_gain: Estimate
    excess: dict[str, Estimate]
    is_admissible: bool
    regret: Number


class AssumptionRow(Strict):
    """Parameter whose uncertainty moves the gain, with Spearman's rank correlation between them."""

    parameter: str
    label: str
    grade: str
    correlation: Number


class OwnValueRow(Strict):
    """Parameter value that the user stated in place of the model's; both in the unit of the model's table."""

    parameter: str
    label: str
    value: Number
    shipped: Number
    unit: str


class DoseAnswer(Answer):
    """Answer of a dose study.

    Attributes
    ----------
    text : list of str
        The answer in sentences, in the language that was asked for; empty from Python.
    extrapolation : str
        Why the population is an extrapolation; empty if it is none.
    verdict : VerdictAnswer
    recommended, top_ranked : str
        Dose of the verdict, standard care where it is not to be given; and the dose that would be.
    credible_set : list of str
        Fewest arms that hold the best one with a probability of 90 %.
    edges : list of str
        Axes of the grid on whose upper edge the recommended arm lies.
    beyond_given : bool
        Its dose exceeds any ever given by its route.
    null_effect_probability : dict of hypothesis to float
        Probability that cells do nothing in people.
    best : dict of hypothesis to str
        Arm of the highest gain among the admissible ones.
    own_values : list of OwnValueRow
    assumptions : list of AssumptionRow
    arms : list of ArmEstimate
    failed : int
        Solves that failed after the retry.
    tolerance_error : float
        Largest error of the solver's tolerance, relative to (size + scale) of an output.
    report : str or None
        File of the report.
    search : SearchSummary or None
        Search over regimens whose leaders took the place of the grid.
    lots : LotsAnswer or None
        Lots of the product, where the study states how they vary.
    run : RunInfo
    """

    text: list[str] = []
    extrapolation: str
    verdict: VerdictAnswer
    recommended: str
    top_ranked: str
    credible_set: list[str]
    edges: list[str]
    beyond_given: bool
    null_effect_probability: dict[str, Number]
    best: dict[str, str]
    own_values: list[OwnValueRow] = []
    assumptions: list[AssumptionRow]
    arms: list[ArmEstimate]
    failed: int
    tolerance_error: Number
    report: str | None = None
    search: SearchSummary | None = None
    lots: LotsAnswer | None = None
    run: RunInfo

    @classmethod
    def of(
        cls,
        answer: dose_study.Answer,
        *,
        text: Sequence[str] = (),
        report: str | None = None,
        search: SearchSummary | None = None,
    ) -> DoseAnswer:
        """Answer of a computed study.

        Parameters
        ----------
        answer : hepatica.dose_study.Answer
            Computed answer.
        text : sequence of str
            The answer in sentences.
        report : str, optional
            File of the report.
        search : SearchSummary, optional
            Of the search whose leaders were compared.
        """
        d = answer.decision
        names = [arm.name for arm in d.arms]
        return cls(
            text=list(text),
            extrapolation=answer.population.extrapolation,
            verdict=VerdictAnswer.of(d),
            recommended=names[d.recommended],
            top_ranked=names[d.top],
            credible_set=[names[a] for a in d.credible_set],
            edges=list(d.edges),
            beyond_given=d.beyond_given,
            null_effect_probability=dict(zip(answer.study.hypotheses, d.null_effect_probability, strict=False)),
            best={h.hypothesis: names[h.best] for h in d.by_hypothesis},
            own_values=[_own(p) for p in own_values(answer.system.model)],
            assumptions=[AssumptionRow(**vars(a)) for a in d.assumptions],
            arms=[_arm(answer, k, a) for k in range(len(d.by_hypothesis)) for a in range(len(d.arms))],
            failed=answer.failed_solves,
            tolerance_error=answer.tolerance_error,
            report=report,
            search=search,
            lots=None if answer.lots is None else LotsAnswer.of(answer.lots),
            run=RunInfo.of(answer.study, answer.system),
        )


def _own(p: Parameter) -> OwnValueRow:
    assert p.replaced is not None  # one of `own_values`
    return OwnValueRow(
        parameter=p.name, label=p.entry.label, value=p.entry.value, shipped=p.replaced.value, unit=p.entry.unit
    )


def _arm(answer: dose_study.Answer, k: int, a: int) -> ArmEstimate:
    h, arm = answer.decision.by_hypothesis[k], answer.decision.arms[a]
    return ArmEstimate(
        hypothesis=h.hypothesis,
        arm=arm.name,
        **{
            name: getattr(arm.regimen, name)
            for name in ("dose", "per_kg", "infusions", "interval", "duration", "route")
        },
        source=arm.product.source,
        together_with=list(arm.together_with),
        gain=Estimate.of(h.gain[a]),
        survival=Estimate.of(h.survival[a]),
        survival_gain=Estimate.of(h.survival_gain[a]),
        excess={harm: Estimate.of(row[a]) for harm, row in h.excess.items()},
        is_admissible=h.admissible[a],
        regret=answer.decision.regret[k, a],
    )


class DoseRequest(Request):
    """Dose study to answer.

    Attributes
    ----------
    study : Study
    """

    study: Study

    def run(
        self, *, system: System | None = None, workers: int | None = None, progress: Progress | None = None
    ) -> DoseAnswer:
        """Answer the study.

        Parameters
        ----------
        system : System, optional
            The shipped model unless given.
        workers : int, optional
            Threads; one per core unless given.
        progress : Progress, optional
            Receiver of progress.
        """
        from hepatica.dose_study import answer

        return DoseAnswer.of(answer(self.study, system=system, workers=workers, progress=progress))


REQUESTS: dict[str, Any] = {"dose": DoseRequest}
ANSWERS: dict[str, Any] = {"dose": DoseAnswer}
