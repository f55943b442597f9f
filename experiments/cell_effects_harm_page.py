"""Harms on the page of what cells do: tables of `cell_effects.py`, `_infection` and `_animals` in words."""

from __future__ import annotations

from collections.abc import Mapping

from cell_effects_infection import Row as Infection
from cell_effects_tables import POPULATION, Rows, Tables, table

INFECTION = """Infections were counted by the review in trials of every disease, and by Lin2017 in HBV-ACLF: each number
stands beside the people in whom it was counted. First severe infections before death within 24 weeks; at typical values
every effect acts, while over draws each may be none. Where no paralysis is there to relieve, suppression is left alone:
median draws lie within the review's interval, typical values at its upper end or above, so that the anchor is the
prior's middle, and not the case in which all acts. In HBV-ACLF relief of paralysis weighs more than suppression: fewer
infections than in the review's people, as Lin2017 counted."""
ANIMALS = """Beside what was seen in healthy animals: probability of an embolism that plugs the lung and of any
thrombo-embolism within a day, and the largest fall of oxygenation, at typical values (90 % over draws from the priors);
a primate stands in man's physiology. The fall of oxygenation ranks primates as seen. The model does not tell the mouse
bolus that killed from the one that was borne: any clot is certain after every bolus of a minute, and plugging of the
lung, which was to kill, stays near none. At the most 37 % of a bolus plugs at once, and half of that is gone after an
hour and a half, while `lethal_load` was set to cells given. Deaths of mice by a bolus are thus **not predicted**; in
people the share of clots that kill is that of decisions (5 %)."""
ALONE = """Harms that the dose makes and the rate of infusion leaves alone, HBV-ACLF, at typical values: relative risk
of infection (24 weeks; the second by suppression alone), scar that TGF-beta of the cells adds by day 180, relative
intensity of carcinoma, and memory of the immune system (0 to 1)."""
TUMOURS = """Carcinoma within five years in those alive, beside LinSu2019, and after cells at typical values (what cells
do to it is centred on nothing; its prior is in the chance of harm below). The background lies above what LinSu2019 had
of hepatitis B, most in survivors of ACLF: it rests on Thiele2014 too (untreated, 3.16 per 100 person-years, 15 % in
five years), and rises with age. Harms are relative to it."""
RATE = """By dose and time of infusion in HBV-ACLF (one infusion, peripheral vein, marrow cells): excess of
thrombo-embolism and of fever within four weeks in points, and the largest fall of oxygenation of the first two days.
Primates bore 1e7 per kg given slowly, 3e7 per kg given fast put them into a passing coma; a mouse bolus of 5e7 to 1.5e8
per kg kills when rich in tissue factor, and 2.5e8 per kg was borne by others."""


def harms(tables: Tables) -> list[str]:
    """Every harm beside its published number, then by dose."""
    return [
        "## Harm by mechanism",
        "Each harm beside the number it is anchored on: 1e6 cells/kg, four times, within half a year, at typical "
        "values, what no mechanism explains left out.",
        *_anchors(tables.anchors),
        INFECTION.replace("\n", " "),
        table(
            (
                *("published", "people here", "cells", "published, relative risk (95 %)", "model, typical"),
                *("suppression alone", "over draws, median (90 %)", "infected without cells, %", "median within"),
            ),
            [_infection(row) for row in tables.infection],
        ),
        TUMOURS.replace("\n", " "),
        table(
            ("population", "published, %", "without cells", "1e6 x4", "1e7 x4"),
            [(POPULATION[str(key)], *rest) for key, *rest in tables.tumours],
        ),
        RATE.replace("\n", " "),
        table(
            ("cells/kg", "hours", "viability", "thrombo-embolism, points", "fever, %", "oxygenation falls by, %"),
            tables.by_dose,
        ),
        ALONE.replace("\n", " "),
        table(
            ("cells/kg", "infusions", "infection", "by suppression", "scar, %", "carcinoma", "memory"),
            [
                (dose, times, f"{rr:.2f} ± {e:.2f}", f"{only:.2f} ± {o:.2f}", *rest)
                for dose, times, rr, e, only, o, *rest in tables.by_dose_alone
            ],
        ),
        ANIMALS.replace("\n", " "),
        table(
            (
                *("animal", "cells", "cells/kg", "minutes", "seen", "lung plugged, %", "any clot, %"),
                "oxygenation falls by, %",
            ),
            [_animal(row) for row in tables.animals],
        ),
    ]


def _anchors(anchors: Mapping[str, Rows]) -> list[str]:
    parts = []
    for key, rows in anchors.items():
        shown = [
            (name, f"{ours:.3g} ± {e:.2g}", f"{published} ({low}-{high})", "yes" if low <= ours <= high else "no")  # type: ignore[operator]
            for name, ours, e, published, low, high in rows
        ]
        parts += [f"**{POPULATION[key]}**", table(("harm", "model", "published (95 %)", "within"), shown)]
    return parts


def _infection(row: object) -> tuple[object, ...]:
    assert isinstance(row, Infection)
    middle, low, high = row.published
    median, least, most = row.drawn
    return (
        row.source,
        POPULATION[row.population],
        row.cells,
        f"{middle:.2f} ({low:.2f}-{high:.2f})",
        f"{row.typical[0]:.2f} ± {row.typical[1]:.2f}",
        f"{row.suppression[0]:.2f} ± {row.suppression[1]:.2f}",
        f"{median:.2f} ({least:.2f}-{most:.2f})",
        f"{100 * row.share:.0f}",
        "yes" if low <= median <= high else "no",
    )


def _animal(row: tuple[object, ...]) -> tuple[object, ...]:
    animal, cells, dose, days, seen, *values = row
    assert isinstance(days, float)
    three = (tuple(float(str(v)) for v in values[k : k + 3]) for k in (0, 3, 6))
    shown = (f"{middle:.3g} ({low:.2g}-{high:.3g})" for middle, low, high in three)
    return (animal, str(cells).replace("_", " "), dose, f"{1440 * days:.0f}", seen, *shown)
