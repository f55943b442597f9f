"""Chain of steps: the typical course by hand, what a dose counts, and the uncertainty that reaches a simulation."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.therapy import LotVariation, Product
from hepatica.therapy.process.chain import findings, make_product, run_chain
from hepatica.therapy.process.steps import Hold, Thaw, read_steps

ROWS = [
    {"kind": "pooling", "donors": 3}, {"kind": "culture", "passage": 6}, {"kind": "harvest"},
    {"kind": "cryopreservation"}, {"kind": "thaw"}, {"kind": "wash"},
    {"kind": "hold", "hours": 2.0, "vehicle": "ringer"}, {"kind": "delivery", "device": "catheter"},
]  # fmt: skip
STEPS = read_steps(ROWS)


def test_the_typical_course_by_hand():
    """Naive: each number of the table once, in order."""
    living, dead = 0.98 * 0.9 * 0.9637, 0.9 - 0.98 * 0.9 * 0.9637
    living, dead = living * 0.93, dead * 0.5
    living, dead = living / (living + dead), dead / (living + dead)  # the dose is counted here
    alive = np.exp(-0.099 * 2.0) * 0.98
    living, dead = living * alive, dead + living * (1 - alive)
    chain = run_chain("umbilical_cord", STEPS)
    assert chain.viability == pytest.approx(living) and chain.delivered == pytest.approx(0.9)
    assert chain.results[-1].after["debris"].value == pytest.approx(0.9 * dead)
    assert chain.potency == pytest.approx(np.exp(-0.02)) and chain.tissue_factor == pytest.approx(1.0)
    assert (chain.passage, chain.donors, chain.thawed, chain.senescent) == (6, 3, True, False)
    assert chain.doublings.value == pytest.approx(17.4) and chain.culture_days.value == pytest.approx(17.4 * 31.9 / 24)


def test_what_happens_before_the_count_changes_the_yield_and_not_what_arrives():
    chain = run_chain("umbilical_cord", STEPS[:-2])
    assert chain.delivered == 1.0 and chain.delivered_error < 1e-12 and 0.7 < chain.recovered.value < 0.9
    assert chain.recovered.low < chain.recovered.value < chain.recovered.high


def test_each_step_names_its_laws_and_keeps_its_interval_about_the_typical_size():
    for result in run_chain("umbilical_cord", STEPS).results:
        assert result.laws or result.step.kind == "pooling"
        for amount in result.after.values():
            assert amount.low - 1e-12 <= amount.value <= amount.high + 1e-12


def test_uncertainty_of_laws_joins_that_of_lots():
    bare = make_product(Product("umbilical_cord"), STEPS, LotVariation())
    known = make_product(Product("umbilical_cord"), STEPS, LotVariation(potency_sd=0.4, viability_error=0.03))
    assert known.lots.potency_sd == 0.4 and bare.lots.potency_error > 0
    assert known.lots.viability_error == pytest.approx(np.hypot(bare.lots.viability_error, 0.03))
    assert bare.lots.delivered_sd > 0 and bare.lots.delivered_error > 0 and bare.tissue_factor is None


def test_receptors_and_size_reach_the_product():
    made = make_product(Product(cxcr4=5.0, diameter=16.0), read_steps(ROWS[1:3]), LotVariation())
    assert made.cxcr4 == pytest.approx(5.0 * 0.95**2) and made.diameter == pytest.approx(16.0 * 1.02**2)


def test_both_findings_on_thaw_are_there_where_something_is_thawed():
    assert [f.value for f, _ in findings(STEPS)] == ["impaired", "unchanged"] and not list(findings(STEPS[:3]))
    thawed = {f.value: run_chain("adipose", steps).thawed for f, steps in findings(STEPS)}
    assert thawed == {"impaired": True, "unchanged": False} and any(isinstance(s, Thaw) for s in STEPS)


def test_a_hold_that_none_survive_is_refused():
    with pytest.raises(InputError, match="none of the cells live"):
        run_chain("adipose", (*STEPS[:6], Hold(hours=400.0, vehicle="ringer")))
