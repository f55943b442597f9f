"""Summary of decisions in worlds whose truth is known, and its page."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from known_truth_readers import table

from hepatica.patients.draws import PRIOR_NULL_EFFECT_PROBABILITY

WORLDS = ("a", "b", "c", "d", "e")
SAYS = {
    "a": "cells do nothing",
    "b": "benefit saturates early",
    "c": "benefit keeps rising",
    "d": "harm above a threshold",
    "e": "one hypothesis, then the other",
}
READERS_TEXT = """The same evidence with each named prior of the whole effect in the place of the one that the
mechanisms imply, and with each reader's chance that cells do nothing (sceptical 50 %, neutral 10 %, enthusiastic 2 %).
Means over replicates with their standard errors. *Gain* and *P(gain > 0)* are of the regimen ranked first, the chance
of no effect counted in, under the less favourable hypothesis; it is *sure* where that probability is above 90 % under
both and enough draws are effective. The true rank is 1 where the best was ranked first."""


def summary(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a world; (b) to (d) also where Lin's regimen reaches at most 70 % of the best gain."""
    sections = []
    for world in WORLDS:
        own = [r for r in rows if r["world"] == world and "top" in r]
        room = [r for r in own if r["true_lin"] <= 0.7 * r["true_best"]] if world in "bcd" else own
        if not own:
            continue
        use = room or own
        sections.append(
            {
                "world": world,
                "replicates": len(own),
                "confident": sum(r["confident"] for r in own),
                "confident_but_for_nothing": sum(r["confident_but_for_nothing"] for r in own),
                "cannot_tell": sum(not r["confident"] for r in own),
                "holds": float(np.mean([r["holds"] for r in own])),
                "set_share": float(np.mean([r["share"] for r in own])),
                "with_room": len(room),
                "regret": float(np.mean([r["true_best"] - r["true_top"] for r in use])),
                "regret_standard": float(np.mean([r["true_best"] for r in use])),
                "regret_lin": float(np.mean([r["true_best"] - r["true_lin"] for r in use])),
                "effective": float(np.median([min(r["effective"]) for r in own])),
            }
        )
    return sections


def page(
    worlds: list[dict[str, Any]], priors: list[dict[str, Any]], arms: int, options: argparse.Namespace, described: str
) -> str:
    """The results as a page of the docs, below what the script says of itself."""
    lines = [
        "# Decisions under a known truth",
        "",
        f"Written by `python experiments/known_truth.py --replicates {options.replicates} --draws {options.draws} "
        f"--people {options.people} --truth-people {options.truth_people} --write docs`.",
        "",
        *[x.strip() for x in described.split("\n\n", 2)[2].splitlines()],
        "",
        "Regret is in quality-adjusted life days of the top-ranked regimen (standard care among them) against the "
        "true best; in (b) to (d) over the replicates in which Lin 2017's regimen reaches at most 70 % of the best "
        "gain. Confidence counts in the chance that cells do nothing in people "
        f"({100 * PRIOR_NULL_EFFECT_PROBABILITY:.0f} % before any outcome of people); "
        "`without it` is what the intervals of the model alone would have called sure.",
        "",
        "| world | replicates | cells with confidence | without it | 'cannot tell' | 90 % set holds a good regimen | "
        "its share of the grid | with room | regret | of standard care for all | of Lin's for all | effective draws |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in worlds:
        lines.append(
            f"| ({r['world']}) {SAYS[r['world']]} | {r['replicates']} | {r['confident']} | "
            f"{r['confident_but_for_nothing']} | {r['cannot_tell']} | "
            f"{100 * r['holds']:.0f} % | {100 * r['set_share']:.0f} % | {r['with_room']} | {r['regret']:.2f} | "
            f"{r['regret_standard']:.2f} | {r['regret_lin']:.2f} | {r['effective']:.0f} |"
        )
    lines += ["", "## Three readers", "", READERS_TEXT, "", *table(priors, arms), "", "For research use.", ""]
    return "\n".join(lines)
