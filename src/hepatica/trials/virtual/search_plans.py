"""Designs that a search tries: sizes, looks and regimens; rules of an adaptive design; designs of dose finding."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from hepatica.errors import InputError
from hepatica.trials.definition.adaptive_checks import check_adaptive
from hepatica.trials.definition.adaptive_tables import AllocationRule
from hepatica.trials.definition.analysis_tables import Look
from hepatica.trials.definition.dose_finding_table import BY_RESPONSE, DesignName
from hepatica.trials.definition.trial import Trial
from hepatica.trials.dose_finding.three_plus_three import COHORT
from hepatica.trials.virtual.escalation.designs import rule_of

LOOKS: dict[str, tuple[float, ...]] = {"none": (), "one": (0.5,), "two": (0.5, 0.75)}
RULES: dict[str, dict[str, tuple[object, ...]]] = {
    "re_estimation": {"least": (0.2, 0.36, 0.5), "max_increase": (1.5, 2.0)},
    "blinded_re_estimation": {"first": (1 / 3, 1 / 2), "max_increase": (1.5, 2.0)},
    "response_adaptive": {"rule": tuple(AllocationRule)},
    "bayesian": {"predictive_futility": (None, 0.05, 0.2)},
    "seamless": {"first": (1 / 3, 1 / 2, 2 / 3), "futility": (None, 0.0)},
    "enrichment": {"first": (1 / 3, 1 / 2, 2 / 3)},
    "platform": {"first": (None, 1 / 2), "futility": (0.0,)},
    "mcp_mod": {},
}
"""Values tried beside the trial's own; numbers of patients as shares of the size, or of an arm of a platform."""
OWN = "-"  # rule of the trial as it stands
SIZED = ("first", "per_arm")  # keys that grow with the size
BY_TOXICITY = (
    DesignName.BOIN,
    DesignName.THREE_PLUS_THREE,
    DesignName.MTPI2,
    DesignName.KEYBOARD,
    DesignName.I3PLUS3,
    DesignName.CRM,
    DesignName.EWOC,
    DesignName.TITE_BOIN,
    DesignName.TITE_CRM,
)
"""Designs tried for an escalation by toxicity alone."""


def sequential_plans(trial: Trial, sizes: Sequence[int]) -> list[tuple[str, Trial]]:
    """Fixed and group sequential designs with the name of their looks: every size, number of looks and regimen.

    Parameters
    ----------
    trial : Trial
        Of two arms.
    sizes : sequence of int
        Largest numbers of patients.

    Raises
    ------
    InputError
        If there are more arms.
    """
    if len(trial.arm) != 2:
        raise InputError("arm", [a.name for a in trial.arm], "two arms; give further regimens as [[alternative]]")
    plans = []
    for table, n, looks in product([trial.arm[1], *trial.alternative], sizes, LOOKS):
        changed = {
            "arm": (trial.arm[0], table.model_copy(update={"ratio": trial.arm[1].ratio})),
            "patients": n,
            "look": tuple(Look(fraction=f) for f in LOOKS[looks]),
            "stopping": trial.stopping.model_copy(update={"futility": ()}),
            "analysis": trial.analysis.model_copy(update={"events": None}),
        }
        plans.append((looks, trial.model_copy(update=changed)))
    return plans


def adaptive_plans(trial: Trial, sizes: Sequence[int]) -> list[tuple[str, Trial]]:
    """Adaptive designs with their rules: the trial's own and `RULES`, at every size; what a size rules out is left out.

    Parameters
    ----------
    trial : Trial
        With an adaptive design.
    sizes : sequence of int
        Planned numbers of patients.

    Raises
    ------
    InputError
        If no size leaves any.
    """
    name, grid = trial.adaptive, RULES[trial.adaptive]
    table, plans = getattr(trial, name), dict[tuple[str, int], Trial]()
    for n in sizes:
        scale = n / trial.patients
        sized = {k: max(2, round(getattr(table, k) * scale)) for k in SIZED if getattr(table, k, None) is not None}
        events = trial.analysis.events
        more: dict[str, Any] = {"patients": n}
        if events is not None:
            more["analysis"] = trial.analysis.model_copy(update={"events": max(1, round(events * scale))})
        for values in ((), *product(*grid.values())) if grid else ((),):
            rule = _rule(dict(zip(grid, values, strict=False)), sized.get("per_arm", n))
            changed = trial.model_copy(update=more | {name: table.model_copy(update=sized | rule)})
            try:
                check_adaptive(changed)
            except InputError:
                continue
            shown = ", ".join(f"{k} = {getattr(v, 'value', v)}" for k, v in rule.items() if v is not None)
            plans[shown or OWN, n] = changed
    if not plans:
        raise InputError("sizes", list(sizes), f"a size that suits [{name}]")
    return [(rule, changed) for (rule, _), changed in plans.items()]


def _rule(values: dict[str, Any], patients: int) -> dict[str, Any]:
    """Values of the keys, shares of the size as patients."""
    return {
        key: max(2, round(value * patients)) if key == "first" and value is not None else value
        for key, value in values.items()
    }


def escalation_plans(trial: Trial, sizes: Sequence[int]) -> list[tuple[DesignName, Trial]]:
    """Designs of dose finding at every size that is a multiple of the cohort.

    Parameters
    ----------
    trial : Trial
        Of dose finding.
    sizes : sequence of int
        Largest numbers of patients, rounded up to whole cohorts.
    """
    rule = rule_of(trial)
    names = BY_RESPONSE if rule.design in BY_RESPONSE else tuple(dict.fromkeys((rule.design, *BY_TOXICITY)))
    whole = sorted({-(-n // rule.cohort) * rule.cohort for n in sizes})
    plans = [(name, trial.model_copy(update={"patients": n})) for name in names for n in whole]
    fits = [
        p
        for p in plans
        if p[0] is not DesignName.THREE_PLUS_THREE or (rule.cohort == COHORT and p[1].patients == whole[-1])
    ]
    return [p for p in fits if p[0] is not DesignName.TABLE or p[1].patients <= trial.patients]
