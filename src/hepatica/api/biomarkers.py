"""Request and answer of the biomarkers of a study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from hepatica.api.base import Answer, Number, Request, Row, Strict, rows

if TYPE_CHECKING:
    from hepatica.biomarkers.policy_tree import Leaf, Split
    from hepatica.biomarkers.study import BiomarkerStudy, DayAnswer
    from hepatica.engine import System
    from hepatica.progress import Progress


class DayChoiceAnswer(Strict):
    """Choice of one day by measurables.

    Attributes
    ----------
    day : float
    ranking : list of mapping
        Value of information and of the policy, day.
    panels : list of mapping
        Best panel of one to three.
    rule : dict
        Tree of ``marker``, ``cut``, ``below`` and ``above``, ending in ``treat``, ``share`` and ``gain``; cuts of
        concentrations are logarithms.
    value, regret, oracle, returns : float
    """

    day: Number
    ranking: list[Row]
    panels: list[Row]
    rule: dict[str, Any]
    value: Number
    regret: Number
    oracle: Number
    returns: Number


class BiomarkersAnswer(Answer):
    """Biomarkers of response in virtual patients: they prove nothing about people.

    Attributes
    ----------
    population, regimen : str
    horizon : float
    mean_gain : float
        Of giving to all, day.
    values : list of mapping
        Prognostic and predictive value of every measurable.
    days : list of DayChoiceAnswer
    cut, curve, trials : mapping, lists of mapping
    false_calls : float
        Share called predictive where none is.
    agreement : float or None
        Of interactions between hypotheses.
    first_by_hypothesis : dict of str to str
    provenance : dict
    """

    population: str
    regimen: str
    horizon: Number
    mean_gain: Number
    values: list[Row]
    days: list[DayChoiceAnswer]
    cut: Row
    curve: list[Row]
    trials: list[Row]
    false_calls: Number
    agreement: Number
    first_by_hypothesis: dict[str, str]
    provenance: dict[str, str | int | float | None]

    @classmethod
    def of(cls, result: BiomarkerStudy) -> Self:
        """Answer of a study."""
        p = result.potential
        cut = {"marker": p.measurables[result.cut_marker].name} | vars(result.cut)
        return cls(
            population=result.study.population,
            regimen=p.regimen.label,
            horizon=p.horizon,
            mean_gain=float(p.gain.mean()),
            values=rows(result.values),
            days=[_day(result, d) for d in result.days],
            cut=rows([cut])[0],
            curve=rows(result.curve),
            trials=rows([vars(t) for t in result.trials]),
            false_calls=result.false_calls,
            agreement=result.agreement,
            first_by_hypothesis=dict(result.first_by_hypothesis),
            provenance=dict(result.provenance),
        )


def _day(result: BiomarkerStudy, day: DayAnswer) -> DayChoiceAnswer:
    names = [m.name for m in result.potential.measurables]
    panels = [{"markers": ", ".join(names[k] for k in p.markers)} | vars(p.policy) for p in day.panels]
    return DayChoiceAnswer(
        day=day.day,
        ranking=rows(day.ranking),
        panels=rows(panels),
        rule=_tree(day.rule.root, [names[k] for k in day.rule_markers]),
        value=day.rule.value,
        regret=day.rule.regret,
        oracle=day.rule.oracle,
        returns=day.rule.returns,
    )


def _tree(tree: Split | Leaf, names: list[str]) -> dict[str, Any]:
    from hepatica.biomarkers.policy_tree import Leaf

    if isinstance(tree, Leaf):
        return {"treat": tree.treat, "share": tree.share, "gain": tree.gain}
    return {
        "marker": names[tree.marker],
        "cut": tree.cut,
        "below": _tree(tree.below, names),
        "above": _tree(tree.above, names),
    }


class BiomarkersRequest(Request):
    """Biomarkers of a study.

    Attributes
    ----------
    study : Path or dict
        A study file, or its content.
    patients : int
    regimen : str, optional
        Label of a regimen of the grid; the one of the highest mean gain unless given.
    """

    study: Path | dict[str, Any]
    patients: int = 1000
    regimen: str | None = None

    def compute(
        self, *, system: System | None = None, workers: int | None = None, progress: Progress | None = None
    ) -> BiomarkerStudy:
        """Simulate and evaluate."""
        from hepatica.biomarkers.study import find_biomarkers
        from hepatica.study import check_study, load_study

        question = check_study(self.study) if isinstance(self.study, dict) else load_study(self.study)
        return find_biomarkers(
            question,
            patients=self.patients,
            regimen=self.regimen,
            system=system,
            workers=workers,
            progress=progress,
        )

    def run(self) -> BiomarkersAnswer:
        """Simulate and evaluate.

        Raises
        ------
        InputError
            If the study or a number is wrong.
        """
        return BiomarkersAnswer.of(self.compute())


REQUESTS, ANSWERS = {"biomarkers": BiomarkersRequest}, {"biomarkers": BiomarkersAnswer}
