from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hepatica.imaging.biodistribution import SubjectFit
from hepatica.imaging.guidance.advice import TIE, Change, Verdict, advise, least_changed
from hepatica.imaging.guidance.plan import Plan
from hepatica.therapy import Product, Regimen

REGIMENS = (Regimen(1e6), Regimen(5e5, infusions=2), Regimen(1e6, route="portal_vein"))


def plan(**changes: object) -> Plan:
    return Plan("hbv_aclf", REGIMENS, horizon=30.0, patients=40, **changes)  # type: ignore[arg-type]


def test_options_are_ranked_and_looking_is_never_worth_less_than_nothing(fitted: Callable[..., SubjectFit]) -> None:
    fit = fitted({2.0: (0.3, 0.02, 0.06), 24.0: (0.24, 0.05, 0.12)})
    found = advise(fit, plan(products={"targeted": Product(targeting=5.0)}))
    gains = [o.gain for o in found.options if o.is_admissible]
    assert found.verdict in Verdict
    assert gains == sorted(gains, reverse=True) or found.verdict is Verdict.GIVE
    assert found.gain_of_looking >= 0.0
    assert {o.product for o in found.options} == {"", "targeted"}
    for option in found.options:
        chance = fit.probability
        assert option.gain == pytest.approx(sum(chance[h] * g for h, g in option.by_hypothesis.items()))
        assert option.low <= option.high
    if found.best is not None:
        assert (Change.PRODUCT in found.changes) == (found.best.product == "targeted")
    assert not found.is_poorer


def test_cells_that_do_not_reach_the_liver_are_stopped(fitted: Callable[..., SubjectFit]) -> None:
    """By the vein alone, and asking for half of the cells in the liver, nothing reaches it."""
    fit = fitted({24.0: (0.24, 0.01, 0.12)})
    found = advise(fit, Plan("hbv_aclf", REGIMENS[:2], horizon=30.0, patients=40, reach=0.5))
    assert found.verdict is Verdict.STOP
    assert found.best is None and not found.is_confident
    assert found.is_poorer
    worth = 0.0 if found.unseen is None else -found.unseen.gain
    assert found.gain_of_looking == pytest.approx(max(worth, 0.0))


def test_another_route_is_taken_where_the_vein_does_not_reach(fitted: Callable[..., SubjectFit]) -> None:
    fit = fitted({24.0: (0.24, 0.01, 0.12)})
    found = advise(fit, plan(reach=0.1))
    assert found.best is None or found.best.regimen.route == "portal_vein"
    assert found.best is None or Change.ROUTE in found.changes


def test_of_gains_that_are_printed_alike_the_least_change_is_advised(fitted: Callable[..., SubjectFit]) -> None:
    fit = fitted({2.0: (0.3, 0.02, 0.06), 24.0: (0.24, 0.05, 0.12)})
    vein = advise(fit, Plan("hbv_aclf", REGIMENS[:1], horizon=30.0, patients=40)).options[0]
    one = replace(vein, gain=5.0)
    other = replace(one, product="targeted", gain=5.0 + 0.5 * TIE)
    split = replace(one, regimen=REGIMENS[1], gain=5.0 + 0.2 * TIE)
    assert least_changed([other, split, one], "peripheral_vein") is one
    assert least_changed([other, split], "peripheral_vein") is other  # one change each: the larger gain
    assert least_changed([replace(other, gain=5.0 + 2 * TIE), one], "peripheral_vein").product == "targeted"
    assert least_changed([replace(other, gain=0.02), replace(one, gain=-0.02)], "peripheral_vein").product == "targeted"
