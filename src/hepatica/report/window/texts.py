"""Names of doses, variations and subgroups of a window, for a reader."""

from __future__ import annotations

import numpy as np

from hepatica.report import names
from hepatica.therapeutic_window.answer import TherapeuticWindow
from hepatica.therapeutic_window.estimates import Window
from hepatica.therapeutic_window.subgroups import Subgroup
from hepatica.therapeutic_window.variations import Group, Variation
from hepatica.therapy import SOURCES, TREATMENTS
from hepatica.words import has, say

BEYOND = "†"


def dose(w: Window, log_dose: float, lang: str) -> str:
    """A dose to two digits, marked where nobody was ever given as much.

    Parameters
    ----------
    w : Window
        Whose dose it is.
    log_dose : float
        Decimal logarithm; inf is never, -inf below the lowest dose simulated.
    lang : {"en", "zh"}
        Language.
    """
    if np.isnan(log_dose):
        return "–"
    if log_dose == np.inf:
        return say("window.never", lang)
    if log_dose == -np.inf:
        return say("window.below", lang, dose=total(float(w.log_doses[0])))
    return total(log_dose) + (BEYOND if w.is_beyond(log_dose) else "")


def total(log_dose: float) -> str:
    """Cells to two digits.

    Examples
    --------
    >>> total(6.3011)
    '2×10⁶'
    """
    return names.cells(float(f"{10.0**log_dose:.2g}"))


def interval(w: Window, low: float, high: float, lang: str) -> str:
    """An interval of doses; a dash where there is none."""
    if np.isnan(low) or np.isnan(high):
        return "–"
    ends = [dose(w, v, lang) for v in (low, high)]
    return ends[0] if ends[0] == ends[1] else say("window.range", lang, low=ends[0], high=ends[1])


def with_error(mean: float, error: float, lang: str, scale: float = 1.0, digits: int = 1) -> str:
    """A mean with its Monte-Carlo error."""
    return say(
        "window.with_error", lang, mean=names.number(scale * mean, digits), error=names.number(scale * error, digits)
    )


def group(which: Group, lang: str) -> str:
    """Name of a variation."""
    return say(f"window.group_{which.value}", lang)


def level(v: Variation, lang: str) -> str:
    """To what it is changed."""
    if v.group is Group.ROUTE:
        return names.route(v.regimen.route, lang)
    if v.group is Group.SOURCE:
        return SOURCES[v.level].label[lang]
    if v.group is Group.TOGETHER:
        return say("window.level_with", lang, treatment=TREATMENTS[v.level].label[lang])
    if v.group is Group.DONOR:
        return say("window.level_autologous" if v.level == "autologous" else "window.level_allogeneic", lang)
    if v.group is Group.THAW:
        return say("window.level_thawed" if v.product.thawed else "window.level_fresh", lang)
    if v.group is Group.SPLITTING:
        return say("window.level_once", lang) if v.level == "1" else say("window.level_times", lang, n=v.level)
    if v.group is Group.INTERVAL:
        return say("window.level_days", lang, n=v.level)
    if v.group is Group.DURATION:
        return say("window.level_hours", lang, n=v.level)
    if v.group is Group.PASSAGE:
        return say("window.level_passage", lang, n=v.level)
    if v.group is Group.VIABILITY:
        return say("window.level_percent", lang, n=f"{100 * float(v.level):g}")
    if v.group is None:
        return say("window.line_base", lang)
    return say("window.level_fold", lang, n=v.level, group=group(v.group, lang))


def subgroup(s: Subgroup, lang: str) -> str:
    """Name of a subgroup."""
    kind, _, rest = s.level.partition("_")
    if kind == "aclf":
        return say("window.level_grade", lang, n=rest)
    if kind == "child":
        return say("window.level_child", lang, n=rest)
    if s.group is Group.CAUSE:
        cause = rest.replace(" ", "_")  # that of a user's own population has the user's name
        return say(f"window.cause_{cause}", lang) if has(f"window.cause_{cause}") else rest.replace("_", " ")
    scale = 100.0 if s.group is Group.SHUNT else 1.0
    what = say(f"window.measure_{kind}", lang)
    return say("window.level_range", lang, what=what, low=f"{scale * s.low:.0f}", high=f"{scale * s.high:.0f}")


def base(result: TherapeuticWindow, lang: str) -> str:
    """The schedule and the route that all variations change."""
    r = result.base.regimen
    often = names.schedule(r.infusions, r.interval, lang)
    return names.listed((often, names.route(r.route, lang)), lang)
