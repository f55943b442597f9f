"""Cards of dose finding: decision table, pathways, replay, operating characteristics, and feasible doses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from hepatica.card import Card
from hepatica.report.trials.dose_finding_figures import MOST_LEAVES, draw_pathways, draw_selection, draw_table
from hepatica.trials.dose_finding.boin import boundary_row
from hepatica.trials.dose_finding.characteristics import Characteristics, Truth
from hepatica.trials.dose_finding.feasible.feasible_simulation import MARGIN, FeasibleCharacteristics
from hepatica.trials.dose_finding.pathways import PathNode
from hepatica.trials.dose_finding.replay import Recommendation
from hepatica.trials.dose_finding.state import Reason
from hepatica.trials.dose_finding.table_design import DecisionTable
from hepatica.words import say


def explain(reason: Reason, lang: str) -> str:
    """Sentence for a reason code.

    Examples
    --------
    >>> explain(Reason.STOP_TOXIC, "en")
    'Stop: the lowest level is too toxic.'
    """
    return say(f"dose_finding.reason_{reason.name.lower()}", lang)


def table_card(table: DecisionTable, numbers: Sequence[int], lang: str = "en") -> Card:
    """Card of a decision table, for the numbers treated that cohorts can meet.

    Parameters
    ----------
    table : DecisionTable
        Decisions.
    numbers : sequence of int
        Numbers treated at a level.
    lang : str
        Language.
    """
    rows = [boundary_row(table, n) for n in numbers]
    heads = ("treated", "escalate", "deescalate", "eliminate", "stop_lowest")
    frame = pd.DataFrame(
        [["" if value is None else str(value) for value in row] for row in rows],
        columns=[say(f"dose_finding.column_{head}", lang) for head in heads],
    )
    return Card(
        "decision_table",
        say("dose_finding.table_title", lang),
        (say("dose_finding.table_text", lang),),
        frame,
        lambda: draw_table(table, numbers, lang),
        say("dose_finding.table_alt", lang),
        say("common.research_use", lang),
    )


def _way(nodes: Sequence[PathNode], leaf: PathNode) -> list[PathNode]:
    way, node = [], leaf
    while node.parent is not None:
        way.append(node)
        node = nodes[node.parent]
    return way[::-1]


def pathways_card(nodes: Sequence[PathNode], lang: str = "en") -> Card:
    """Card of dose-transition pathways; a tree with too many leaves to be read has the table alone.

    Parameters
    ----------
    nodes : sequence of PathNode
        Of `trace_pathways`.
    lang : str
        Language.
    """
    parents, depth = {node.parent for node in nodes}, max(node.depth for node in nodes)
    leaves = [node for node in nodes if node.node not in parents and node.parent is not None]
    rows = []
    for leaf in leaves:
        way = [f"{node.level}{node.outcomes}" for node in _way(nodes, leaf)]
        to = say("dose_finding.pathways_stop", lang) if leaf.next_level is None else str(leaf.next_level)
        why = "" if leaf.reason is None else explain(leaf.reason, lang)
        chance = "" if leaf.probability is None else f"{leaf.probability:.3g}"
        rows.append([*way, *[""] * (depth - len(way)), to, why, chance])
    heads = [say("dose_finding.column_outcomes", lang, n=n) for n in range(1, depth + 1)]
    heads += [say(f"dose_finding.column_{head}", lang) for head in ("next", "reason", "probability")]
    frame = pd.DataFrame(rows, columns=heads)
    if all(leaf.probability is None for leaf in leaves):
        frame = frame.iloc[:, :-1]
    return Card(
        "pathways",
        say("dose_finding.pathways_title", lang),
        (say("dose_finding.pathways_text", lang, cohorts=depth),),
        frame,
        (lambda: draw_pathways(nodes, lang)) if len(leaves) <= MOST_LEAVES else None,
        say("dose_finding.pathways_alt", lang),
        say("common.research_use", lang),
    )


def replay_card(rows: Sequence[Recommendation], lang: str = "en") -> Card:
    """Card of a replayed trial.

    Parameters
    ----------
    rows : sequence of Recommendation
        Of `replay`.
    lang : str
        Language.
    """
    heads = ("cohort", "next", "reason", "followed")
    answer = {None: "", True: say("dose_finding.yes", lang), False: say("dose_finding.no", lang)}
    stop = say("dose_finding.pathways_stop", lang)
    frame = pd.DataFrame(
        [
            [
                f"{row.cohort.level}{row.cohort.outcomes}",
                stop if row.next_level is None else str(row.next_level),
                explain(row.reason, lang),
                answer[row.followed],
            ]
            for row in rows
        ],
        columns=[say(f"dose_finding.column_{head}", lang) for head in heads],
    )
    return Card(
        "replay",
        say("dose_finding.replay_title", lang),
        (say("dose_finding.replay_text", lang),),
        frame,
        note=say("common.research_use", lang),
    )


def _percent(value: float, error: float) -> str:
    return f"{100 * value:.1f}" if error == 0 else f"{100 * value:.1f} ± {196 * error:.1f}"


def characteristics_card(found: Mapping[str, Characteristics], truth: Truth, lang: str = "en") -> Card:
    """Card of operating characteristics, designs side by side.

    Parameters
    ----------
    found : mapping of str to Characteristics
        By name of the design.
    truth : Truth
        Scenario.
    lang : str
        Language.
    """
    heads = ("design", "correct", "too_high", "none", "overdosed", "toxicities", "size")
    rows = []
    for name, c in found.items():
        error = (c.correct * (1 - c.correct) / c.trials) ** 0.5 if c.trials else 0.0
        rest = (f"{100 * c.too_high:.1f}", f"{100 * c.none:.1f}", f"{100 * c.overdosed:.1f}")
        rows.append([name, _percent(c.correct, error), *rest, f"{c.toxicities.sum():.2f}", f"{c.size:.1f}"])
    text = (
        say("dose_finding.characteristics_text", lang, best=truth.best + 1)
        if truth.best >= 0
        else say("dose_finding.characteristics_none", lang)
    )
    is_simulated = any(c.trials for c in found.values())
    origin = say(f"dose_finding.characteristics_{'simulated' if is_simulated else 'exact'}", lang)
    shares = {name: c.selection for name, c in found.items()}
    none, trials = {name: c.none for name, c in found.items()}, {name: c.trials for name, c in found.items()}
    return Card(
        "characteristics",
        say("dose_finding.characteristics_title", lang),
        (text, origin),
        pd.DataFrame(rows, columns=[say(f"dose_finding.column_{head}", lang) for head in heads]),
        lambda: draw_selection(shares, none, trials, lang),
        say("dose_finding.characteristics_alt", lang),
        say("common.research_use", lang),
    )


def feasible_card(found: Mapping[str, FeasibleCharacteristics], naive: str, lang: str = "en") -> Card:
    """Card of rules of feasible-dose finding, and of what the naive one costs.

    Parameters
    ----------
    found : mapping of str to FeasibleCharacteristics
        By name of the rule.
    naive : str
        Name of the rule that ignores the shortfall.
    lang : str
        Language.
    """
    heads = ("rule", "correct", "overdose", "toxicity_selected", "none", "toxicities", "size")
    rows = [
        [
            name,
            _percent(c.correct, c.errors["correct"]),
            _percent(c.overdose, c.errors["overdose"]),
            _percent(c.toxicity_selected, c.errors["toxicity_selected"]),
            f"{100 * c.none:.1f}",
            f"{c.toxicities:.2f}",
            f"{c.size:.1f}",
        ]
        for name, c in found.items()
    ]
    best = max((name for name in found if name != naive), key=lambda name: found[name].correct, default=naive)
    share = f"{100 * found[naive].delivered_share:.0f}"
    cost = say(
        "dose_finding.feasible_cost",
        lang,
        naive=naive,
        naive_share=f"{100 * found[naive].overdose:.0f}",
        rule=best,
        rule_share=f"{100 * found[best].overdose:.0f}",
    )
    shares = {name: c.selection for name, c in found.items()}
    none, trials = {name: c.none for name, c in found.items()}, {name: c.trials for name, c in found.items()}
    return Card(
        "feasible",
        say("dose_finding.feasible_title", lang),
        (cost, say("dose_finding.feasible_text", lang, share=share, margin=f"{100 * MARGIN:.0f}")),
        pd.DataFrame(rows, columns=[say(f"dose_finding.column_{head}", lang) for head in heads]),
        lambda: draw_selection(shares, none, trials, lang),
        say("dose_finding.characteristics_alt", lang),
        say("common.research_use", lang),
    )
