"""Dose-transition pathways: what a design will do for every outcome of the next cohorts.

Yap, Billingham, Cheung, Craddock & O'Quigley 2017, Clin Cancer Res 23:7440.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from hepatica.errors import InputError
from hepatica.trials.dose_finding.characteristics import Truth
from hepatica.trials.dose_finding.design import Design
from hepatica.trials.dose_finding.enumeration import cohort_outcomes
from hepatica.trials.dose_finding.replay import Cohort, follow
from hepatica.trials.dose_finding.simulation import check_truth
from hepatica.trials.dose_finding.state import Reason, State

MAX_NODES = 5000
LETTER = {2: "NT", 4: "NETB"}  # of each outcome category


class PathNode(NamedTuple):
    """Decision after a cohort, in a tree.

    Attributes
    ----------
    node : int
        Number of the node; 0 is the root, the moment from which the tree starts.
    parent : int or None
    depth : int
        Cohorts after the root.
    level : int or None
        Level of the cohort, counted from 1; None at the root.
    outcomes : str
        Letters of the cohort's patients, as in `replay.read_history`.
    next_level : int or None
        Level of the next cohort, counted from 1; None where the trial stops.
    reason : Reason or None
        None at the root of a trial that has not begun.
    probability : float or None
        Probability of the node in a scenario, from the root.
    """

    node: int
    parent: int | None
    depth: int
    level: int | None
    outcomes: str
    next_level: int | None
    reason: Reason | None
    probability: float | None


def _start(design: Design, history: Sequence[Cohort]) -> tuple[State, Reason | None]:
    state, reason = design.begin(1), None
    for cohort in history:
        state, reason = follow(design, state, cohort)
    return state, reason


def trace_pathways(
    design: Design,
    cohorts: int = 3,
    *,
    history: Sequence[Cohort] = (),
    truth: Truth | None = None,
    max_nodes: int = MAX_NODES,
) -> list[PathNode]:
    """Tree of all outcomes of the next cohorts, breadth first.

    Parameters
    ----------
    design : Design
        Design of the trial.
    cohorts : int
        Cohorts to look ahead.
    history : sequence of Cohort
        The trial so far.
    truth : Truth, optional
        Scenario for the probabilities of the nodes.
    max_nodes : int
        Most nodes.

    Raises
    ------
    InputError
        If the tree has more nodes, or the history or the scenario does not fit the design.

    Examples
    --------
    >>> from hepatica.trials.dose_finding.boin import boin
    >>> nodes = trace_pathways(boin(0.3, levels=3, max_patients=12), cohorts=1)
    >>> [(node.outcomes, node.next_level) for node in nodes]
    [('', 1), ('NNN', 2), ('NNT', 1), ('NTT', 1), ('TTT', None)]
    """
    if cohorts < 1:
        raise InputError("cohorts", cohorts, "at least one cohort")
    if truth is not None:
        check_truth(design, truth)
    state, reason = _start(design, history)
    over = reason is not None and reason.stops
    to = None if over else int(state.level[0]) + 1
    nodes = [PathNode(0, None, 0, None, "", to, reason, None if truth is None else 1.0)]
    states = [state]
    for node in nodes:  # grows as it goes
        if node.depth == cohorts or node.next_level is None:
            continue
        here = states[node.node]
        size = int(design.cohort_size(here)[0])
        for counts, orders in zip(*cohort_outcomes(size, design.categories), strict=True):
            letters = "".join(letter * n for letter, n in zip(LETTER[design.categories], counts, strict=True))
            after, why = follow(design, here, Cohort(node.next_level, letters))
            chance = None
            if truth is not None and node.probability is not None:
                p = truth.outcomes[node.next_level - 1]
                chance = float(node.probability * orders * np.prod(p**counts))
            to = None if why.stops else int(after.level[0]) + 1
            nodes.append(PathNode(len(nodes), node.node, node.depth + 1, node.next_level, letters, to, why, chance))
            states.append(after)
        if len(nodes) > max_nodes:
            raise InputError("cohorts", cohorts, f"fewer cohorts: more than {max_nodes} nodes")
    return _by_toxicity(nodes)


def _by_toxicity(nodes: list[PathNode]) -> list[PathNode]:
    """Siblings in order of toxicity, and numbered anew so that parents come first."""
    children: dict[int | None, list[PathNode]] = {}
    for node in nodes:
        children.setdefault(node.parent, []).append(node)
    out: list[PathNode] = []
    queue: list[tuple[PathNode, int | None]] = [(nodes[0], None)]
    while queue:
        node, parent = queue.pop(0)
        out.append(node._replace(node=len(out), parent=parent))
        toxic = sorted(
            children.get(node.node, []),
            key=lambda n: (sum(n.outcomes.count(c) for c in "TB"), -sum(n.outcomes.count(c) for c in "EB")),
        )
        queue += [(child, len(out) - 1) for child in toxic]
    return out


def tabulate_pathways(nodes: Sequence[PathNode]) -> pd.DataFrame:
    """Table of pathways, a row for each: level and outcomes of every cohort, the next level, reason and probability.

    Parameters
    ----------
    nodes : sequence of PathNode
        Of `trace_pathways`.

    Examples
    --------
    >>> from hepatica.trials.dose_finding.boin import boin
    >>> table = tabulate_pathways(trace_pathways(boin(0.3, levels=3, max_patients=12), cohorts=2))
    >>> table["outcomes_2"].tolist()[1:5]
    ['NNN', 'NNT', 'NTT', 'TTT']
    """
    parents = {node.parent for node in nodes}
    depth = max(node.depth for node in nodes)
    rows = []
    for leaf in nodes:
        if leaf.node in parents or leaf.parent is None:
            continue
        way, node = [], leaf
        while node.parent is not None:
            way.append(node)
            node = nodes[node.parent]
        row: dict[str, object] = {}
        for place in range(depth):
            there = way[-1 - place] if place < len(way) else None
            row[f"level_{place + 1}"] = there.level if there else None
            row[f"outcomes_{place + 1}"] = there.outcomes if there else None
        row |= {"next_level": leaf.next_level, "reason": None if leaf.reason is None else leaf.reason.name}
        rows.append({**row, "probability": leaf.probability})
    table = pd.DataFrame(rows)
    integer_columns = [name for name in table.columns if name.startswith(("level_", "next_level"))]
    return table.astype(dict.fromkeys(integer_columns, "Int64"))
