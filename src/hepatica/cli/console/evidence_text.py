"""Published evidence as the terminal shows it: the list, one publication, and the faults of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hepatica.cli.console.terminal import make_table, out
from hepatica.words import say

if TYPE_CHECKING:
    from hepatica.evidence import Publication
    from hepatica.evidence.arms import Arm
    from hepatica.evidence.faults import Checked, Fault
    from hepatica.evidence.indirect import IndirectPublication
    from hepatica.evidence.observations import Observation

COLUMNS = ("key", "citation", "year", "disease", "role", "arms", "people", "observations", "risk_of_bias", "population")
NARROW = ("key", "disease", "arms", "people", "observations", "risk_of_bias")
WIDE = 140  # characters from which all columns fit


def print_list(publications: tuple[Publication, ...], lang: str) -> None:
    """Print publications, one a row; fewer columns in a narrow window."""
    from hepatica.evidence.tabulate import summary

    table = make_table()
    names = COLUMNS if out.console.width >= WIDE else NARROW
    for name in names:
        right = name in ("arms", "people", "observations")
        table.add_column(
            say(f"evidence.column_{name}", lang),
            justify="right" if right else "left",
            overflow="ellipsis",
            no_wrap=right or name in ("key", "year", "role", "risk_of_bias"),
        )
    rows = summary(publications)
    for row, p in zip(rows, publications, strict=True):
        cells = {name: "–" if row.get(name) in (None, "") else str(row[name]) for name in COLUMNS if name in row}
        cells |= {
            "arms": str(row["arms"]) + (" *" if row["cells"] else ""),
            "people": _size(p),
            "observations": f"{row['usable']}/{row['observations']}",
        }
        table.add_row(*(cells[name] for name in names))
    out.print(table)
    if names != COLUMNS:
        out.print(say("evidence.narrow", lang, width=WIDE), style="dim")
    out.print(
        say(
            "evidence.count",
            lang,
            publications=len(rows),
            observations=sum(r["observations"] for r in rows),
            usable=sum(r["usable"] for r in rows),
        ),
    )
    out.print(say("evidence.legend", lang), style="dim")


def _size(p: Publication) -> str:
    """Number of people, a lower bound where an arm does not say."""
    from hepatica.evidence.tabulate import people

    total, complete = people(p)
    return "–" if total is None else f"{total}" if complete else f"≥{total}"


def print_publication(p: Publication, variable: str, lang: str) -> None:
    """Print one publication: design, conflicts between sources, arms and observations."""
    from hepatica.evidence.tabulate import published_record

    full = published_record(p)
    out.print(f"{p.key}: {p.title}", style="bold")
    out.print(say("evidence.source", lang, reference=full["reference"]))
    out.print(
        say(
            "evidence.design",
            lang,
            **p.model_dump(include={"design", "country", "disease", "role", "bias"}),
            population=p.population or "–",
            risk=p.risk_of_bias,
        ).rstrip()
    )
    if p.shares_people_with:
        out.print(say("evidence.shares", lang, keys=", ".join(p.shares_people_with)))
    if p.note:
        out.print(p.note)
    for text in p.conflicts:
        out.print(say("evidence.conflict", lang, text=text), style="yellow")
    for other in p.alternatives:
        what = given(other.of(p.arm(other.arm)))
        out.print(
            say("evidence.alternative", lang, id=other.id, arm=other.arm, what=what, note=other.note), style="yellow"
        )
    arms = make_table(*(say(f"evidence.column_{name}", lang) for name in ("arm", "people", "given")))
    for arm in p.arms:
        part = f" ⊂ {arm.subset_of}" if arm.subset_of else ""
        text = "; ".join(t for t in (arm.label, given(arm), arm.co_treatment, arm.note) if t)
        arms.add_row(arm.id + part, "–" if arm.n is None else str(arm.n), text)
    out.print(arms)
    columns = ("arm", "variable", "time", "value", "kind", "people", "lacks")
    rows = make_table(*(say(f"evidence.column_{name}", lang) for name in columns))
    for o in p.observations:
        if variable in ("", o.variable):
            n = p.people(o)
            size = "–" if n is None else str(n)
            rows.add_row(o.arm, o.variable, f"{o.time:g}", value(o), o.kind, size, p.lacks(o))
    out.print(rows)


def given(arm: Arm) -> str:
    """Treatment of an arm in a few words; empty where nothing is stated.

    Examples
    --------
    >>> from hepatica.evidence import load
    >>> given(load("lin2017").arm("msc"))
    'allogeneic bone-marrow MSC, 1e5 to 1e6 cells/kg, 4 infusions, every 7 days, peripheral vein'
    """
    doses = list(dict.fromkeys(f"{d:.3g}".replace("e+0", "e") for d in (arm.dose_low, arm.dose_high) if d is not None))
    parts = (
        f"{arm.donor} {arm.product}".strip(),
        f"{' to '.join(doses)} {arm.dose_unit}" if doses else "",
        f"{arm.infusions} infusion{'s' * (arm.infusions > 1)}" if arm.infusions else "",
        f"every {arm.interval:g} days" if arm.interval else "",
        arm.route,
    )
    return ", ".join(part for part in parts if part)


def value(o: Observation) -> str:
    """Observed value with its unit and its printed measure of dispersion.

    Examples
    --------
    >>> from hepatica.evidence import load
    >>> value(load("lin2017").find(arm="msc", variable="survival")[0])
    '73.2 percent (95 % 61.6 to 84.8)'
    """
    text = f"{o.value:g}" + (f" ± {o.sd:g}" if o.sd is not None else "") + (f" {o.unit}" if o.unit != "1" else "")
    text += f" (quartiles {o.q1:g} to {o.q3:g})" if o.q1 is not None and o.q3 is not None else ""
    return text + (f" (95 % {o.low:g} to {o.high:g})" if o.low is not None and o.high is not None else "")


def print_checked(c: Checked, lang: str) -> None:
    """Print the faults and warnings of one file, or that it is in order."""
    for fault in c.faults:
        print_fault(fault, "red", say("evidence.wrong", lang))
    if c.indirect is not None:
        _print_indirect_in_order(c, c.indirect, lang)
    if c.publication is None:
        return
    p, why = c.publication, c.kept_out
    reasons = ": " + "; ".join(f"{n} × {reason}" for reason, n in why.items()) if why else ""
    out.print(
        say(
            "evidence.in_order",
            lang,
            file=c.file,
            arms=len(p.arms),
            observations=len(p.observations),
            out=sum(why.values()),
        )
        + reasons,
        style="green",
    )
    if p.role != "calibration":
        out.print(say("evidence.never_learnt", lang, role=p.role))
    for doubt in c.warnings:
        print_fault(doubt, "yellow", say("evidence.warning", lang))


def _print_indirect_in_order(c: Checked, p: IndirectPublication, lang: str) -> None:
    text = say(
        "evidence.indirect_in_order",
        lang,
        file=c.file,
        species=", ".join(p.species) or "–",
        arms=len(p.arms),
        observations=len(p.observations),
    )
    out.print(text, style="green")
    for doubt in c.warnings:
        print_fault(doubt, "yellow", say("evidence.warning", lang))


def print_fault(fault: Fault, colour: str, word: str) -> None:
    """Print one fault behind a coloured word."""
    out.print(f"{word} {fault}", style=colour)
