import numpy as np
from matplotlib.figure import Figure

from hepatica.report.trials.dose_finding_figures import draw_pathways, draw_selection, draw_table, place_nodes
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.pathways import trace_pathways

NODES = trace_pathways(boin(0.3, 3, 12), 2)


def test_leaves_stand_one_below_the_other_and_parents_amid_their_children():
    height = place_nodes(NODES)
    parents = {node.parent for node in NODES}
    leaves = [node.node for node in NODES if node.node not in parents]
    assert sorted(height[leaves]) == list(range(1 - len(leaves), 1))
    for node in parents - {None}:
        assert height[node] == np.mean([height[n.node] for n in NODES if n.parent == node])


def test_every_decision_is_written_and_not_only_coloured():
    texts = [t.get_text() for t in draw_pathways(NODES, "en").axes[0].texts]
    assert texts.count("stop") == sum(node.next_level is None for node in NODES)
    letters = [t.get_text() for t in draw_table(boin(0.3, 3, 12).table, [3, 6], "zh").axes[0].texts]
    assert len(letters) == 4 + 7 and set(letters) == {"E", "S", "D", "DU"}


def test_bars_of_many_designs_differ_by_more_than_colour():
    names = [str(k) for k in range(5)]
    figure = draw_selection(
        {n: np.array([0.2, 0.7]) for n in names}, dict.fromkeys(names, 0.1), dict.fromkeys(names, 100), "en"
    )
    assert isinstance(figure, Figure)
    bars = {(b.get_facecolor(), b.get_hatch()) for b in figure.axes[0].patches}
    assert len(bars) == 5
