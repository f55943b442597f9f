"""Recovery of functions: against a naive second implementation, at the edges, and against the model."""

import numpy as np
import pytest
import xarray as xr

from hepatica.errors import InputError
from hepatica.outcomes.recovery import (
    FUNCTIONS,
    OUTPUTS,
    day_back,
    healthy_level,
    recovery,
    share_recovered,
    weighted_median,
)

DIMS = ("arm", "patient", "time")
UP = next(f for f in FUNCTIONS if f.name == "factor V")
DOWN = next(f for f in FUNCTIONS if f.name == "bilirubin")


def dataset(values, intensity=None, output="factor_v", times=None):
    values = np.asarray(values, float)
    times = np.arange(values.shape[2]) * 10.0 if times is None else times
    intensity = np.zeros(values.shape) if intensity is None else np.broadcast_to(intensity, values.shape)
    return xr.Dataset(
        {output: (DIMS, values), "death_intensity": (DIMS, intensity)},
        {"arm": [f"a{k}" for k in range(len(values))], "time": times},
    )


def naive(ds, function, healthy, day):
    """One number after the other, with loops."""
    times, rows = ds["time"].values.tolist(), []
    for a in range(ds.sizes["arm"]):
        top = bottom = 0.0
        back, weight_total, waits, patients, solved = 0.0, 0.0, [], 0, 0
        for i in range(ds.sizes["patient"]):
            x, h = ds[function.output].values[a, i], ds["death_intensity"].values[a, i]
            if np.isnan(x).any():
                continue
            solved += 1
            lost = function.direction * (healthy - x[0])
            if lost <= 0.05 * abs(healthy):
                continue
            patients += 1
            share = [max(-1.0, min(1.0, 1 - function.direction * (healthy - v) / lost)) for v in x]
            alive = [1.0]
            for k in range(1, len(times)):
                alive.append(alive[-1] * np.exp(-(h[k] + h[k - 1]) / 2 * (times[k] - times[k - 1])))
            w = np.interp(day, times, alive)
            top, bottom = top + w * np.interp(day, times, share), bottom + w
            wait = np.inf
            for k in range(1, len(times)):
                if share[k] >= 0.5:
                    wait = times[k - 1] + (0.5 - share[k - 1]) / (share[k] - share[k - 1]) * (times[k] - times[k - 1])
                    break
            waits.append((wait, alive[-1]))
            weight_total += alive[-1]
            back += alive[-1] * (share[-1] >= 0.5)
        run, median = 0.0, np.nan
        for wait, w in sorted(waits):
            run += w
            if run >= weight_total / 2 * (1 - 1e-12):
                median = wait if np.isfinite(wait) else np.nan
                break
        rows.append((top / bottom, median, back / patients, patients / solved))
    return np.array(rows)


@pytest.mark.parametrize(("function", "healthy"), [(UP, 1.0), (DOWN, 0.644)], ids=["up", "down"])
@pytest.mark.parametrize("seed", range(4))
def test_a_naive_second_implementation_agrees(function, healthy, seed):
    rng = np.random.default_rng(seed)
    shape = (3, 25, 9)
    times = np.sort(np.r_[0.0, rng.uniform(0.5, 90.0, 8)])
    values = rng.uniform(0.1, 1.1, shape) if function is UP else np.exp(rng.normal(1.0, 1.0, shape))
    values[1, 3] = np.nan
    ds = dataset(values, rng.uniform(0.0, 0.03, shape), function.output, times)
    day = float(rng.uniform(0.0, times[-1]))
    found = recovery(ds, [day], functions=[function])
    ours = np.stack(
        [
            found["share_recovered"][:, 0, 0],
            found["median_day"][:, 0],
            found["share_back"][:, 0],
            found["counted"][:, 0],
        ],
        axis=1,
    )
    np.testing.assert_allclose(ours, naive(ds, function, healthy, day), rtol=1e-10)


def test_shares_at_their_ends():
    assert share_recovered([0.5, 0.5, 1.0, 2.0, -9.0], 1.0).tolist() == [0.0, 0.0, 1.0, 1.0, -1.0]
    assert np.isnan(share_recovered([0.97, 0.5], 1.0)).all(), "hardly anything was lost"
    assert np.isnan(share_recovered([1.4, 1.2], 1.0)).all()
    assert share_recovered([[30.0, 3.0], [0.6, 0.6]], 0.6, -1)[0, 1] == pytest.approx(1 - 2.4 / 29.4)


def test_day_back_at_its_ends():
    assert day_back([0, 4], [0.0, 0.5]) == 4.0 and day_back([0, 4], [0.0, 0.49]) == np.inf
    assert np.isnan(day_back([0, 4], [np.nan, np.nan]))
    assert weighted_median([], []) != weighted_median([], [])


def test_the_dead_do_not_count_and_those_never_back_make_no_median():
    values = [[[0.2, 0.9, 0.9], [0.2, 0.2, 0.2]]]
    doomed = [[[0.0, 0.0, 0.0], [5.0, 5.0, 5.0]]]
    all_alive, one_dead = (recovery(dataset(values, d), [20.0], functions=[UP]) for d in (None, doomed))
    assert float(all_alive["share_recovered"][0, 0, 0]) == pytest.approx(0.4375)
    assert float(one_dead["share_recovered"][0, 0, 0]) == pytest.approx(0.875)
    assert float(one_dead["share_back"][0, 0]) == pytest.approx(0.5)
    never = recovery(dataset([[[0.2, 0.2], [0.2, 0.2]]]), [10.0], functions=[UP])
    assert np.isnan(never["median_day"]).all() and float(never["share_back"][0, 0]) == 0.0


