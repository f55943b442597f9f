"""Names of measurables and rules in words."""

from __future__ import annotations

import math

from hepatica.biomarkers.measurables import Measurable
from hepatica.biomarkers.policy_tree import Leaf, Split
from hepatica.variables import variables
from hepatica.words import say

SAID = (
    "urea", "lactate", "glucose", "fibrinogen", "factor_v", "il8", "hgf", "stiffness", "collagen", "potency",
    "tissue_factor", "cxcr4", "image_lung", "image_liver", "image_spleen", "cirrhosis", "age",
)  # fmt: skip
"""Measurables whose name or unit as measured here is said by this page."""


def marker_name(m: Measurable, lang: str) -> str:
    """Name of a measurable with its day.

    Examples
    --------
    >>> from hepatica.biomarkers.measurables import Group
    >>> marker_name(Measurable("inr", Group.CHANGE, 0.06, day=7.0, is_change=True), "en")
    'INR, change to day 7'
    """
    name = say(f"biomarkers.marker_{m.output}", lang) if m.output in SAID else variables()[m.output].label[lang]
    if m.is_change:
        return say("biomarkers.change_to", lang, name=name, day=f"{m.day:g}")
    return say("biomarkers.on_day", lang, name=name, day=f"{m.day:g}") if m.day else name


def cut_text(m: Measurable, cut: float, lang: str) -> str:
    """Cut of a measurable as it is read: in its unit, of a change in percent.

    Examples
    --------
    >>> from hepatica.biomarkers.measurables import Group
    >>> cut_text(Measurable("ammonia", Group.LAB, 0.06, is_log=True), math.log(80.0), "en")
    '80 umol/L'
    >>> cut_text(Measurable("inr", Group.CHANGE, 0.06, is_log=True, day=7.0, is_change=True), math.log(0.82), "en")
    '-18 %'
    """
    if m.is_change and m.is_log:
        return f"{100 * math.expm1(cut):+.0f} %"
    unit = "" if m.output in SAID or m.is_change else variables()[m.output].shown_unit[lang]
    return f"{math.exp(cut) if m.is_log else cut:.3g} {unit}".rstrip()


def rule_lines(tree: Split | Leaf, markers: list[Measurable], lang: str, *, day: float, depth: int = 0) -> list[str]:
    """Lines of a rule, indented by dots, ready to print.

    Parameters
    ----------
    tree : Split or Leaf
        Rule or its branch.
    markers : list of Measurable
        Of the rule.
    lang : str
        Language.
    day : float
        Day of the choice.
    depth : int
        Of the branch.
    """
    start = "· " * depth
    if isinstance(tree, Leaf):
        words = {"share": f"{100 * tree.share:.0f}", "gain": f"{tree.gain:.1f}"}
        if day > 0:
            said = say("biomarkers.go_on" if tree.treat else "biomarkers.stop", lang, **words)
        else:
            said = say("biomarkers.give" if tree.treat else "biomarkers.withhold", lang, **words)
        return [start + said]
    m = markers[tree.marker]
    words = {"name": marker_name(m, lang), "cut": cut_text(m, tree.cut, lang)}
    lines = [start + say("biomarkers.above", lang, **words)]
    lines += rule_lines(tree.above, markers, lang, day=day, depth=depth + 1)
    lines.append(start + say("biomarkers.below", lang, **words))
    return lines + rule_lines(tree.below, markers, lang, day=day, depth=depth + 1)
