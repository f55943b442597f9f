import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from hepatica.errors import InputError
from hepatica.trials.confirmatory.adaptive.enrichment import (
    Decision,
    EnrichmentDesign,
    IntersectionTest,
    simulate_enrichment,
)

DESIGN = EnrichmentDesign(60, 90, 0.4, full=0.05, subgroup=0.1)


def test_intersection_uses_the_correlation_of_the_two_statistics():
    p = DESIGN.intersection(np.array([2.0]), np.array([1.0]))
    joint = multivariate_normal(cov=[[1, np.sqrt(0.4)], [np.sqrt(0.4), 1]]).cdf([2.0, 2.0])
    assert p[0] == pytest.approx(1 - joint, abs=1e-6)
    simes = EnrichmentDesign(60, 90, 0.4, test=IntersectionTest.SIMES).intersection(np.array([2.0]), np.array([1.9]))
    assert simes[0] == pytest.approx(min(2 * norm.sf(2.0), norm.sf(1.9)))


def test_rejection_asks_for_hypothesis_and_intersection():
    """One trial of each decision, by hand with Bonferroni."""
    design = EnrichmentDesign(60, 60, 0.4, test=IntersectionTest.BONFERRONI)
    z1, z2 = np.array([1.5, 2.0]), np.array([1.8, 1.2])

    def both(z):
        return min(1.0, 2 * norm.sf(max(z)))

    def passes(p, q):
        return (norm.isf(p) + norm.isf(q)) / np.sqrt(2) >= norm.isf(0.025)

    cases = {
        Decision.BOTH: (passes(both(z1), both(z2)), [True, True]),
        Decision.FULL: (passes(both(z1), norm.sf(z2[0])), [True, False]),
        Decision.SUBGROUP: (passes(both(z1), norm.sf(z2[1])), [False, True]),
        Decision.STOP: (False, [False, False]),
    }
    for decision, (joint, open_) in cases.items():
        alone = [passes(norm.sf(a), norm.sf(b)) for a, b in zip(z1, z2, strict=True)]
        found = design.reject(z1[None], z2[None], np.array([decision.value]))[0]
        assert found.tolist() == [joint and a and o for a, o in zip(alone, open_, strict=True)]


@pytest.mark.parametrize("test", list(IntersectionTest))
@pytest.mark.parametrize("effects", [(0.0, 0.0), (0.4, -0.4)])
def test_familywise_error_holds(test, effects):
    design = EnrichmentDesign(60, 90, 0.4, test=test)
    found = simulate_enrichment(design, *effects, trials=15_000)
    assert found.familywise_error <= 0.025 + 3 * np.sqrt(0.025 * 0.975 / 15_000)


def test_an_effect_of_the_subgroup_alone_is_found_there():
    found = simulate_enrichment(DESIGN, 0.6, 0.0, trials=10_000)
    assert found.reject_subgroup > found.reject_full and found.reject_any > 0.8
    assert sum(found.decisions.values()) == pytest.approx(1)
    assert simulate_enrichment(DESIGN, 0.6, 0.0, trials=10_000) == found


def test_decisions_by_thresholds():
    found = DESIGN.decide(np.array([0.2, 0.2, 0.0, 0.0]), np.array([0.2, 0.0, 0.2, 0.0]))
    assert found.tolist() == [d.value for d in (Decision.BOTH, Decision.FULL, Decision.SUBGROUP, Decision.STOP)]


def test_impossible_designs_are_refused():
    for change in ({"prevalence": 1.0}, {"first": 0}):
        with pytest.raises(InputError):
            EnrichmentDesign(**{"first": 10, "second": 10, "prevalence": 0.5, **change})
