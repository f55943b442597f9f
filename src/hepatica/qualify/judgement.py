"""Judgement: model risk by influence and consequence (ICH M15), adequacy of credibility factors (ASME V&V 40).

Ratings are stated rules on live figures, so that a reader can disagree with a rule and see what it was applied to.
"""

from __future__ import annotations

from dataclasses import dataclass

from hepatica.dosing import Decision
from hepatica.individual.evaluation import Evaluation
from hepatica.qualify.applicability import Scope
from hepatica.qualify.calculation_verification import Error, Sampling
from hepatica.qualify.code_verification import Check
from hepatica.qualify.evidence_base import Known
from hepatica.qualify.validation import Group, Validated

RATINGS = ("low", "medium", "high")
ADEQUATE = ("no", "partly", "yes")
GRAVE, COMMON = 0.2, 0.05  # untreated deaths from which a wrong decision is grave, and of middling weight
DAY = 1.0  # quality-adjusted life days that a calculation may be off by at most
NEARLY = (0.8, 0.98)  # of numbers in their 90 % intervals
HALF = (0.35, 0.65)  # of numbers in their 50 % intervals
MOST_ASSUMED = (0.25, 0.5)  # share of parameters


@dataclass(frozen=True)
class Risk:
    """Model risk (ICH M15): model influence, decision consequence, and the two combined.

    Attributes
    ----------
    influence, consequence, risk : str
        One of `RATINGS`.
    covered : float
        Share of the study's regimens inside what this population was given.
    deaths : float
        Share that dies under standard care by the horizon.
    """

    influence: str
    consequence: str
    risk: str
    covered: float
    deaths: float


@dataclass(frozen=True)
class Factor:
    """One credibility factor.

    Attributes
    ----------
    part : {"code", "calculation", "validation", "applicability"}
    key : str
        Its sentences are ``qualify.did_<key>``, ``qualify.figure_<key>`` and ``qualify.gap_<key>``.
    adequate : str
        One of `ADEQUATE`, for the stated risk.
    values : dict of str to str
        Figures, ready to read.
    """

    part: str
    key: str
    adequate: str
    values: dict[str, str]


def risk(scope: Scope, deaths: float) -> Risk:
    """Model risk with the figures behind its ratings.

    Influence is high where less than half of the regimens lie inside what this population was given, else medium:
    nothing but the model compares them. Consequence goes by how many die untreated.
    """
    covered = scope.share("inside")
    influence = "high" if covered < 0.5 else "medium"
    consequence = "high" if deaths >= GRAVE else "medium" if deaths >= COMMON else "low"
    return Risk(influence, consequence, together(influence, consequence), covered, deaths)


