"""Page of what cells do: tables of `cell_effects.py` in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Row = tuple[object, ...]
Rows = Sequence[Row]
POPULATION = {
    "hbv_aclf": "HBV-related acute-on-chronic liver failure",
    "decompensated_cirrhosis": "decompensated cirrhosis",
    "compensated_cirrhosis": "compensated cirrhosis",
    "primary_biliary_cholangitis": "primary biliary cholangitis",
    "acute_liver_injury": "acute liver injury",
    "alcoholic_hepatitis": "alcoholic hepatitis",
    "alf_indeterminate": "acute failure, indeterminate",
    "alf_paracetamol": "acute failure by paracetamol",
}
ROUTE = {"peripheral_vein": "peripheral vein", "hepatic_artery": "hepatic artery", "portal_vein": "portal vein"}
NOT_COVERED = {
    "regeneration by growth factor (HGF)": "in vitro; angiogenic and mitogenic effects by contact",
    "protection of hepatocytes": "rodent, size assumed; vesicles, mitochondrial transfer",
    "repair of injured hepatocytes": "rodent, size assumed",
    "less recruitment of phagocytes": "rodent, size assumed",
    "healing of tissue damage": "assumed",
    "relief of immune paralysis": "assumed",
    "interleukin 10": "in vitro, size assumed",
    "macrophages turned to repair": "rodent, size assumed; recruitment against residence",
    "regulatory T cells": "in vitro, size assumed",
    "engulfed dying cells": "rodent (graft-versus-host disease)",
    "endothelium, so flow, oxygen and clearance of waste": "assumed; angiopoietin by name only",
    "degradation of matrix": "rodent, size assumed; cross-linking, nodules",
    "hepatocyte-like cells": "rodent, below 0.23 % of cells; expansion of them",
    "suppression of immunity (harm)": "primate direction, size assumed; kinds of bacteria",
    "interleukin 6 of the cells": "in vitro",
    "TGF-beta on scar (harm)": "human level, size assumed",
    "clotting and embolism (harm)": "human trials and mouse; varices, catheters",
    "plugging of the lung (harm)": "primate and mouse; oedema",
    "tumours (harm)": "human trials; growth of a tumour that is there",
    "faster clearance after sensitisation (harm)": "human antibodies; their effect assumed",
    "what no mechanism explains": "human trials",
}


def number(x: object, digits: int = 3) -> str:
    """A number with few digits; nothing for None."""
    if x is None:
        return ""
    if not isinstance(x, float | int):
        return str(x)
    if not math.isfinite(x):
        return ""
    return f"{x:.{digits}g}" if abs(x) < 1e4 else f"{x:.2g}"


def table(head: Sequence[str], rows: Rows) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(number(x) for x in row) + " |" for row in rows])


def with_error(mean: object, spread: object, digits: int = 2) -> str:
    """Mean ± Monte-Carlo error."""
    assert isinstance(mean, float) and isinstance(spread, float)
    return f"{mean:+.{digits}f} ± {spread:.{digits}f}"


@dataclass(frozen=True)
class Tables:
    """Rows of each table; by population where the name is plural of one."""

    hgf: Rows
    mediators: Rows
    anchors: Mapping[str, Rows]
    tumours: Rows
    by_dose: Rows
    mechanisms: Mapping[str, Rows]
    chance: Mapping[str, Rows]
    time: Mapping[str, Rows]
    homing: Rows
    weeks: Sequence[int]


def page(tables: Tables, *, patients: int, draws: int, seed: int, model: str) -> str:
    """All tables with what they say."""
    parts = [
        "# What cells do in the model, and how much of it",
        f"Made by `python experiments/cell_effects.py --write docs`: model {model[:12]}, {patients} patients at "
        f"typical "
        f"values, {draws} draws from the priors with four patients each, seed {seed}; nothing here is learnt "
        f"from people "
        "given cells. For research use. Not a medical device.",
        "## Hepatocyte growth factor of the patient",
        "HGF is made under load and taken up by working, perfused liver: two numbers for all diseases. "
        "Published levels "
        "are of different assays; the prior of its level in health has that in it. ng/mL at admission.",
        table(
            ("population", "published", "simulated, median (90 % of patients)", "within the published range", "source"),
            [_hgf(row) for row in tables.hgf],
        ),
        "## What cells make beside what the body makes",
        "Largest level that cells add within a year, median patient of HBV-ACLF. In plasma, and next to a cell that "
        "lodges in the liver, where a point source and measured diffusion set it. Reading: growth factors of cells are "
        "a small part of the patient's own everywhere but within a cell's diameter, and less than a hundredth of the "
        "liver lies there; what is left of growth by HGF, of VEGF and of TGF-beta is what follows from that. HGF given "
        "to people at thousands of times this amount showed no effect (Ido2011). PGE2, TSG-6 and IDO have no rate per "
        "cell in what was read; their half effect in cells is assumed (`cells_half`) and learnt.",
        table(
            (
                "route",
                "mediator",
                "patient's own",
                "added in plasma, 1e6 x4",
                "share of all",
                "added, 1e7 x4",
                "next to a cell",
                "liver next to cells, %",
            ),
            [_mediator(row) for row in tables.mediators],
        ),
        "IL-6 and IL-10 in pg/mL, all others in ng/mL.",
        "## Harm by mechanism",
        "Each harm beside the number it is anchored on: 1e6 cells/kg, four times, within half a year, at "
        "typical values, "
        "what no mechanism explains left out.",
        *_anchors(tables.anchors),
        "Carcinoma within five years in those alive, beside LinSu2019, and after cells at typical values "
        "(what cells do "
        "to it is centred on nothing; its prior is in the chance of harm below).",
        table(
            ("population", "published, %", "without cells", "1e6 x4", "1e7 x4"),
            [(POPULATION[str(key)], *rest) for key, *rest in tables.tumours],
        ),
        "By dose and time of infusion in HBV-ACLF (one infusion, peripheral vein, marrow cells): excess of "
        "thrombo-embolism and of fever within four weeks in points, and the largest fall of oxygenation of the first "
        "two days. Primates bore 1e7 per kg given slowly, 3e7 per kg given fast put them into a passing coma; a mouse "
        "bolus of 5e7 to 1.5e8 per kg kills when rich in tissue factor.",
        table(
            ("cells/kg", "hours", "viability", "thrombo-embolism, points", "fever, %", "oxygenation falls by, %"),
            tables.by_dose,
        ),
        "![Harm by dose and time of infusion](img/cells-harm.svg)",
        "Chance that cells do harm, P(hazard ratio of death within half a year > 1) over draws from the priors, with "
        "its Monte-Carlo error, and the median hazard ratio; then with each harm taken away.",
        *_chances(tables.chance),
        "## Mechanisms: what each gives",
        "Days alive gained within half a year by 1e6 cells/kg, four times, over draws from the priors; the share that "
        "goes when a mechanism is switched off (negative: the gain grows). Shares do not add up: mechanisms stand in "
        "for each other.",
        "![Share of the gain by mechanism](img/cells-mechanisms.svg)",
        *_mechanisms(tables.mechanisms),
        "## Time and laboratory",
        "Difference from standard care by week: labs of those alive then, and points of survival. The last plan "
        "asks what could be reached at all: cells that never die and mediators at their largest effect.",
        *_times(tables.time, tables.weeks),
        "## Homing",
        "Fold of a receptor, of targeting ligands or of lifetime in a carrier against fold of cells in the liver (area "
        "under the curve of four weeks, 90 % of patients), and the dose that it saves at equal exposure. The "
        "first pass "
        "through the lung does not change. `assumed`: no study with several levels of a receptor was found.",
        table(
            ("property", "fold", "cells in the liver, fold", "low", "high", "dose saved, %"),
            tables.homing,
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _hgf(row: Row) -> Row:
    key, published, low, high, median, least, most, source = row
    ranged = f"{number(published)}" + (f" ({number(low)}-{number(high)})" if low is not None else "")
    assert isinstance(median, float)
    inside = (
        "" if not isinstance(low, float) or not isinstance(high, float) else ("yes" if low <= median <= high else "no")
    )
    return (POPULATION[str(key)], ranged, f"{number(median)} ({number(least)}-{number(most)})", inside, source)


def _mediator(row: Row) -> Row:
    route, name, own, usual, high, near, around = row
    assert isinstance(own, float) and isinstance(usual, float)
    part = f"{100 * usual / (own + usual):.2g} %"
    return (
        ROUTE[str(route)],
        name,
        own,
        usual,
        part,
        high,
        near,
        None if not isinstance(around, float) else 100 * around,
    )


def _anchors(anchors: Mapping[str, Rows]) -> list[str]:
    parts = []
    for key, rows in anchors.items():
        shown = [
            (name, ours, f"{published} ({low}-{high})", "yes" if low <= ours <= high else "no")  # type: ignore[operator]
            for name, ours, published, low, high in rows
        ]
        parts += [f"**{POPULATION[key]}**", table(("harm", "model", "published (95 %)", "within"), shown)]
    return parts


def _chances(chance: Mapping[str, Rows]) -> list[str]:
    parts = []
    for key, rows in chance.items():
        shown = []
        for name, p1, e1, m1, p2, e2, m2 in rows:
            shown.append((name, f"{p1:.2f} ± {e1:.2f}", m1, f"{p2:.2f} ± {e2:.2f}", m2))
        head = ("case", "P, 1e6 x4", "hazard ratio", "P, 1e7 x4", "hazard ratio")
        parts += [f"**{POPULATION[key]}**", table(head, shown)]
    return parts


def _mechanisms(mechanisms: Mapping[str, Rows]) -> list[str]:
    parts = []
    for key, rows in mechanisms.items():
        shown = []
        for name, mean, spread, part, part_spread in rows:
            shown.append(
                (
                    name,
                    with_error(mean, spread),
                    "" if part is None else with_error(part, part_spread, 1),
                    NOT_COVERED.get(str(name), ""),
                )
            )
        head = ("mechanism", "days", "share of the gain, %", "evidence; not covered")
        parts += [f"**{POPULATION[key]}**", table(head, shown)]
    return parts


def _times(time: Mapping[str, Rows], weeks: Sequence[int]) -> list[str]:
    unit = {"albumin": "albumin, g/L", "bilirubin": "bilirubin, mg/dL", "inr": "INR", "meld": "MELD"}
    unit["alive"] = "alive, points"
    head = ("plan", "", *(f"week {w}" for w in weeks))
    parts = []
    for key, rows in time.items():
        shown = [(row[0], unit[str(row[1])], *(f"{x:+.2f}" for x in row[2:])) for row in rows]
        parts += [f"**{POPULATION[key]}**", table(head, shown)]
    return parts
