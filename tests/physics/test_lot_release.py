"""Release decisions on simulated lots: the rule sees only assays, and potency matters as believed, half as much, or not.

Viability has no loss of its own here, and the rule's limit for it is the 50 % below which no lot lies; a limit of 70 %
that no loss supports rejects one lot in ten and costs more than potency gains where potency matters half as much.
"""

import numpy as np
import pytest

from hepatica.manufacturing.quality.release.lot import Verdict, release_lot
from hepatica.manufacturing.quality.release.lot_file import check_lot

LOTS, SLOPE, REJECTION = 200, 4.0, 2.0
LOSS = {
    "days": SLOPE,
    "low": 0.0,
    "high": 8.0,
    "linked": 0.5,
    "rejection": REJECTION,
    "source": "stated for a simulation",
}


def decide(limit):
    """True potency and viability of each lot, and what the rule decided from their assays."""
    rng = np.random.Generator(np.random.Philox(20))
    potency = np.exp(0.45 * rng.standard_normal(LOTS))
    viability = np.clip(85.0 + 10.0 * rng.standard_normal(LOTS), 60.0, 99.0)
    found = []
    for x, v in zip(potency, viability, strict=True):
        potencies = (x * np.exp(0.12 * rng.standard_normal(2))).tolist()
        attributes = [
            {"name": "potency", "role": "potency", "scale": "log", "values": potencies, "assay_sd": 0.12, "lower": 0.7},
            {"name": "viability", "values": [float(v + 2.0 * rng.standard_normal())], "assay_sd": 2.0, "lower": limit},
            {"name": "CD73", "values": [float(98.4 + 0.4 * rng.standard_normal())], "assay_sd": 0.3, "lower": 95.0},
        ]
        data = {
            "title": "t",
            "lot": "1",
            "dose": {"planned": 1e6, "largest": 2e6},
            "attribute": attributes,
            "loss": LOSS,
        }
        found.append(release_lot(check_lot(data)))
    return potency, viability, found


@pytest.fixture(scope="module")
def decided():
    return decide(50.0)


def losses(decided, strength):
    """Mean loss of a patient by the rule, by releasing all (as by markers, which all lots meet), by 70 % viability."""
    potency, viability, found = decided
    factor = np.array([f.factor if f.verdict is Verdict.CONDITIONAL else 1.0 for f in found])
    kept = np.array([f.verdict is not Verdict.REJECT for f in found])
    as_it_is = strength * SLOPE * np.maximum(1.0 - potency, 0.0)
    given = strength * SLOPE * np.maximum(1.0 - potency * factor, 0.0)
    by_rule = np.where(kept, given, REJECTION)
    by_viability = np.where(viability >= 70.0, as_it_is, REJECTION)
    return by_rule.mean(), as_it_is.mean(), by_viability.mean(), kept


@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_the_rule_loses_less_where_potency_is_linked(decided, strength):
    rule, release_all, by_viability, _ = losses(decided, strength)
    assert rule < release_all and rule < by_viability


def test_without_a_link_the_rule_costs_no_more_than_the_lots_that_it_rejects(decided):
    rule, release_all, _, kept = losses(decided, 0.0)
    assert release_all == 0.0 and rule == pytest.approx(REJECTION * (~kept).mean()) and (~kept).mean() < 0.25


def test_a_limit_that_no_loss_supports_costs(decided):
    fixed = decide(70.0)
    for strength in (1.0, 0.5, 0.0):
        assert losses(decided, strength)[0] < losses(fixed, strength)[0]
    assert losses(fixed, 1.0)[0] < losses(fixed, 1.0)[1] and losses(fixed, 0.5)[0] > losses(fixed, 0.5)[1]


def test_every_verdict_is_given(decided):
    assert {f.verdict for f in decided[2]} == set(Verdict)
    assert all(f.linked == 0.5 for f in decided[2])
