"""Page of what cells do: tables of `cell_effects.py` in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from cell_effects_harm_page import harms
from cell_effects_hgf import DIED, LIVED, SHIOTA, Compared
from cell_effects_tables import NOT_COVERED, POPULATION, ROUTE, Row, Rows, Tables, number, table, with_error


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
        "HGF is made under load and taken up by working, perfused liver: two numbers for all diseases. Published "
        "levels are of different assays: each study has a factor of its own, about 1 with a log SD of 0.3, learnt from "
        "its printed levels. ng/mL at admission, by the statistic that was printed.",
        table(
            (
                "study",
                "people",
                "published",
                "simulated",
                "90 % of patients",
                "assay factor",
                "simulated by that assay",
                "within",
            ),
            [_hgf(row) for row in tables.hgf],
        ),
        _hgf_text(tables),
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
        *harms(tables),
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
        "### Blood flow, oxygen and clearance of waste",
        "Change by 1e6 cells/kg, four times, in per cent of standard care, mean of days 1 to 28 over draws from the "
        "priors: endothelium, flow that reaches hepatocytes (on which regeneration and the uptake of HGF depend), "
        "clearance of waste (on which the clearance of danger signals depends) and oxygen supply over demand (hypoxia "
        "kills hepatocytes and slows their division; without ischaemia supply is enough). Cells act on them by "
        "endothelium and by less inflammation and injury, after which more cells live that use oxygen; the share of "
        "the gain in the table above is what goes with endothelium.",
        *_blood(tables.blood),
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
            ("property", "fold", "cells in the liver, fold", "low", "high", "dose saved, %", "low", "high"),
            tables.homing,
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _hgf(row: Compared) -> Row:
    of = row.level
    ranged = f"{number(of.value)}" + (f" ({number(of.low)}-{number(of.high)})" if of.low is not None else "")
    inside = "" if of.low is None or of.high is None else "yes" if of.low <= row.simulated <= of.high else "no"
    low, high = row.spread
    by_assay = row.simulated * row.assay
    return (
        *(of.study, of.people, f"{ranged}, {of.statistic}", row.simulated, f"{number(low)}-{number(high)}"),
        *(f"{row.assay:.2f}", by_assay, inside),
    )


def _hgf_text(tables: Tables) -> str:
    """Order by severity, who dies, and what lies outside."""
    pairs = [(x.level.value, x.simulated) for x in tables.hgf if x.level.people != "fulminant hepatitis"]
    rank = float(np.corrcoef(*(np.argsort(np.argsort(v)) for v in zip(*pairs, strict=True)))[0, 1])
    died, lived = tables.died
    return (
        f"Rank correlation {rank:.2f} (fulminant hepatitis left out). High HGF marks who dies: acute failures who die "
        f"within four weeks have {died:.1f} ng/mL at admission, those who live {lived:.1f} (published {DIED} and "
        f"{LIVED}, Hughes). Outside: the mean of {SHIOTA} in fulminant hepatitis, four times the median of Hughes in "
        "failure not by paracetamol; no assay factor of either study brings both together."
    )


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


def _blood(blood: Mapping[str, Rows]) -> list[str]:
    head = ("mechanisms", "endothelium, %", "flow, %", "clearance of waste, %", "oxygen supply over demand, %")
    parts = []
    for key, rows in blood.items():
        shown = []
        for name, *values in rows:
            numbers = [float(str(v)) for v in values]
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
            shown.append((name, *(with_error(100 * (r - 1), 100 * e) for r, e in pairs)))
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
