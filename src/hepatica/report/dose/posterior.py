"""Prior against posterior: what the evidence changed of the answer, and how much of it the priors still decide."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.special import ndtri

from hepatica.card import Card
from hepatica.dose_study import Answer
from hepatica.dose_summary.learning import interval_contraction, most_informed
from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY
from hepatica.report import names
from hepatica.report.dose.figures import drawn
from hepatica.report.style import LOOKS, PRIOR, legend_below, panels
from hepatica.words import say


def learnt(a: Answer, lang: str) -> Card:
    """The top regimen and its gain before and after the evidence, then the unknowns that moved most."""
    known, prior = a.patients.cohort.known, a.prior
    title = say("report.learnt", lang)
    if known is None or prior is None:
        return Card("learnt", title, (say("report.learnt_prior_only", lang),))
    arm, rows = a.decision.top, []
    for name, d in (("prior", prior.decision), ("posterior", a.decision)):
        row = {
            say("report.col_known", lang): say(f"report.{name}", lang),
            say("report.col_first", lang): names.arm_name(d.arms[d.top], lang, d.arms),
        }
        for h in d.by_hypothesis:
            row[names.hypothesis(h.hypothesis, lang)] = names.interval(h.gain[arm], lang)
        rows.append(row)
    share = 100 * interval_contraction(prior.decision, a.decision)
    text = [
        say(
            f"report.learnt_{'text' if share <= 100 else 'wider'}",
            lang,
            regimen=names.arm_name(a.decision.arms[arm], lang),
            share=names.number(share, 0),
            same=say(f"report.learnt_{'same' if prior.decision.top == a.decision.top else 'other'}", lang),
        )
    ]
    informed = (f"*{p.label}* ({p.shift:+.1f}, {p.contraction:.2f})" for p in most_informed(a))
    text.append(say("report.learnt_moved", lang, moved=names.listed(informed, lang)))
    after = (
        f"{names.number(100 * p, 0)} % ({names.hypothesis(h.hypothesis, lang)})"
        for h, p in zip(a.decision.by_hypothesis, a.decision.null_effect_probability, strict=False)
    )
    text.append(
        say(
            "report.learnt_nothing",
            lang,
            before=names.number(100 * PRIOR_NULL_EFFECT_PROBABILITY, 0),
            after=names.listed(after, lang),
        )
    )
    p = known.provenance
    text.append(
        say(
            "report.posterior_provenance",
            lang,
            publications=", ".join(p.get("publications", ())),
            evidence=p.get("evidence", ""),
            model=p.get("model", ""),
            seed=p.get("seed", ""),
            draws=known.n,
        )
    )
    if p.get("model") != a.system.model.hash:
        text.append(say("report.learnt_stale", lang))
    return Card(
        "learnt",
        title,
        tuple(text),
        pd.DataFrame(rows),
        partial(prior_and_posterior, a, lang),
        alt=say("report.learnt_alt", lang),
        note=say(
            "report.learnt_note",
            lang,
            patients=prior.patients,
            draws=prior.draws,
            errors=names.listed(
                (names.number(prior.monte_carlo_error(k, arm)) for k in range(len(prior.decision.by_hypothesis))), lang
            ),
        ),
    )


@drawn
def prior_and_posterior(a: Answer, lang: str) -> Figure:
    """Of the unknowns that moved most: 50 and 90 % of the prior as bars, of the draws as lines, in SDs of the prior."""
    moved = most_informed(a)
    figure, axes = panels(1, 1, width=8.5, height=1.2 + 0.3 * len(moved))
    ax, (colour, _, marker), ticks = axes[0, 0], LOOKS[0], []
    for k, p in enumerate(moved):
        for share, thick, thin in ((0.9, 9, 1.2), (0.5, 14, 3.2)):
            tail = (1 - share) / 2
            ax.plot(
                [ndtri(tail), ndtri(1 - tail)],
                [-k, -k],
                color=PRIOR,
                lw=thick,
                solid_capstyle="butt",
                zorder=1,
                label=say("report.prior", lang) if k == 0 and share == 0.9 else None,
            )
            ax.plot(
                np.quantile(p.z, [tail, 1 - tail]), [-k, -k], color=colour, lw=thin, solid_capstyle="butt", zorder=2
            )
        ax.plot(
            np.median(p.z),
            -k,
            marker=marker,
            color=colour,
            mec="white",
            ms=7,
            ls="none",
            zorder=3,
            label=say("report.posterior", lang) if k == 0 else None,
        )
        under = p.key.hypothesis
        ticks.append(f"{p.label} ({names.hypothesis(under, lang)})" if under else p.label)
    ax.axvline(0, color="black", lw=0.8, zorder=0)
    ax.set_yticks([-k for k in range(len(ticks))], ticks)
    ax.set(ylim=(-len(ticks) + 0.4, 0.7), xlabel=say("report.axis_prior", lang))
    legend_below(figure, axes, 2)
    return figure
