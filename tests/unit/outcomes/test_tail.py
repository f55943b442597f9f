"""Causes of death and the five years after the horizon, against step-by-step sums over each patient."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from hepatica.errors import InputError
from hepatica.outcomes import tail
from hepatica.outcomes.causes import BY_CAUSE, CAUSES, EMBOLISM, deaths_by_cause
from hepatica.outcomes.survival import incidences

TIMES = np.array([0.0, 1.0, 3.0, 10.0, 30.0, 180.0, 700.0, 1826.0])
HORIZON = 30.0
rates = arrays(float, (7, 2, len(TIMES)), elements=st.floats(0, 0.01))


def naive(times, hazards_at):
    """Share that each event has taken by the end; patients pass the steps one after the other."""
    taken, left = [0.0] * len(hazards_at), 1.0
    for k in range(len(times) - 1):
        each = [(h[k] + h[k + 1]) / 2 * (times[k + 1] - times[k]) for h in hazards_at]
        gone = left * (1 - np.exp(-sum(each)))
        for place, part in enumerate(each):
            taken[place] += gone * part / sum(each) if sum(each) else 0.0
        left -= gone
    return taken, left


def dataset(values, **extra):
    names = ("death_intensity", "transplant_intensity", "tumour_intensity", "bleeding_intensity")
    data = {n: (("arm", "patient", "time"), v[None]) for n, v in zip(names, values, strict=False)}
    data["death_by_tumour"] = (("arm", "patient", "time"), 0.2 * np.minimum(values[0], values[2])[None])
    clot = np.broadcast_to(3e-4 * TIMES, values[0].shape)[None]
    data["thrombosis_hazard"] = (("arm", "patient", "time"), clot)
    return xr.Dataset(data | extra, {"time": TIMES})


@given(rates)
def test_incidences_are_the_sums_written_out_and_add_up(values) -> None:
    found = incidences(TIMES, values)
    for patient in range(2):
        taken, left = naive(TIMES, values[:, patient])
        assert_allclose(found[:, patient, -1], taken, atol=1e-12)
        assert_allclose(found[:, patient, -1].sum() + left, 1, atol=1e-12)


@given(rates)
def test_the_tail_is_the_sums_written_out(values) -> None:
    t = tail.tail(dataset(values), HORIZON)
    k = int(np.searchsorted(TIMES, HORIZON))
    for patient in range(2):
        death, graft, tumour, bleeding = (v[patient] for v in values[:4])
        by_tumour = 0.2 * np.minimum(death, tumour)
        _, left = naive(TIMES[: k + 1], [death[: k + 1], graft[: k + 1]])
        (died, grafted), _ = naive(TIMES[k:], [death[k:], graft[k:]])
        (first, _, _), _ = naive(TIMES[k:], [tumour[k:], death[k:] - by_tumour[k:], graft[k:]])
        (bled, _, _), _ = naive(TIMES[k:], [bleeding[k:], death[k:], graft[k:]])
        got = [
            t.weight[0, patient],
            *(getattr(t, n)[0, patient, -1] for n in ("death", "transplant", "tumour", "bleeding")),
        ]
        assert_allclose(got, [left, died, grafted, first, bled], atol=1e-12)
        assert t.times[0] == HORIZON and t.death[0, patient, 0] == 0.0


def test_fatal_embolism_adds_deaths_and_only_these() -> None:
    nothing = np.zeros((4, 2, len(TIMES)))
    t = tail.tail(dataset(nothing), HORIZON, fatal_share=0.5)
    alive = 1 - 0.5 * -np.expm1(-3e-4 * TIMES)
    assert_allclose(t.weight, alive[4], rtol=1e-12)
    assert_allclose(t.death[0, 0], 1 - alive[4:] / alive[4], atol=1e-12)
    assert t.tumour.max() == 0 and t.transplant.max() == 0 and t.collagen is None


def test_the_mean_is_over_those_alive_at_the_horizon() -> None:
    values = np.zeros((4, 2, len(TIMES)))
    values[0, 1, :5] = 0.1  # the second hardly lives to the horizon
    collagen = np.zeros((1, 2, len(TIMES)))
    collagen[0, :, -1] = [1.0, -9.0]
    t = tail.tail(dataset(values, collagen=(("arm", "patient", "time"), collagen)), HORIZON)
    moved = t.of_those_alive(t.collagen)
    weight = t.weight[0] / t.weight[0].sum()
    assert moved.mean() == pytest.approx(weight[0] - 9 * weight[1])
    assert_allclose(moved[0] - moved.mean(), 2 * weight * (np.array([1.0, -9.0]) - moved.mean()))
    failed = t.of_those_alive(np.array([[0.4, np.nan]]))
    assert failed[0, 0] == pytest.approx(0.4) and np.isnan(failed[0, 1])


def test_a_horizon_with_nothing_behind_it_is_refused() -> None:
    ds = dataset(np.zeros((4, 2, len(TIMES))))
    for horizon in (1826.0, 5000.0, 31.0):
        with pytest.raises(InputError, match="horizon"):
            tail.tail(ds, horizon)


@pytest.mark.parametrize("horizon", [1.0, 20.0, 28.0, 180.0, 1800.0])
def test_the_grid_holds_horizon_and_end(horizon: float) -> None:
    times = tail.grid(horizon)
    assert {0.0, horizon, tail.FIVE_YEARS} <= set(times.tolist()) and (np.diff(times) > 0).all()
    assert len(times) < 450 and np.diff(times).max() <= tail.STEP + 1e-9


@given(rates, st.floats(0, 1))
def test_causes_add_up_to_all_deaths(values, fatal: float) -> None:
    data = {n: (("patient", "time"), v) for n, v in zip(BY_CAUSE, values, strict=True)}
    data["transplant_intensity"] = (("patient", "time"), np.full((2, len(TIMES)), 1e-3))
    fatal_by = fatal * TIMES / TIMES[-1]
    found = deaths_by_cause(xr.Dataset(data, {"time": TIMES}), fatal_by)
    assert list(found) == [*CAUSES, EMBOLISM] and all((v >= 0).all() for v in found.values())
    died, _ = incidences(TIMES, np.stack([values.sum(axis=0), np.full((2, len(TIMES)), 1e-3)]))
    assert_allclose(sum(found.values()), 1 - (1 - died) * (1 - fatal_by), atol=1e-12)
