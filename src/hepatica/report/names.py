"""Names of things for a reader: regimens, hypotheses, labs and numbers with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from hepatica.dosing.assumptions import Assumption
from hepatica.dosing.variance_components import VarianceComponents
from hepatica.evidence import Arm as PublishedArm
from hepatica.evidence import load, references
from hepatica.simulation import Arm
from hepatica.therapy import ROUTES, SOURCES, TREATMENTS, Regimen
from hepatica.variables import variables
from hepatica.words import catalogue, say

_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def number(value: float, digits: int = 1) -> str:
    """A rounded number; never a negative zero, a dash where there is none.

    Examples
    --------
    >>> number(-0.04), number(2.345, 2), number(float("nan"))
    ('0.0', '2.35', '–')
    """
    return f"{round(float(value), digits) + 0.0:.{digits}f}" if np.isfinite(value) else "–"


def interval(s: VarianceComponents, lang: str, scale: float = 1.0, digits: int = 1) -> str:
    """A mean with its Monte-Carlo standard error and its 90 % interval."""
    return estimate(scale * s.mean, scale * s.low, scale * s.high, scale * s.error, lang, digits)


def estimate(mean: float, low: float, high: float, error: float, lang: str, digits: int = 1) -> str:
    """A number with its Monte-Carlo standard error, where it has one that shows, and its 90 % interval.

    Examples
    --------
    >>> estimate(1.26, 0.5, 2.0, 0.2, "en"), estimate(1.26, 0.5, 2.0, float("nan"), "en")
    ('1.3 ± 0.2 (0.5 to 2.0)', '1.3 (0.5 to 2.0)')
    """
    return say(
        "decision.interval",
        lang,
        mean=number(mean, digits) + with_error(error, digits),
        low=number(low, digits),
        high=number(high, digits),
    )


def with_error(error: float, digits: int = 1) -> str:
    """Monte-Carlo standard error behind a number; nothing where it rounds to zero."""
    return f" ± {number(error, digits)}" if np.isfinite(error) and round(error, digits) > 0 else ""


def listed(names: Iterable[str], lang: str) -> str:
    """Names in a row, as a language separates them."""
    return say("decision.separator", lang).join(names)


def cells(count: float) -> str:
    """A number of cells as people write it.

    Examples
    --------
    >>> cells(2e6), cells(1.25e7), cells(1e6)
    ('2×10⁶', '1.25×10⁷', '10⁶')
    """
    mantissa, exponent = f"{count:.3e}".split("e")
    head = mantissa.rstrip("0").rstrip(".")
    return ("" if head == "1" else f"{head}×") + f"10{str(int(exponent)).translate(_RAISED)}"


def route(name: str, lang: str) -> str:
    """Label of a route."""
    return ROUTES[name].label[lang]


def arm_name(arm: Arm, lang: str, among: Sequence[Arm] = ()) -> str:
    """Short name, as it stands in the tables; the words in it in the reader's language.

    Parameters
    ----------
    arm : Arm
        To be named.
    lang : {"en", "zh"}
        Language.
    among : sequence of Arm, optional
        Arms of the same table: infusion time, source and co-treatment are named where these differ in them.
    """
    if not arm.regimen.gives_cells:
        return say("report.standard_care", lang)
    r, others = arm.regimen, [a for a in among if a.regimen.gives_cells]
    often = say("report.once", lang) if r.infusions == 1 else f"x{r.infusions} q{r.interval:g}d"
    parts = [f"{r.short_dose} {often} {route(r.route, lang)}"]
    if len({a.regimen.duration for a in others}) > 1:
        parts.append(infusion_time(r, lang))
    if len({a.product.source for a in others}) > 1:
        parts.append(SOURCES[arm.product.source].label[lang])
    if len({a.together_with for a in others}) > 1:
        parts += [TREATMENTS[t].label[lang] for t in arm.together_with]
    return listed(parts, lang)


def infusion_time(r: Regimen, lang: str) -> str:
    """Time of one infusion.

    Examples
    --------
    >>> infusion_time(Regimen(1e6, duration=0.5 / 24), "en")
    'over 0.5 h'
    """
    return say("window.level_hours", lang, n=f"{24 * r.duration:.3g}")


def treatment(arm: Arm, lang: str) -> str:
    """A regimen in words with its infusion time and the source of its cells."""
    parts = [regimen(arm.regimen, lang), infusion_time(arm.regimen, lang), SOURCES[arm.product.source].label[lang]]
    return listed(parts, lang)


def schedule(infusions: int, interval: float, lang: str) -> str:
    """Number of infusions and the days between them, in words."""
    if infusions == 1:
        return say("report.given_once", lang)
    return say("report.given_often", lang, n=infusions, interval=f"{interval:g}")


def regimen(r: Regimen, lang: str) -> str:
    """A regimen in words."""
    per = say("report.per_kg" if r.per_kg else "report.in_all", lang, cells=cells(r.dose))
    often = schedule(r.infusions, r.interval, lang)
    return say("report.regimen", lang, dose=per, often=often, route=route(r.route, lang))


def hypothesis(name: str, lang: str) -> str:
    """A hypothesis in words."""
    return say(f"common.{name}", lang)


def assumption(a: Assumption, lang: str) -> str:
    """Assumption in words; one without words goes by its label."""
    return say(f"decision.moves_{a.parameter}", lang) if f"decision.moves_{a.parameter}" in catalogue() else a.label


def variable(name: str, lang: str) -> str:
    """Label of a variable without its unit; a quantity that is not in the table goes by its name."""
    return variables()[name].label[lang] if name in variables() else name


def cohort(key: str, n: int | None, lang: str) -> str:
    """A published cohort and its size."""
    short = references()[load(key).cite].short()
    return short if n is None else say("report.cohort", lang, publication=short, n=n)


def published(key: str, arm: PublishedArm, lang: str) -> str:
    """An arm of a published trial."""
    kind = say("report.with_cells", lang) if arm.product else say("report.standard_care", lang)
    return say(
        "report.published_arm",
        lang,
        publication=references()[load(key).cite].short(),
        arm=kind,
        n="–" if arm.n is None else arm.n,
    )
