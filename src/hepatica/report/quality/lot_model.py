"""Cards of a certificate whose loss is the model's: what the lot costs, in which world, and limits from loss."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hepatica.card import Card
from hepatica.manufacturing.clinical.basis import RANGES, Coordinate
from hepatica.manufacturing.clinical.surface import STRENGTHS
from hepatica.manufacturing.quality.arrays import Floats
from hepatica.manufacturing.quality.release.lot import LotRelease
from hepatica.manufacturing.quality.release.lot_model import ModelAssessment
from hepatica.manufacturing.quality.release.model_loss import AttributeLimit, LossSummary, ModelLoss
from hepatica.report.quality.cards import number, percent
from hepatica.report.style import BLUE, GREEN, GREY, LIMIT, VERMILLION, legend_below, log_scale, panels, roomy, styled
from hepatica.words import say

COLOURS = dict(zip(STRENGTHS, (BLUE, GREEN, GREY), strict=True))
LINES = dict(zip(STRENGTHS, ("-", "--", ":"), strict=True))


def days(loss: LossSummary) -> str:
    """Mean with its 95 % interval."""
    return f"{loss.mean:.2f} ({loss.low:.2f} – {loss.high:.2f})"


def cost_sentence(result: LotRelease, model: ModelAssessment, lang: str) -> str:
    """Cost of the lot at its dose, and what to do: raise the dose, or nothing, or reject."""
    potency = [f for f in result.findings if f.role == "potency"]
    lot = say("lot.of_potency", lang, value=f"{potency[0].result:.2g}") if potency else say("lot.this_lot", lang)
    given = {"lot": lot, "days": days(model.planned), "error": f"{model.planned.error:.2f}"}
    if model.factor > 1.0:
        dose = f"{result.adjusted:.3g} {result.dose_unit}".replace("e+0", "e")
        text = say("lot.costs_raise", lang, **given, dose=dose, adjusted=days(model.adjusted))
    else:
        text = say("lot.costs", lang, **given)
    return text + say("lot.against_rejection", lang, rejection=f"{model.rejection:.2f}")


def model_cards(result: LotRelease, model: ModelAssessment, lang: str) -> list[Card]:
    """Cards of the model's loss: by world, and limits from loss with their risks."""
    return [_worlds(model, lang), _limits(model, lang)]


def _worlds(model: ModelAssessment, lang: str) -> Card:
    rows = [
        (say(f"lot.world_{w.strength * 100:.0f}", lang), percent(w.probability), days(w.loss)) for w in model.worlds
    ]
    columns = [say(f"lot.{key}", lang) for key in ("world", "believed", "days_lost")]
    gain = say("decision.separator", lang).join(f"{say(f'common.{h}', lang)}: {g:.1f}" for h, g in model.gain)
    surface = model.loss.surface
    text = (
        say("lot.study", lang, study=model.study, regimen=model.regimen, patients=surface.patients, gain=gain),
        say("lot.clots", lang, clots=f"{model.clots.mean:.4f}", low=f"{model.clots.low:.4f}",
            high=f"{model.clots.high:.4f}"),
        say("lot.errors", lang, error=f"{model.planned.error:.2f}", fit=f"{surface.fit_error.max():.2f}"),
    )  # fmt: skip
    return Card(
        "worlds",
        say("lot.card_worlds", lang),
        text,
        pd.DataFrame(rows, columns=columns),
        lambda: curves_figure(model, lang),
        say("lot.alt_worlds", lang),
    )


def _limits(model: ModelAssessment, lang: str) -> Card:
    rows = []
    for x in model.limits:
        risks = None if x.limits is None else x.limits.risks
        sign = "≥" if x.is_lower else "≤"
        rows.append(
            (
                say(f"lot.acts_{x.coordinate.value}", lang),
                number(x.reference),
                say("lot.no_limit", lang) if x.true_limit is None else f"{sign} {number(x.true_limit)}",
                "–" if x.result_limit is None else f"{sign} {number(x.result_limit)}",
                "–" if risks is None else percent(risks.consumer_at_limit),
                "–" if risks is None else percent(risks.producer_of_good),
            )
        )
    keys = ("attribute", "reference", "true_limit", "result_limit", "consumer_risk", "producer_risk")
    columns = [say(f"lot.{key}", lang) for key in keys]
    text = say("lot.limits_from_loss", lang, rejection=f"{model.rejection:.2f}")
    return Card("limits", say("lot.card_limits", lang), (text,), pd.DataFrame(rows, columns=columns))


def world_curve(model: ModelLoss, coordinate: Coordinate, values: Floats, strength: float) -> tuple[Floats, Floats]:
    """Expected loss in one world at true values of an attribute, and its Monte-Carlo error, worse hypothesis, (n,)."""
    apart = ModelLoss(model.surface, {}, float(strength == 1.0), float(strength == 0.5))
    points = np.tile(apart.points(1.0)[:1], (len(values), 1))
    points[:, list(Coordinate).index(coordinate)] = values
    return apart.curve(coordinate, values), model.surface.error(points, strength=strength).max(axis=0)


def curves_figure(model: ModelAssessment, lang: str) -> Figure:
    """Loss over each measured attribute in the worlds of the link, with the lot's true value and the limit."""
    with styled():
        figure, axes = panels(1, len(model.limits), width=3.6 * len(model.limits) + 1.0, height=3.2)
        for k, x in enumerate(model.limits):
            _curve(axes[0, k], model, x, lang)
        axes[0, 0].set_ylabel(say("lot.days_lost_short", lang))
        legend_below(figure, axes, 3)
        return figure


def _curve(ax: Axes, model: ModelAssessment, x: AttributeLimit, lang: str) -> None:
    low, high = RANGES[x.coordinate]
    values = np.exp(np.linspace(np.log(low), np.log(high), 61))
    start = model.loss.surface.viability if x.coordinate is Coordinate.VIABILITY else 1.0
    shown = values * x.reference / start
    for strength in STRENGTHS if x.coordinate is Coordinate.POTENCY else STRENGTHS[:1]:
        mean, error = world_curve(model.loss, x.coordinate, values, strength)
        label = roomy(say(f"lot.world_{strength * 100:.0f}", lang))
        ax.plot(shown, mean, color=COLOURS[strength], ls=LINES[strength], lw=1.8, label=label)
        ax.fill_between(shown, mean - 1.96 * error, mean + 1.96 * error, color=COLOURS[strength], alpha=0.15, lw=0)
    ax.axhline(model.rejection, color=LIMIT, ls="-.", lw=1.2, label=roomy(say("lot.legend_rejection", lang)))
    own = model.loss.values[x.coordinate] * x.reference / start
    ends = np.quantile(own, [0.025, 0.975])
    ax.axvspan(*ends, color=VERMILLION, alpha=0.2, lw=0, label=roomy(say("lot.legend_lot", lang)))
    if x.coordinate is not Coordinate.VIABILITY:
        log_scale(ax.xaxis)
    ax.set_xlabel(roomy(say(f"lot.acts_{x.coordinate.value}", lang)))
