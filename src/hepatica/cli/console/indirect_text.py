"""Indirect evidence as the terminal shows it: the list of publications, and one publication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hepatica.cli.console.terminal import make_table, out
from hepatica.words import say

if TYPE_CHECKING:
    from hepatica.evidence.indirect import IndirectPublication
    from hepatica.evidence.indirect_rows import IndirectArm, IndirectObservation

COLUMNS = ("key", "species", "disease", "doses", "n")


def print_indirect(publications: tuple[IndirectPublication, ...], lang: str) -> None:
    """Print publications of indirect evidence, one a row."""
    from hepatica.evidence.indirect_tables import summary_indirect

    table = make_table(*(say(f"evidence.column_{name}", lang) for name in COLUMNS))
    rows = summary_indirect(publications)
    for row in rows:
        n = "–" if row["n"] is None else f"{row['n']}" if row["n_complete"] else f"≥{row['n']}"
        species = ", ".join(row["species"]) or "–"
        table.add_row(row["key"], species, row["disease"] or "–", _doses(row["lowest"], row["highest"], row), n)
    out.print("")
    out.print(say("evidence.indirect", lang), style="bold")
    out.print(table)
    several = sum(row["several_doses"] for row in rows)
    observations = sum(row["observations"] for row in rows)
    out.print(say("evidence.indirect_count", lang, publications=len(rows), several=several, observations=observations))


def _number(x: float) -> str:
    return f"{x:.3g}".replace("e+0", "e")


def _doses(low: float | None, high: float | None, row: dict[str, object]) -> str:
    """Range of printed doses."""
    if low is None or high is None:
        return "–"
    return " to ".join(dict.fromkeys((_number(low), _number(high)))) + f" {row['dose_unit']}"


def print_indirect_publication(publication: IndirectPublication, variable: str, lang: str) -> None:
    """Print one publication of indirect evidence: its source, arms and observations."""
    from hepatica.evidence.indirect_tables import indirect_record

    full, none = indirect_record(publication), "–"
    out.print(f"{publication.key}", style="bold")
    out.print(say("evidence.source", lang, reference=full["reference"]))
    species, disease = ", ".join(publication.species) or none, publication.disease or none
    read, product = publication.read_in, publication.product or none
    out.print(say("evidence.indirect_design", lang, species=species, disease=disease, product=product, read_in=read))
    if publication.note:
        out.print(publication.note)
    arms = make_table(*(say(f"evidence.column_{name}", lang) for name in ("arm", "n", "given")))
    for arm in publication.arms:
        arms.add_row(arm.id, none if arm.n is None else str(arm.n), given_indirect(arm))
    out.print(arms)
    rows = make_table(*(say(f"evidence.column_{name}", lang) for name in ("arm", "variable", "time", "found", "place")))
    sought = variable.replace("_", " ").casefold()
    for o in publication.observations:
        if sought in o.variable.casefold():
            times = ", ".join(f"{t:g}" for t in o.time) or none
            name = f"{o.variable} (against {o.against})" if o.against else o.variable
            rows.add_row(", ".join(o.arms), name, times, observed_text(o), o.place)
    out.print(rows)


def given_indirect(arm: IndirectArm) -> str:
    """Treatment of an arm in a few words.

    Examples
    --------
    >>> from hepatica.evidence.indirect import load
    >>> given_indirect(load("human_ra_cx611").arm("d1"))
    '1e6 cells/kg, 3 infusions, intravenous; days 1, 8, 15'
    """
    derived = " (derived)" if arm.per_kg_basis == "derived" else ""
    parts = (
        arm.label,
        "" if arm.dose_per_animal is None else f"{_number(arm.dose_per_animal)} cells",
        "" if arm.dose_per_kg is None else f"{_number(arm.dose_per_kg)} cells/kg{derived}",
        f"{arm.infusions} infusion{'s' * (arm.infusions > 1)}" if arm.infusions else "",
        arm.route,
        arm.start,
    )
    text = ", ".join(part for part in parts if part)
    return "; ".join(part for part in (text, arm.note) if part)


def observed_text(o: IndirectObservation) -> str:
    """Observed value, or direction, with its unit and its printed dispersion.

    Examples
    --------
    >>> from hepatica.evidence.indirect import load
    >>> observed_text(load("meta_sepsis_animals_2020").observations[1])
    '0.33 (0.2 to 0.56)'
    """
    text = "" if o.value is None else f"{o.value:g}"
    text += "".join(f" ± {s:g}" for s in (o.sd, o.se, o.spread) if s is not None)
    if o.low is not None and o.high is not None:
        text += f" ({o.low:g} to {o.high:g})" if text else f"{o.low:g} to {o.high:g}"
    elif o.low is not None or o.high is not None:
        text += f"at least {o.low:g}" if o.low is not None else f"below {o.high:g}"
    text = f"{text} {o.unit}".strip() if text else ""
    return "; ".join(part for part in (text, o.direction, o.finding, o.note) if part)
