from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from hepatica.imaging.biodistribution.fit import fit_subject
from hepatica.imaging.biodistribution.infusion import Infusion
from hepatica.imaging.biodistribution.next_scan import _Predicted, expected_information, plan_scans
from hepatica.imaging.biodistribution.scan_error import ScanError
from hepatica.imaging.biodistribution.surroundings import Surroundings
from hepatica.imaging.quantification import OrganLabel

ERROR = ScanError(noise=0.1, own=0.0, shared=0.0, half_life=1e9)


def made(chance: float, mean: float, spread: float, seed: int) -> _Predicted:
    x = np.random.default_rng(seed).normal(mean, spread, 1000)
    return _Predicted(np.log(chance), x[:, None], x)


def test_information_is_that_of_numerical_integration() -> None:
    one, other = made(0.3, 0.2, 0.05, 1), made(0.7, 0.5, 0.1, 2)
    y = np.linspace(-1, 2, 4001)
    density = [
        0.3 * norm.pdf(y, 0.2, np.hypot(0.05, 0.1)),
        0.7 * norm.pdf(y, 0.5, np.hypot(0.1, 0.1)),
    ]
    chance = np.array(density) / np.sum(density, axis=0)
    after = -np.sum(chance * np.log2(np.maximum(chance, 1e-300)), axis=0)
    before = -(0.3 * np.log2(0.3) + 0.7 * np.log2(0.7))
    expected = before - float(np.trapezoid(np.sum(density, axis=0) * after, y))
    bits, _ = expected_information([one, other], ERROR, 1.0, seed=1)
    assert bits == pytest.approx(expected, abs=0.04)


def test_the_expected_spread_is_that_of_the_conjugate_normal() -> None:
    _, ratio = expected_information([made(1.0, 1.0, 0.2, 3)], ERROR, 1.0, seed=1)
    assert ratio == pytest.approx(0.1 / np.hypot(0.1, 0.2), abs=0.03)
    blind = ERROR._replace(noise=1e5)
    assert expected_information([made(1.0, 1.0, 0.2, 3)], blind, 1.0, seed=1)[1] == pytest.approx(1.0, abs=0.03)


def test_short_lived_tracers_say_nothing_late(infusion: Infusion, around: Surroundings) -> None:
    fit = fit_subject([OrganLabel("spleen", 0.1, 0.05, 0.03)], infusion, around, draws=200, points=600)
    plans = plan_scans(fit, tracers=["Zr89", "F18"], days=[0.05, 1.0, 10.0])
    late = [p for p in plans if p.tracer == "F18" and p.day == 10.0]
    assert max(p.hypotheses for p in late) < 0.02
    assert all(p.day > 0.1 for p in plans if p.is_same_infusion)
    assert {p.tracer for p in plans if not p.is_same_infusion} == {"F18"}
    assert plans[0].homing_sd == min(p.homing_sd for p in plans)
