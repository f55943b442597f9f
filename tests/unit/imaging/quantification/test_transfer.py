"""Deconvolution of label: what the model's own equations make of cells comes back as cells."""

import numpy as np
import pytest

from hepatica.imaging.quantification.transfer import ORGANS, LabelRates, living_label
from hepatica.therapy import TRACERS, Regimen

TIMES = np.array([0.02, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.5, 7.0, 10.0])
DOSE, VIABILITY = 1e8, 0.85


def rates_of(system, hypothesis, efflux):
    typical = dict(zip(system.parameters, system.typical(hypothesis), strict=True))
    return LabelRates(
        efflux=np.array([efflux]),
        death_lung=np.array([typical["death_lung"]]),
        death_organ=np.array([typical["death_organ"]]),
        debris_washed=np.array([typical["debris_washed"]]),
        label_loss=np.array([typical["label_loss"]]),
        to_liver=np.array([typical["label_to_liver"]]),
        to_spleen=np.array([typical["label_to_spleen"]]),
    )


@pytest.mark.parametrize("hypothesis", ["label_is_cells", "lung_only"])
@pytest.mark.parametrize("tracer", ["In111", "Zr89", "iron_oxide"])
def test_cells_of_the_model_come_back(bench, system, hypothesis, tracer):
    """Forward by the engine, all states, no immune clearance; back by three equations on what a camera would see."""
    efflux = TRACERS[tracer]["efflux"].internal_value
    p = bench.parameters(hypothesis, label_efflux=efflux, nk_share=0.0, clearance_sensitised=0.0)
    rows = Regimen(DOSE / 70.0).events(70.0, viability=VIABILITY, labelled=True)
    outputs = [f"image_{o}" for o in ORGANS] + [f"cells_{o}" for o in ORGANS] + ["label_living"]
    fine = np.unique(np.concatenate([TIMES, np.linspace(0.01, 10, 150)]))
    run = bench.follow(p, system.healthy(p), fine, outputs, events=bench.events(rows))
    seen = np.stack([run[f"image_{o}"][0] for o in ORGANS])[None] / DOSE
    rates = rates_of(system, hypothesis, efflux)
    living, carried = living_label(fine, seen, rates, viability=VIABILITY)
    each = np.exp(-efflux * fine)
    for k, organ in enumerate(ORGANS):
        truth = run[f"cells_{organ}"][0] / DOSE
        np.testing.assert_allclose(living[0, k], truth * each, atol=0.002)
        np.testing.assert_allclose((living[0, k] / each)[each > 0.05], truth[each > 0.05], atol=0.01, rtol=0.02)
    np.testing.assert_allclose(carried[0], run["label_living"][0] / DOSE, atol=0.01)


def naive(times, seen, r, viability):
    """Euler's rule with five thousand steps."""
    steps, h = 5_000, times[-1] / 5_000
    left, c, out = np.zeros(3), viability, []
    left[0] = 1 - viability
    wanted = set(np.rint(times / h).astype(int))
    for k in range(steps + 1):
        y = np.array([np.interp(k * h, times, row) for row in seen])
        if k in wanted:
            out.append(np.clip(y - left, 0, np.maximum(np.minimum(y, c), 0)))
        u = y - left
        freed = np.array([0, r.to_liver[0], r.to_spleen[0]])
        change = np.array([r.death_lung[0], r.death_organ[0], r.death_organ[0]]) * u
        change += freed * (r.efflux[0] * c + r.debris_washed[0] * left[0])
        change -= np.array([r.debris_washed[0], r.label_loss[0], r.label_loss[0]]) * left
        c += h * (-r.efflux[0] * c - r.death_lung[0] * u[0] - r.death_organ[0] * (c - u[0]))
        left = left + h * change
    return np.array(out).T


def test_against_eulers_rule():
    times = np.array([0.0, 1.0, 2.0, 5.0])
    seen = np.array([[0.5, 0.4, 0.3, 0.1], [0.05, 0.1, 0.2, 0.25], [0.1, 0.2, 0.3, 0.3]])
    one = np.ones(1)
    r = LabelRates(0.3 * one, 0.5 * one, 0.2 * one, 0.4 * one, 0.02 * one, 0.3 * one, 0.4 * one)
    got, _ = living_label(times, seen[None], r, viability=0.9)
    np.testing.assert_allclose(got[0], naive(times, seen, r, 0.9), atol=2e-3)


def test_one_scan_and_dead_cells_elsewhere():
    none = np.zeros(1)
    r = LabelRates(none, none, none, none, none, none, none)
    living, _ = living_label(np.array([1.0]), np.array([[[0.1], [0.5], [0.1]]]), r, viability=0.8, dead_into="liver")
    np.testing.assert_allclose(living[0, :, 0], [0.1, 0.3, 0.1], atol=1e-12)
