"""Benefits and harms of a window: value of each patient under each arm, with the limit of each harm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.harms import HARMS
from hepatica.dosing.window.course import Courses
from hepatica.dosing.window.shape import Shape
from hepatica.outcomes.quality_of_life import quality_adjusted_life_days
from hepatica.outcomes.recovery import FUNCTIONS, Function, healthy_level, share_recovered
from hepatica.outcomes.scores import meld3

Floats = NDArray[np.float64]
OVERT = 2.0  # West-Haven grade from which encephalopathy is overt
DEAD_MELD = 40.0  # points that a death or a transplant counts: the highest of the score, so that dying is no gain
RECOVERY_DAY = 90.0


class EndpointKind(Enum):
    """Kind of an endpoint: larger is better, or larger is worse."""

    BENEFIT = "benefit"
    HARM = "harm"


class Unit(Enum):
    """Unit of an endpoint's difference from standard care."""

    DAYS = "day"
    PROBABILITY = "probability"
    POINTS = "points"
    SHARE = "share"
    CELLS_PER_KG = "cell/kg"
    PERCENT_AREA = "percent"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Endpoint of a window, compared with standard care in the same patient.

    Attributes
    ----------
    name : str
    label : mapping of {"en", "zh"} to str
    kind : EndpointKind
    unit : Unit
    values : callable
        Of courses, (arm, patient); as it is, larger is better for a benefit and worse for a harm.
    needs : tuple of str
        Outputs that the model may lack; without them there is no such endpoint.
    day : float
        Day that the horizon has to reach.
    is_peak : bool
        True if it is read at the ends of infusions too, where the lung is fullest.
    limit : float
        Excess that is marked on the window; inf is none.
    reason : str
        Why this limit.
    """

    name: str
    label: Mapping[str, str]
    kind: EndpointKind
    unit: Unit
    values: Callable[[Courses], Floats]
    needs: tuple[str, ...] = ()
    day: float = 0.0
    is_peak: bool = False
    limit: float = float("inf")
    reason: str = ""

    @property
    def shape(self) -> Shape:
        """Unimodal for a benefit, monotone for a harm."""
        return Shape.UNIMODAL if self.kind is EndpointKind.BENEFIT else Shape.MONOTONE

    def differences(self, courses: Courses) -> Floats:
        """Difference of each arm but the first from the first, (arm, patient); NaN where a solve failed."""
        values = self.values(courses)
        failed = courses.ds["status"].values != 0
        return np.where(failed[1:] | failed[:1], np.nan, values[1:] - values[:1])


def net_gain(c: Courses) -> Floats:
    """Net quality-adjusted life days, (arm, patient)."""
    return c.benefit.net


def quality_adjusted_days(c: Courses) -> Floats:
    """Quality-adjusted life days before losses to harms, (arm, patient)."""
    return c.benefit.qald


def survival(c: Courses, *, day: float) -> Floats:
    """Probability of being alive at a day, transplanted or not, (arm, patient)."""
    return np.asarray(c.benefit.survival_curve[..., c.at(day)])


def transplant_free_survival(c: Courses, *, day: float) -> Floats:
    """Probability of being alive at a day without transplant, (arm, patient)."""
    return np.asarray(c.transplant_free[..., c.at(day)])


def days_without_infection(c: Courses) -> Floats:
    """Days alive without transplant before the first severe infection, (arm, patient)."""
    first = c.ds["infection_time"].values[..., :1] if "infection_time" in c.ds else np.inf
    onset = np.where(np.isfinite(first), first, np.inf)
    return quality_adjusted_life_days(c.transplant_free, (c.times < onset).astype(float), c.times)


def days_without_encephalopathy(c: Courses) -> Floats:
    """Days alive without transplant and without overt encephalopathy (grade 2 on), (arm, patient)."""
    clear = (c.values("encephalopathy") < OVERT).astype(float)
    return quality_adjusted_life_days(c.transplant_free, clear, c.times)


def meld3_points(c: Courses, *, day: float) -> Floats:
    """MELD 3.0 below the highest score at a day; who died or was transplanted counts as the highest, (arm, patient)."""
    k = c.at(day)
    labs: dict[str, Any] = {n: c.values(n)[..., k] for n in ("bilirubin", "creatinine", "inr", "sodium", "albumin")}
    points = np.asarray(meld3(**labs, female=np.zeros(len(c.weight)) if c.female is None else c.female))
    return c.transplant_free[..., k] * (DEAD_MELD - points)


def function_recovered(c: Courses, *, function: Function) -> Floats:
    """Share of a lost liver function that is back, 0 for the dead, (arm, patient); NaN where it was not lost."""
    share = share_recovered(c.values(function.output), healthy_level(function), function.direction)
    k = c.at(RECOVERY_DAY)
    return c.transplant_free[..., k] * share[..., k]


def harm_probability(c: Courses, *, name: str) -> Floats:
    """Probability of a harm that the decision counts, (arm, patient)."""
    return c.benefit.harms[name]


def peak_in_lung(c: Courses) -> Floats:
    """Largest number of viable cells in the lung at an output time, per kg of body weight, (arm, patient)."""
    return np.asarray(c.values("cells_lung").max(axis=-1) / c.weight)


def last_of(c: Courses, *, output: str) -> Floats:
    """Value at the horizon of those alive there, (arm, patient)."""
    return np.asarray(c.values(output)[..., -1])


# Excess of a probability at which a harm is marked where the study sets no limit of its own: assumed.
LIMITS = {
    "thrombosis": (0.05, "Assumed: one more embolism in twenty treated; the trials' interval excludes much more."),
    "reaction": (0.50, "Assumed: fever in every second patient; it passes within a day."),
    "infection": (0.05, "Assumed: one more severe infection in twenty treated."),
    "procedure": (0.10, "Assumed: one serious complication of the route in ten treated."),
    "bleeding": (0.02, "Assumed: one more major bleeding in fifty treated."),
    "tumour": (0.01, "Assumed: one more tumour in a hundred treated."),
}


def _days(day: float, en: str, zh: str) -> dict[str, str]:
    return {"en": f"{en}, day {day:g}", "zh": f"第 {day:g} 天{zh}"}


def _benefit(name: str, en: str, zh: str, values: Callable[[Courses], Floats], unit: Unit) -> Endpoint:
    return Endpoint(name=name, label={"en": en, "zh": zh}, kind=EndpointKind.BENEFIT, unit=unit, values=values)


FUNCTION_LABELS = {
    "bilirubin excretion": "胆红素排泄",
    "bilirubin conjugation": "胆红素结合",
    "bilirubin": "胆红素",
    "albumin synthesis": "白蛋白合成",
    "factor V": "凝血因子 V",
    "factor VII": "凝血因子 VII",
    "INR": "INR",
    "fibrinogen": "纤维蛋白原",
    "urea synthesis": "尿素合成",
    "ammonia": "血氨",
    "lactate clearance": "乳酸清除",
    "glucose production": "葡萄糖生成",
    "glycogen": "糖原",
    "ICG clearance": "吲哚菁绿清除",
}


def _function(f: Function) -> Endpoint:
    return Endpoint(
        name=f"recovered_{f.name.lower().replace(' ', '_')}",
        label={
            "en": f"{f.name} recovered, day {RECOVERY_DAY:g}",
            "zh": f"第 {RECOVERY_DAY:g} 天{FUNCTION_LABELS.get(f.name, f.name)}恢复",
        },
        kind=EndpointKind.BENEFIT,
        unit=Unit.SHARE,
        values=partial(function_recovered, function=f),
        day=RECOVERY_DAY,
    )


def _harm(name: str, label: Mapping[str, str]) -> Endpoint:
    limit, reason = LIMITS.get(name, (float("inf"), ""))
    return Endpoint(
        name=name,
        label=label,
        kind=EndpointKind.HARM,
        unit=Unit.PROBABILITY,
        values=partial(harm_probability, name=name),
        limit=limit,
        reason=reason,
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    _benefit("net_gain", "net quality-adjusted life days", "净质量调整生命日", net_gain, Unit.DAYS),
    _benefit("quality_adjusted_days", "quality-adjusted life days", "质量调整生命日", quality_adjusted_days, Unit.DAYS),
    *(
        Endpoint(
            name=f"{what}_{day}",
            label=_days(day, en, zh),
            kind=EndpointKind.BENEFIT,
            unit=Unit.PROBABILITY,
            values=partial(values, day=float(day)),
            day=float(day),
        )
        for what, en, zh, values in (
            ("survival", "survival", "生存率", survival),
            ("transplant_free", "transplant-free survival", "无移植生存率", transplant_free_survival),
        )
        for day in (28, 90, 180)
    ),
    Endpoint(
        name="meld3_90",
        label=_days(90, "MELD 3.0 points spared", "减少的 MELD 3.0 分"),
        kind=EndpointKind.BENEFIT,
        unit=Unit.POINTS,
        values=partial(meld3_points, day=90.0),
        needs=("sodium",),
        day=90.0,
    ),
    _benefit("infection_free_days", "days alive without infection", "无感染生存日", days_without_infection, Unit.DAYS),
    _benefit(
        "encephalopathy_free_days",
        "days alive without overt encephalopathy",
        "无显性肝性脑病生存日",
        days_without_encephalopathy,
        Unit.DAYS,
    ),
    *(_function(f) for f in FUNCTIONS),
    *(_harm(h.name, h.label) for h in HARMS),
    Endpoint(
        name="lung_load",
        label={"en": "viable cells in the lung at the peak", "zh": "肺内活细胞峰值"},
        kind=EndpointKind.HARM,
        unit=Unit.CELLS_PER_KG,
        values=peak_in_lung,
        needs=("cells_lung",),
        is_peak=True,
    ),
    Endpoint(
        name="sensitisation",
        label={"en": "immune memory against the donor", "zh": "对供者的免疫记忆"},
        kind=EndpointKind.HARM,
        unit=Unit.SHARE,
        values=partial(last_of, output="sensitisation"),
        needs=("sensitisation",),
    ),
    Endpoint(
        name="fibrosis",
        label={"en": "collagen of the liver added, share of the area", "zh": "肝胶原面积增加"},
        kind=EndpointKind.HARM,
        unit=Unit.PERCENT_AREA,
        values=partial(last_of, output="collagen"),
        needs=("collagen",),
    ),
)
"""All endpoints of a window, benefits first; an explicit list, so that one line adds one."""
HEADLINES = ("net_gain", "survival_90", "thrombosis", "reaction", "infection", "procedure")
"""Endpoints that are followed through every variation of patient, product and schedule."""
