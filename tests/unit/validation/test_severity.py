"""Severity of virtual patients: weights, populations shifted beyond them, and arms out of reach."""

import numpy as np
import pytest

from hepatica.calibrate.endpoints import Endpoint
from hepatica.calibrate.matching import simulated_arm
from hepatica.errors import InputError
from hepatica.evidence import load
from hepatica.evidence.publications import read
from hepatica.patients import load_population
from hepatica.validation import simulated
from hepatica.validation.severity import BaselineMatch, _tilted, match_baseline, shifted
from hepatica.validation.simulated import ArmSimulator, PredictionSettings


def test_virtual_patients_are_made_to_look_like_an_arm(system, admitted):
    lin = load("lin2017")
    p = lin.model_copy(
        update={
            "observations": (
                *lin.observations,
                lin.observations[0].model_copy(
                    update={
                        "arm": "smt",
                        "variable": "inr",
                        "unit": "1",
                        "value": 2.2,
                        "sd": 0.5,
                        "time": 0.0,
                        "kind": "mean_sd",
                    }
                ),
            )
        }
    )
    match = match_baseline(p, simulated_arm(p, p.arm("smt")), admitted)
    weight, effective = match.weight, match.effective
    before = np.exp(np.log(admitted.labs["inr"]).mean())
    after = np.exp(np.average(np.log(admitted.labs["inr"]), weights=weight))
    assert 0.1 <= effective < 1 and abs(after - 2.2) < abs(before - 2.2) and after == pytest.approx(2.2, rel=0.03)
    assert (
        match_baseline(lin, simulated_arm(lin, lin.arm("smt")), admitted).effective == 1.0
    )  # nothing printed, nothing matched


def test_tilting_is_that_of_a_plain_minimisation():
    """The weights that minimise the same objective on a grid of coefficients have the same mean."""
    x = np.random.default_rng(1).standard_normal((400, 1))
    w = _tilted(x, np.array([0.6]))
    grid = np.linspace(-4, 4, 8001)
    loss = [np.log(np.exp(x[:, 0] * k).sum()) - 0.6 * k + 5e-3 * k * k for k in grid]
    best = np.exp(x[:, 0] * grid[int(np.argmin(loss))])
    assert np.average(x[:, 0], weights=w) == pytest.approx(np.average(x[:, 0], weights=best), abs=2e-3)
    assert np.average(x[:, 0], weights=w) == pytest.approx(0.6, abs=0.02)


def test_a_shift_scales_every_insult_and_cirrhosis_where_there_is_none():
    usual = load_population("hbv_aclf")
    larger, size = (p.insult["effectors_young"].parts[0].median for p in (shifted(usual, 1.5), usual))
    assert larger == pytest.approx(1.5 * size)
    chronic = load_population("compensated_cirrhosis")
    assert not chronic.insult and not any(c.insult for c in chronic.causes)
    more = shifted(chronic, 2.5).covariate["cirrhosis"]
    u = np.linspace(0, 1, 101)
    assert more.draw(u, u).mean() > chronic.covariate["cirrhosis"].draw(u, u).mean() and more.largest <= 0.95
    assert shifted(chronic, 1.0) is chronic


def test_what_is_not_reached_is_said_and_far_is_refused():
    near = BaselineMatch(np.ones(3), 0.1, 0.6, 1, {"meld": (30.0, 27.0, 1.2), "albumin": (20.0, 30.0, -4.0)})
    assert "meld 30 published, 27 reached" in near.said("p", 1.0)[0] and near.refusal("p") == ""
    assert near.said("p", 1.6)[0] == "p with an insult of 1.6 times its size"
    far = near._replace(gaps={"meld": (40.0, 27.0, 3.0)})
    assert far.refusal("p") == "meld at day 0 is 40, and no patients of p come nearer than 27"


def test_a_sicker_arm_draws_a_shifted_population_and_an_impossible_one_is_refused(system, row, head, monkeypatch):
    """Weighting alone stops short of the published means; the shifted population comes nearer to them."""

    def arm(inr, bilirubin):
        rows = [row("care", Endpoint(v, 0.0), x, 50, 0.3 * x) for v, x in (("inr", inr), ("bilirubin", bilirubin))]
        return read(head.format(i=31, n=50) + "".join(rows) + row("care", Endpoint("survival", 28.0), 50, 50))

    monkeypatch.setattr(simulated, "SHIFTS", {1: (1.6,), -1: (0.6,)})
    simulator = ArmSimulator(system, None, PredictionSettings(people=4, draws=8, seed=1))
    p = arm(3.9, 30.0)
    a = simulated_arm(p, p.arm("care"))
    alone = match_baseline(p, a, simulator.patients("hbv_aclf"))
    factor, best = simulator.matched(p, a, "hbv_aclf")
    assert alone.reached < 1.0 and alone.direction == 1 and factor in (1.0, 1.6)
    assert best.distance < alone.distance if factor > 1.0 else best.distance == alone.distance
    with pytest.raises(InputError, match="no patients of hbv_aclf come nearer"):
        simulator.matched(arm(9.0, 60.0), a, "hbv_aclf")
