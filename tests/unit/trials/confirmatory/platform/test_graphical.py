"""Graphs against the closure of weighted Bonferroni tests, Holm, Hochberg's examples and published ones."""

from itertools import combinations

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.design import spend
from hepatica.trials.confirmatory.group_sequential.spending import LanDeMetsOBrienFleming, LanDeMetsPocock
from hepatica.trials.confirmatory.platform import graphical as gr

PARALLEL = gr.Graph(
    [0.5, 0.5, 0, 0], [[0, 0.5, 0.5, 0], [0.5, 0, 0, 0.5], [0, 1, 0, 0], [1, 0, 0, 0]]
)  # two doses, two endpoints
P = np.random.default_rng(1).random((300, 4)) ** 4


def weights_of(graph, members):
    """Weights of an intersection: the others are taken out of the graph one after the other."""
    for i in range(len(graph.weights)):
        if i not in members:
            graph = graph.without(i)
    return graph.weights


def closed(p, graph, alpha):
    m, rejected = len(p), []
    for i in range(m):
        passes = True
        for size in range(1, m + 1):
            for members in combinations(range(m), size):
                if i in members:
                    w = weights_of(graph, members)
                    passes &= any(p[j] <= alpha * w[j] for j in members)
        rejected.append(passes)
    return rejected


@pytest.mark.parametrize(
    "graph", [PARALLEL, gr.Graph.holm(4), gr.Graph.fixed_sequence(4)], ids=["parallel", "holm", "fixed"]
)
def test_procedure_is_the_closure_of_weighted_bonferroni_tests(graph):
    for p in P[:60]:
        assert gr.graphical_test(p, graph, 0.1).tolist() == closed(p, graph, 0.1)


def test_holm_is_its_formula():
    for p in P[:50]:
        order = np.argsort(p)
        stepped = np.maximum.accumulate(np.minimum(1, (4 - np.arange(4)) * p[order]))
        np.testing.assert_allclose(gr.adjusted_p_values(p, gr.Graph.holm(4))[order], stepped)


def test_fixed_sequence_stops_at_the_first_that_fails():
    assert gr.graphical_test([0.01, 0.3, 0.001], gr.Graph.fixed_sequence(3)).tolist() == [True, False, False]


def test_order_of_removal_does_not_matter():
    one, two = PARALLEL.without(0).without(2), PARALLEL.without(2).without(0)
    np.testing.assert_allclose(one.weights, two.weights)
    np.testing.assert_allclose(one.transitions, two.transitions)


def test_weight_that_is_never_handed_on_is_lost():
    graph = gr.Graph([1.0, 0.0], np.zeros((2, 2)))
    assert gr.adjusted_p_values([0.001, 0.001], graph).tolist() == [0.001, 1.0]


def test_group_sequential_graph_hands_the_level_on_at_the_same_look():
    fractions = np.array([[0.5, 0.5], [1.0, 1.0]])
    spending = (LanDeMetsOBrienFleming(), LanDeMetsPocock())
    second = spend(spending[1], fractions[:, 1], 0.025, False)
    first = spend(spending[0], fractions[:, 0], 0.025, False)
    fixed = gr.Graph.fixed_sequence(2)
    z = np.array([[first[0] + 0.01, second[0] + 0.01], [0.0, 0.0]])
    assert gr.group_sequential_graph(z, fractions, fixed, spending).tolist() == [1, 1]
    z = np.array([[first[0] - 0.01, 5.0], [first[1] + 0.01, second[1] - 0.01]])
    assert gr.group_sequential_graph(z, fractions, fixed, spending).tolist() == [2, 0]
    late = np.array([[first[0] + 0.01, np.nan], [0.0, 2.0]])
    assert gr.group_sequential_graph(late, np.array([[0.5, np.nan], [1.0, 1.0]]), fixed, spending).tolist() == [1, 2]


def test_familywise_error_of_a_group_sequential_graph():
    rng, fractions = np.random.default_rng(2), np.array([[0.5, 0.5], [1.0, 1.0]])
    graph, spending, false = gr.Graph.holm(2), (LanDeMetsPocock(), LanDeMetsPocock()), 0
    for _ in range(250):
        score = np.cumsum(rng.standard_normal((2, 2)) * np.sqrt(0.5), axis=0)
        false += gr.group_sequential_graph(score / np.sqrt(fractions), fractions, graph, spending, 0.1).any()
    assert false / 250 == pytest.approx(0.0975, abs=0.06)


def test_p_values_of_statistics():
    assert gr.z_to_p([0.0, 1.959963984540054]).tolist() == pytest.approx([0.5, 0.025])


@pytest.mark.parametrize(
    "make",
    [
        lambda: gr.Graph([0.7, 0.7], np.zeros((2, 2))),
        lambda: gr.Graph([0.5, 0.5], np.eye(2)),
        lambda: gr.Graph([0.5, 0.5], [[0, 1.2], [1, 0]]),
        lambda: gr.adjusted_p_values([0.1], gr.Graph.holm(2)),
        lambda: gr.adjusted_p_values([0.1, 1.2], gr.Graph.holm(2)),
        lambda: gr.group_sequential_graph(np.zeros((2, 2)), np.ones((2, 2)), gr.Graph.holm(2), (LanDeMetsPocock(),)),
    ],
)
def test_impossible_graphs_are_refused(make):
    with pytest.raises(InputError):
        make()