def test_nobody_who_lost_the_function_is_no_share():
    found = recovery(dataset([[[1.0, 1.0], [1.0, 1.0]]]), [10.0], functions=[UP])
    assert np.isnan(found["share_recovered"]).all() and np.isnan(found["share_back"]).all()
    assert float(found["counted"][0, 0]) == 0.0


def test_patients_may_have_their_own_healthy_level():
    fibrinogen = next(f for f in FUNCTIONS if f.output == "fibrinogen")
    ds = dataset([[[1.0, 2.0], [1.0, 2.0]]], output="fibrinogen")
    found = recovery(ds, [10.0], functions=[fibrinogen], parameters={"fibrinogen_healthy": [3.0, 2.0]})
    assert float(found["share_recovered"][0, 0, 0]) == pytest.approx(0.75)
    assert float(recovery(ds, [10.0], functions=[fibrinogen])["share_recovered"][0, 0, 0]) == pytest.approx(0.5)


def test_what_cannot_be_answered_is_said():
    ds = dataset([[[0.2, 0.9]]])
    with pytest.raises(InputError, match="days"):
        recovery(ds, [11.0], functions=[UP])
    with pytest.raises(InputError, match="outputs"):
        recovery(ds, [10.0], functions=[DOWN])


def test_functions_are_the_model_s_and_healthy_levels_its_health(bench):
    system = bench.system
    assert set(OUTPUTS) <= set(system.outputs)
    p = bench.parameters()
    found = bench.follow(p, system.healthy(p), [1.0], OUTPUTS)
    for f in FUNCTIONS:
        item = system.model.states.get(f.output) or system.model.quantities[f.output]
        assert item.unit == f.unit, f.name
        assert float(found[f.output][0, 0]) == pytest.approx(float(healthy_level(f)), rel=0.003), f.name
    assert len({f.name for f in FUNCTIONS}) == len(FUNCTIONS)


def test_functions_and_the_outputs_that_show_them():
    rows = {f.name: (f.output, f.unit, f.healthy, f.direction, f.lag) for f in FUNCTIONS}
    assert rows == {
        "bilirubin excretion": ("excretion_capacity", "", 1.0, 1, "none"),
        "bilirubin conjugation": ("conjugation_capacity", "", 1.0, 1, "none"),
        "bilirubin": ("bilirubin", "mg/dL", 0.644, -1, "weeks"),
        "albumin synthesis": ("albumin_synthesis_capacity", "", 1.0, 1, "none"),
        "factor V": ("factor_v", "", 1.0, 1, "days"),
        "factor VII": ("factor_vii", "", 1.0, 1, "hours"),
        "INR": ("inr", "", 1.0, -1, "days"),
        "fibrinogen": ("fibrinogen", "g/L", "fibrinogen_healthy", 1, "days"),
        "urea synthesis": ("fhnc", "L/hour", "fhnc_healthy", 1, "none"),
        "ammonia": ("ammonia", "umol/L", "ammonia_healthy", -1, "hours"),
        "lactate clearance": ("lactate_clearance", "", 1.0, 1, "none"),
        "glucose production": ("glucose_production", "umol/kg/min", "production_healthy", 1, "days"),
        "glycogen": ("glycogen", "", 1.0, 1, "days"),
        "ICG clearance": ("icg_pdr", "percent/min", 21.5, 1, "none"),
    }


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.name)
def test_a_reading_half_way_back_to_health_is_half_recovered(function):
    healthy = float(healthy_level(function))
    sick = healthy * (0.4 if function.direction == 1 else 3.0)
    ds = dataset([[[sick, (sick + healthy) / 2, healthy]]], output=function.output)
    found = recovery(ds, [10.0, 20.0], functions=[function])
    np.testing.assert_allclose(found["share_recovered"].values[0, 0], [0.5, 1.0], atol=1e-12)
    assert float(found["median_day"][0, 0]) == pytest.approx(10.0)


def test_a_loss_of_a_twentieth_is_not_counted_and_a_little_more_is():
    assert np.isnan(share_recovered([19.0, 20.0], 20.0)).all()
    assert share_recovered([18.9, 20.0], 20.0).tolist() == [0.0, 1.0]


def test_a_share_counts_no_lower_than_as_much_lost_again():
    assert share_recovered([0.5, 0.0, -3.0], 1.0).tolist() == [0.0, -1.0, -1.0]
    assert share_recovered([0.5, 9.0], 1.0).tolist() == [0.0, 1.0]


def test_the_day_back_is_that_of_the_first_crossing():
    times = [0.0, 10.0, 20.0, 30.0]
    assert day_back(times, [0.0, 0.6, 0.2, 0.9]) == pytest.approx(10 * 0.5 / 0.6)
    assert day_back(times, [0.5, 0.6, 0.2, 0.9]) == 0.0
    assert day_back(times, [0.0, 0.2, 0.5, 0.9]) == 20.0
    assert np.isnan(day_back(times, [0.0, np.nan, 0.5, 0.9]))
    assert day_back(times, [0.0, 0.2, 0.3, 0.45], level=0.4) == pytest.approx(20 + 10 * 0.1 / 0.15)


def test_a_week_a_month_and_a_quarter_are_the_usual_days():
    ds = dataset(np.full((1, 1, 11), 0.5))
    assert recovery(ds, functions=[UP])["day"].values.tolist() == [7.0, 28.0, 90.0]


def test_values_without_weight_have_no_median():
    assert np.isnan(weighted_median([1.0, 2.0], [0.0, 0.0]))
    assert weighted_median([1.0, 2.0, 3.0], [0.0, 1.0, 0.0]) == 2.0
