"""Predictions beside what was published, as cards."""

from __future__ import annotations

import pandas as pd

from hepatica.calibrate.loo import TRUSTED
from hepatica.calibrate.predict import Validation
from hepatica.card import Card
from hepatica.words import say


def prediction_cards(found: Validation, lang: str) -> list[Card]:
    """What was predicted of each number, and the totals of each publication beside the references."""
    rows = [
        {
            say("validate.publication", lang): r.publication,
            say("validate.arm", lang): r.arm + (f" - {r.against}" if r.against else ""),
            say("validate.endpoint", lang): r.endpoint,
            say("validate.day", lang): f"{r.time:g}",
            say("validate.observed", lang): f"{r.observed:.3g}",
            say("validate.median", lang): f"{r.quantiles[2]:.3g}",
            "50 %": f"{r.quantiles[1]:.3g} - {r.quantiles[3]:.3g}",
            "90 %": f"{r.quantiles[0]:.3g} - {r.quantiles[4]:.3g}"
            + ("" if r.quantiles[0] <= r.observed <= r.quantiles[4] else " *"),
            "CRPS": f"{r.crps:.3g}",
            say("validate.log_score", lang): f"{r.log_score:.2f}",
            **{say(f"validate.{n}", lang): f"{v[3]:.2f} ({v[0]:.3g} - {v[1]:.3g})" for n, v in r.references.items()},
        }
        for r in found.records
    ]
    names = ", ".join(found.in_sample)
    inside = (say("validate.in_sample", lang, names=names),) if names else ()
    cards = [
        Card(
            "predictions",
            say("validate.title", lang),
            (say("validate.text", lang), *inside),
            pd.DataFrame(rows),
            note=say("validate.note", lang),
        )
    ]
    totals = found.totals()
    if len(totals):
        table = pd.DataFrame(
            {
                say("validate.publication", lang): totals["publication"],
                say("validate.numbers", lang): totals["numbers"].map("{:.0f}".format),
                say("validate.in_50", lang): (100 * totals["in_50"].astype(float)).map("{:.0f} %".format),
                say("validate.in_90", lang): (100 * totals["in_90"].astype(float)).map("{:.0f} %".format),
                say("validate.crps", lang): totals["crps"].map("{:.3f}".format),
                say("validate.log_score", lang): totals["logscore"].map("{:.2f}".format),
                say("validate.width", lang): totals["width_90"].map("{:.2f}".format),
                **{
                    f"{say(f'validate.{n}', lang)}: {say('validate.crps', lang)}": totals[f"{n}_crps"].map("{:.3f}".format)
                    for n in ("no_effect", "pooled_effect")
                },
                **{
                    f"{say(f'validate.{n}', lang)}: {say('validate.log_score', lang)}": totals[f"{n}_logscore"].map(
                        "{:.2f}".format
                    )
                    for n in ("no_effect", "pooled_effect")
                },
            }
        )
        cards.append(Card("totals", say("validate.totals", lang), (), table, note=say("validate.totals_note", lang)))
    if found.shapes:
        rows = [
            {say("validate.publication", lang): k, "Pareto k": f"{v:.2f}" + (" *" if v >= TRUSTED else "")}
            for k, v in found.shapes.items()
        ]
        cards.append(
            Card("left_out", say("validate.shapes", lang), (), pd.DataFrame(rows), note=say("validate.shapes_note", lang))
        )
    if found.left:
        left = pd.DataFrame(
            {say("validate.what", lang): list(found.left), say("validate.why", lang): list(found.left.values())}
        )
        cards.append(Card("left", say("validate.left", lang), (), left))
    return cards
