import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.trials.confirmatory.adaptive.closed_testing import Bonferroni, Dunnett, Simes
from hepatica.trials.confirmatory.adaptive.seamless import SeamlessDesign, Selection, simulate_seamless
from hepatica.trials.confirmatory.dunnett import loadings, none_above

DESIGN = SeamlessDesign(50, 80, selection=Selection.WITHIN, distance=0.15)


def rejected_naively(design, z1, z2, selected):
    """Every intersection of one trial in a loop."""
    m, found = len(z1), []
    w1, w2 = np.sqrt([design.first, design.second]) / np.sqrt(design.first + design.second)

    def p_value(z):
        loading = loadings(np.full(len(z), 1), 1)
        return 1 - float(none_above(np.full(len(z), max(z)), loading))

    for i in range(m):
        passes = bool(selected[i])
        for bits in range(1, 2**m):
            members = [j for j in range(m) if bits >> j & 1]
            if i not in members:
                continue
            on = [j for j in members if selected[j]]
            later = p_value(z2[on]) if on else 1 - 1e-16
            passes &= bool(w1 * norm.isf(p_value(z1[members])) + w2 * norm.isf(later) >= norm.isf(design.alpha))
        found.append(passes)
    return found


def test_decisions_are_those_of_a_loop_over_intersections():
    rng = np.random.default_rng(2)
    z1, z2 = rng.normal(1.2, 1, (40, 3)), rng.normal(1.5, 1, (40, 3))
    selected = DESIGN.select(z1 * 0.2)
    found = DESIGN.reject(z1, z2, selected)
    assert found.tolist() == [rejected_naively(DESIGN, *row) for row in zip(z1, z2, selected, strict=True)]
    assert 0 < found.mean() < 1


@pytest.mark.parametrize("test", [Dunnett(), Simes(), Bonferroni()], ids=str)
@pytest.mark.parametrize("effects", [(0.0, 0.0, 0.0), (0.0, 0.0, 0.5)])
def test_familywise_error_holds(test, effects):
    design = SeamlessDesign(50, 80, test=test)
    found = simulate_seamless(design, effects, trials=8_000)
    assert found.familywise_error <= 0.025 + 3 * np.sqrt(0.025 * 0.975 / 8_000)


def test_selection_rules():
    differences = np.array([[0.1, 0.3, 0.25], [-0.3, -0.2, -0.4]])
    best = SeamlessDesign(10, 10, futility=0.0).select(differences)
    within = SeamlessDesign(10, 10, selection=Selection.WITHIN, distance=0.1, futility=0.0).select(differences)
    every = SeamlessDesign(10, 10, selection=Selection.ALL).select(differences)
    assert best.tolist() == [[False, True, False], [False] * 3]
    assert within.tolist() == [[False, True, True], [False] * 3] and every.all()


def test_one_dose_without_selection_is_a_fixed_trial():
    found = simulate_seamless(SeamlessDesign(50, 80), (0.4,), trials=40_000)
    assert found.any_rejected == pytest.approx(norm.cdf(0.4 / np.sqrt(2 / 130) - norm.isf(0.025)), abs=0.01)
    assert found.expected_patients == 260 and found.selected.tolist() == [1.0]


def test_same_seed_same_trials_and_best_dose_is_chosen():
    one, two = (simulate_seamless(DESIGN, (0.1, 0.2, 0.5), trials=2000, seed=3) for _ in range(2))
    assert one.rejected.tolist() == two.rejected.tolist()
    assert one.selected.argmax() == 2 and one.any_rejected > 0.7


@pytest.mark.parametrize("change", [{"first": 0}, {"sd": -1}, {"alpha": 0.6}, {"distance": -1}])
def test_impossible_designs_are_refused(change):
    with pytest.raises(InputError):
        SeamlessDesign(**{"first": 10, "second": 10, **change})