def together(influence: str, consequence: str) -> str:
    """The mean of two ratings, rounded up.

    Examples
    --------
    >>> together("high", "high"), together("medium", "high"), together("low", "high"), together("low", "low")
    ('high', 'high', 'medium', 'low')
    """
    return RATINGS[-(-(RATINGS.index(influence) + RATINGS.index(consequence)) // 2)]


@dataclass(frozen=True, kw_only=True)
class CredibilityEvidence:
    """Credibility evidence: results of verification, validation and applicability that the factors are judged by.

    Attributes
    ----------
    checks, errors, sampling, decision, known, scope, validated, people
        As in `Qualification`.
    grades : dict of grade to number of parameters
    biases : dict of publication to risk of bias
    """

    checks: tuple[Check, ...]
    errors: tuple[Error, ...]
    sampling: tuple[Sampling, ...]
    decision: Decision
    known: Known
    grades: dict[str, int]
    scope: Scope
    validated: Validated
    people: Evaluation | None
    biases: dict[str, str]


def factors(r: Risk, e: CredibilityEvidence) -> list[Factor]:
    """Credibility factors with their adequacy for a model risk, in the order of the standard."""
    return [
        *_code(r, e.checks, e.errors),
        *_calculation(r, e.checks, e.errors, e.sampling),
        *_form(e.decision, e.known, e.grades),
        *_comparator(e.scope, e.validated, e.biases),
        *_assessment(e.validated, e.people),
        *_applicability(e.scope),
    ]


def badly_first(judged: list[Factor]) -> list[Factor]:
    """The least adequate first, else as they stand."""
    return sorted(judged, key=lambda f: ADEQUATE.index(f.adequate))


def rate(good: bool, fair: bool) -> str:
    """Adequate, partly, or not."""
    return "yes" if good else "partly" if fair else "no"


def _code(r: Risk, checks: tuple[Check, ...], errors: tuple[Error, ...]) -> list[Factor]:
    passed = sum(c.passed for c in checks)
    engines = next(e for e in errors if e.key == "engines")
    all_of = passed == len(checks)
    agree = engines.death <= 1e-4 and engines.days <= 0.01
    counts = {"passed": str(passed), "of": str(len(checks))}
    differences = {"death": f"{engines.death:.1e}", "days": f"{engines.days:.1e}"}
    return [
        Factor("code", "quality", rate(all_of and r.risk != "high", all_of), counts),
        Factor("code", "numerics", rate(all_of and agree, all_of), differences),
    ]


def _calculation(
    r: Risk, checks: tuple[Check, ...], errors: tuple[Error, ...], sampling: tuple[Sampling, ...]
) -> list[Factor]:
    by = {e.key: e for e in errors}
    noise = min((s.error for s in sampling), default=DAY)
    allowed = min(0.1 * noise, DAY)
    dense = by["dense"]
    hard = max((by[k] for k in ("hundred", "history", "reference")), key=lambda e: e.mean_gain)
    refused = next(c for c in checks if c.key == "refused")
    ahead = min((s.ahead / s.ahead_error if s.ahead_error > 0 else 0.0 for s in sampling), default=0.0)
    worst = max(sampling, key=lambda s: s.error, default=None)
    values = {"n": str(refused.of - int(refused.figure)), "of": str(refused.of)}
    return [
        Factor(
            "calculation",
            "discretization",
            rate(dense.mean_gain <= allowed, dense.mean_gain <= noise),
            {"days": f"{dense.days:.2f}", "mean": f"{dense.mean_gain:.4f}", "noise": f"{noise:.2f}"},
        ),
        Factor(
            "calculation",
            "solver",
            rate(hard.mean_gain <= allowed, hard.mean_gain <= noise),
            {
                "days": f"{hard.days:.3f}",
                "mean": f"{hard.mean_gain:.4f}",
                "death": f"{hard.death:.1e}",
                "meld": f"{hard.meld:.3f}",
            },
        ),
        Factor(
            "calculation",
            "sampling",
            rate(ahead >= 2, bool(sampling) and all(s.mean > 2 * s.error for s in sampling)),
            {"error": f"{worst.error:.2f}" if worst else "-", "ahead": f"{ahead:.1f}"},
        ),
        Factor("calculation", "use", rate(refused.passed and r.risk == "low", refused.passed), values),
    ]


def _form(decision: Decision, known: Known, grades: dict[str, int]) -> list[Factor]:
    bests = {h.best for h in decision.by_hypothesis}
    share = grades["assumed"] / max(sum(grades.values()), 1)
    fresh = known.matches_model and known.matches_evidence
    form = {"hypotheses": str(len(decision.by_hypothesis)), "bests": str(len(bests))}
    inputs = {
        "assumed": f"{100 * share:.0f}",
        "of": str(sum(grades.values())),
        "moved": str(known.parameters_moved),
        "unknowns": str(known.unknowns),
    }
    return [
        Factor("validation", "form", rate(False, len(bests) == 1 and len(decision.by_hypothesis) > 1), form),
        Factor(
            "validation", "inputs", rate(fresh and share < MOST_ASSUMED[0], fresh and share < MOST_ASSUMED[1]), inputs
        ),
    ]


def _comparator(scope: Scope, validated: Validated, biases: dict[str, str]) -> list[Factor]:
    own = scope.of_population()
    controlled = {g.publication for g in own if not g.alone}
    sound = {p for p in controlled if biases.get(p) == "low"}
    assumed = sum(bool(g.assumed) for g in scope.given)
    samples = {"controlled": str(len(controlled)), "low": str(len(sound)), "people": str(scope.people_with_cells)}
    conditions = {"arms": str(len(scope.given)), "assumed": str(assumed)}
    return [
        Factor("validation", "samples", rate(len(controlled) > 1 and bool(sound), bool(controlled)), samples),
        Factor(
            "validation",
            "conditions",
            rate(bool(own) and assumed == 0, bool(own) and 2 * assumed <= len(scope.given)),
            conditions,
        ),
    ]


def _assessment(validated: Validated, people: Evaluation | None) -> list[Factor]:
    outside = validated.effects_outside  # a dose is chosen by differences between cells and control
    judged = outside or validated.effects
    share = validated.effective_share
    equivalent = {
        "effective_share": f"{100 * share:.0f}" if share == share else "-",
        "matched": str(validated.matched),
        "arms": str(len(validated.validation.matching)),
    }
    n, most = len(validated.outside), 2 * validated.matched >= len(validated.validation.matching)
    blind = sum(s == "blind" for s in validated.standing.values())
    return [
        Factor("validation", "equivalency", rate(share >= 0.8 and most, share >= 0.4 and most), equivalent),
        Factor("validation", "output", _output(judged, outside is not None), _output_values(judged)),
        Factor(
            "validation",
            "independence",
            rate(blind > 0 and n > 2, n > 0),
            {"n": str(n), "of": str(len(validated.standing)), "blind": str(blind)},
        ),
        Factor(
            "validation", "persons", rate(False, people is not None), {"people": str(people.people if people else 0)}
        ),
    ]


def calibrated(g: Group) -> bool:
    """True if the coverage of the 50 and 90 % intervals is close to nominal."""
    return HALF[0] <= g.in_50 <= HALF[1] and NEARLY[0] <= g.in_90 <= NEARLY[1]


def _output(g: Group | None, outside: bool) -> str:
    if g is None:
        return "no"
    all_beaten = g.beats == len(g.references)
    return rate(outside and calibrated(g) and all_beaten, calibrated(g) or all_beaten)


def _output_values(g: Group | None) -> dict[str, str]:
    if g is None:
        return dict.fromkeys(("in_50", "in_90", "score", "plain", "pooled", "regressed"), "-")
    names = {"plain": "no_effect", "pooled": "pooled_effect", "regressed": "meta_regression"}
    return {
        "in_50": f"{100 * g.in_50:.0f}",
        "in_90": f"{100 * g.in_90:.0f}",
        "score": f"{g.log_score:.2f}",
    } | {key: f"{g.references[n][1]:.2f}" for key, n in names.items()}


def _applicability(scope: Scope) -> list[Factor]:
    survival, meld = scope.numbers["survival"], scope.numbers["meld"]
    seen = [name for name, row in scope.numbers.items() if row[1] > 0]
    inside, long = scope.share("inside"), scope.days_with_cells >= scope.horizon
    interests = {
        "seen": str(len(seen)),
        "of": str(len(scope.numbers)),
        "survival": str(survival[1]),
        "meld": str(meld[1]),
    }
    context = {
        "inside": f"{100 * inside:.0f}",
        "never": f"{100 * scope.share('never'):.0f}",
        "days": f"{scope.days_with_cells:g}",
        "horizon": f"{scope.horizon:g}",
    }
    return [
        Factor("applicability", "interests", rate(len(seen) == len(scope.numbers), survival[1] > 0), interests),
        Factor(
            "applicability", "context", rate(inside >= 0.8 and long and not scope.extrapolation, inside >= 0.4), context
        ),
    ]
