import pytest

from hepatica.errors import InputError
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.characteristics import joint_truth, toxicity_truth
from hepatica.trials.dose_finding.enumeration import exact
from hepatica.trials.dose_finding.pathways import tabulate_pathways, trace_pathways
from hepatica.trials.dose_finding.replay import read_history, replay
from hepatica.trials.dose_finding.response.boin12 import Boin12
from hepatica.trials.dose_finding.response.utility import Limits, Utility
from hepatica.trials.dose_finding.state import Reason

DESIGN = boin(0.3, 3, 9)
TRUTH = toxicity_truth([0.1, 0.3, 0.5], 0.3)


def test_probabilities_of_the_leaves_of_a_whole_trial_are_those_of_the_enumeration():
    nodes = trace_pathways(DESIGN, cohorts=3, truth=TRUTH)
    ends = {}
    for node in nodes:
        if node.reason is not None and node.reason.stops:
            ends[node.reason] = ends.get(node.reason, 0.0) + node.probability
    assert ends == pytest.approx(exact(DESIGN, TRUTH).reasons)


def test_each_node_is_what_a_replay_recommends():
    nodes = trace_pathways(DESIGN, cohorts=3)
    table = tabulate_pathways(nodes)
    for row in table.itertuples():
        words = [f"{getattr(row, f'level_{k}')}{getattr(row, f'outcomes_{k}')}" for k in (1, 2, 3)]
        last = replay(DESIGN, read_history(" ".join(w for w in words if "<NA>" not in w)))[-1]
        assert last.reason.name == row.reason
    assert [n.node for n in nodes] == list(range(len(nodes))) and table["next_level"].dtype == "Int64"


def test_a_tree_from_the_middle_of_a_trial_and_from_its_end():
    nodes = trace_pathways(DESIGN, cohorts=1, history=read_history("1NNN"))
    assert nodes[0].next_level == 2 and nodes[0].reason is Reason.ESCALATE and {n.level for n in nodes[1:]} == {2}
    over = trace_pathways(DESIGN, cohorts=1, history=read_history("1TTT"))
    assert len(over) == 1 and over[0].next_level is None


def test_outcomes_of_toxicity_and_response():
    design = Boin12(
        levels=2, max_patients=6, utility=Utility(neither=40, both=60), limits=Limits(toxicity=0.3, response=0.2)
    )
    nodes = trace_pathways(design, cohorts=1, truth=joint_truth([0.1, 0.2], [0.3, 0.4], best=1))
    assert len(nodes) == 21 and sum(n.probability for n in nodes[1:]) == pytest.approx(1)
    assert (nodes[1].outcomes, nodes[-1].outcomes) == ("EEE", "TTT")


def test_trees_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="at least one"):
        trace_pathways(DESIGN, cohorts=0)
    with pytest.raises(InputError, match="more than 10 nodes"):
        trace_pathways(DESIGN, cohorts=3, max_nodes=10)
