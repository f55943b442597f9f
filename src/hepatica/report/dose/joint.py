"""Card of survival and recovery together: shares alive and recovered, and what survivors' labs owe to death."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hepatica.card import Card
from hepatica.dose_study import Answer
from hepatica.dose_summary.joint_recovery import (
    RECOVERED_BELOW,
    JointCourse,
    joint_courses,
    joint_days,
    joint_gain,
    joint_share,
)
from hepatica.report import names
from hepatica.report.style import BLUE, GREY, PURPLE, SKY, VERMILLION, legend_below, panels, styled
from hepatica.words import say

STATES = (("recovered", BLUE), ("ill", SKY), ("transplanted", PURPLE), ("dead", "#d8d8d8"))
"""States from below, with the colour of each."""


def joint_card(a: Answer, lang: str) -> Card:
    """Everybody by state on each day, beside MELD of survivors and what the same people had at admission."""
    courses = joint_courses(a)
    last = joint_days(courses)[-1]
    care, *cells = courses
    text = [
        say("report.joint_text", lang, meld=f"{RECOVERED_BELOW:g}"),
        say(
            "report.joint_bias",
            lang,
            day=f"{last:g}",
            fall=names.number(care.fall(last)),
            selection=names.number(care.selection(last)),
            bias=names.number(care.survivor_bias(last)),
        ),
    ]
    text += [
        say(
            "report.joint_gain",
            lang,
            hypothesis=names.hypothesis(c.hypothesis or "", lang),
            regimen=names.regimen(a.decision.arms[a.decision.top].regimen, lang),
            day=f"{last:g}",
            gain=names.interval(joint_gain(care, c, last), lang, 100.0),
        )
        for c in cells
    ]
    return Card(
        "joint",
        say("report.joint", lang),
        tuple(text),
        pd.DataFrame(_rows(courses, lang)),
        partial(figure, courses, lang),
        say("report.joint_alt", lang),
        say("report.joint_note", lang, meld=f"{RECOVERED_BELOW:g}"),
    )


def _title(c: JointCourse, lang: str) -> str:
    if c.hypothesis is None:
        return say("report.standard_care", lang)
    return say("report.recovery_with", lang, hypothesis=names.hypothesis(c.hypothesis, lang))


def _rows(courses: list[JointCourse], lang: str) -> list[dict[str, str]]:
    rows = []
    for day in joint_days(courses):
        for c in courses:
            k = c.at(day)
            rows.append(
                {
                    say("report.col_day", lang): f"{day:g}",
                    say("report.col_what", lang): _title(c, lang),
                    say("report.joint_recovered", lang): names.interval(joint_share(c, day), lang, 100.0),
                    say("report.joint_ill", lang): names.number(100 * float(c.ill[k])),
                    say("report.joint_transplanted", lang): names.number(100 * float(c.transplanted[k])),
                    say("report.joint_dead", lang): names.number(100 * float(c.dead[k])),
                    say("report.joint_survivors", lang): names.number(float(c.survivors_meld[k])),
                    say("report.joint_same_people", lang): names.number(float(c.survivors_admission_meld[k])),
                    say("report.joint_everybody", lang): names.number(float(c.everybodys_meld[k])),
                }
            )
    return rows


def figure(courses: list[JointCourse], lang: str) -> Figure:
    """Above, shares of all patients by state; below, MELD of survivors and of the same people at admission."""
    with styled():
        drawn, axes = panels(
            2, len(courses), width=12.5, height=2.4, sharex=True, sharey="row", gridspec_kw={"height_ratios": [1.5, 1]}
        )
        for column, c in enumerate(courses):
            _states(axes[0, column], c, lang)
            _meld(axes[1, column], c, lang)
            axes[0, column].set_title(_title(c, lang), fontsize=9)
            axes[1, column].set_xlabel(say("report.axis_days", lang))
        axes[0, 0].set_ylabel(say("report.axis_joint", lang))
        axes[1, 0].set_ylabel("MELD")
        legend_below(drawn, axes, 3)
    return drawn


def _states(ax: Axes, c: JointCourse, lang: str) -> None:
    shares = [100 * getattr(c, name) for name, _ in STATES]
    labels = [say(f"report.joint_{name}", lang) for name, _ in STATES]
    ax.stackplot(c.time, shares, colors=[colour for _, colour in STATES], labels=labels, lw=0)
    ax.plot(c.time, shares[0], color="black", lw=1.0)
    ax.set(xlim=(0, c.time[-1]), ylim=(0, 100))


def _meld(ax: Axes, c: JointCourse, lang: str) -> None:
    ax.plot(c.time, c.survivors_meld, color="black", lw=1.8, label=say("report.joint_survivors", lang))
    ax.plot(
        c.time, c.survivors_admission_meld, color=GREY, ls="--", lw=1.8, label=say("report.joint_same_people", lang)
    )
    ax.plot(c.time, c.everybodys_meld, color=VERMILLION, ls="-.", lw=1.8, label=say("report.joint_everybody", lang))
    ax.fill_between(c.time, c.survivors_meld, c.everybodys_meld, color=VERMILLION, alpha=0.2, lw=0)
    ax.axhline(RECOVERED_BELOW, color=BLUE, lw=0.8, ls=":")
    ax.xaxis.set_major_locator(MaxNLocator(5, prune="upper"))  # a number at the very end would be clipped
