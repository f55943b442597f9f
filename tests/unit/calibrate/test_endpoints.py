"""Published endpoints of an arm, against loops over people."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from hepatica.calibrate.endpoints import OUTPUTS, ArmEndpoints, Endpoint, Summary, endpoints_of, grid, outputs_of
from hepatica.evidence.findings import Finding
from hepatica.evidence.observations import Observation
from hepatica.outcomes.scores import meld


def course(n=4):
    times = np.array([0.0, 1.0, 2.0])
    rng = np.random.default_rng(1)
    values = {k: (("arm", "patient", "time"), rng.uniform(1, 3, (1, n, 3))) for k in ("bilirubin", "inr", "creatinine")}
    flat = np.ones((1, n, 3))
    values |= {
        "death_intensity": (("arm", "patient", "time"), 0.1 * flat),
        "transplant_intensity": (("arm", "patient", "time"), 0.0 * flat),
        "thrombosis_hazard": (("arm", "patient", "time"), 0.2 * flat),
        "status": (("arm", "patient"), np.array([[0] * (n - 1) + [3]])),
        "infection_time": (("arm", "patient", "infection"), np.array([[[0.5], [np.inf], [1.5], [0.2]]])),
    }
    return xr.Dataset(values, coords={"time": times})


def test_deaths_and_infections_of_those_alive():
    c = ArmEndpoints(course(), 0)
    dead, weight = c.values(Endpoint("death", 2.0))
    assert (
        weight.tolist() == [1, 1, 1, 0] and dead[0] == pytest.approx(1 - np.exp(-0.2), rel=1e-3) and np.isnan(dead[3])
    )
    infected, _ = c.values(Endpoint("severe_infection", 1.0))
    assert infected[0] == pytest.approx(np.exp(-0.05), rel=1e-2) and infected[1] == infected[2] == 0  # later, and never
    assert c.values(Endpoint("thrombosis", 1.0))[0][0] == pytest.approx(1 - np.exp(-0.2))
    np.testing.assert_allclose(c.values(Endpoint("survival", 2.0))[0][:3], 1 - dead[:3])


def test_means_are_of_survivors_and_scores_of_people():
    ds = course()
    c = ArmEndpoints(ds, 0)
    value, weight = c.values(Endpoint("meld", 1.0))
    one = meld(
        bilirubin=ds["bilirubin"].values[0, 0, 1],
        inr=ds["inr"].values[0, 0, 1],
        creatinine=ds["creatinine"].values[0, 0, 1],
    )
    assert value[0] == pytest.approx(float(one)) and weight[0] == pytest.approx(np.exp(-0.1), rel=1e-3)
    rise, _ = c.values(Endpoint("bilirubin", 2.0, change=True))
    assert rise[0] == pytest.approx(ds["bilirubin"].values[0, 0, 2] - ds["bilirubin"].values[0, 0, 0])


def test_a_lab_below_zero_is_nobody_s():
    ds = course()
    ds["bilirubin"].values[0, 1, 2] = -54.0
    c = ArmEndpoints(ds, 0)
    for name in ("meld", "bilirubin"):
        value, weight = c.values(Endpoint(name, 2.0))
        assert np.isnan(value[[1, 3]]).all() and (weight[[1, 3]] == 0).all() and np.isfinite(value[[0, 2]]).all()
    assert np.isfinite(c.values(Endpoint("death", 2.0))[0][1]) and np.isfinite(c.values(Endpoint("meld", 1.0))[0][1])


@given(st.integers(0, 10_000))
def test_a_summary_is_what_loops_find(seed):
    rng = np.random.default_rng(seed)
    values, weights, where = rng.normal(size=(30, 2)), rng.uniform(0.1, 1, (30, 2)), rng.integers(0, 4, 30)
    s = Summary.of(values, weights, where, 5)
    for g in range(5):
        for k in range(2):
            x, w = values[where == g, k], weights[where == g, k]
            if len(x) < 2:
                continue
            mean = sum(w * x) / sum(w)
            people = sum(w) ** 2 / sum(w**2)
            assert s.mean[g, k] == pytest.approx(mean)
            assert s.sd[g, k] == pytest.approx(np.sqrt(sum(w * (x - mean) ** 2) / sum(w) * people / (people - 1)))
            assert s.noise[g, k] == pytest.approx(sum((w * (x - mean)) ** 2) / sum(w) ** 2 * people / (people - 1))
    assert np.isnan(s.mean[4]).all() or (where == 4).any()


def test_a_mixture_has_the_spread_between_its_parts():
    one, other = (Summary(np.array([[m]]), np.array([[1.0]]), np.array([[0.1]])) for m in (0.0, 10.0))
    mixed = Summary.mixed([(0.5, one), (0.5, other)])
    assert (
        mixed.mean[0, 0] == 5
        and mixed.sd[0, 0] == pytest.approx(np.sqrt(26))
        and mixed.noise[0, 0] == pytest.approx(0.05)
    )


def test_times_hold_what_is_wanted():
    t = grid([Endpoint("death", 33.3), Endpoint("inr", 90.0)])
    assert t[0] == 0 and t[-1] == 90 and 33.3 in t and (np.diff(t) > 0).all()
    assert (
        Endpoint("age", 0.0).modelled is False
        and Endpoint("death", 1827.0).modelled is False
        and Endpoint("death", 1826.0).modelled
        and Endpoint("inr", 28.0).modelled
    )


def test_five_years_are_followed_and_the_first_year_on_the_same_days_as_before():
    early, late = grid([Endpoint("death", 365.0)]), grid([Endpoint("death", 1826.0)])
    assert (late[: len(early) - 1] == early[:-1]).all() and late[-1] == 1826.0 and np.diff(late).max() <= 36.0
    assert "later than is followed" in Endpoint("inr", 1900.0).unpredicted(cells=False)


def test_shares_that_only_publications_ask_for():
    """MELD lower by 3 or more, alive without transplant; fever by the cumulative hazard of a reaction to cells."""
    ds = course(4).isel(patient=slice(0, 3))
    for name in ("bilirubin", "inr", "creatinine"):
        ds[name].values[0, :, 0] = 3.0
        ds[name].values[0, :, 2] = [1.0, 2.9, 3.0]
    ds = ds.assign(status=0 * ds["status"])
    ds = ds.assign(reaction_hazard=(("arm", "patient", "time"), 0.5 * np.ones((1, 3, 3))))
    c = ArmEndpoints(ds, 0)
    alive = c.values(Endpoint("transplant_free_survival", 2.0))[0]
    assert c.values(Endpoint("meld_improved_3", 2.0))[0].tolist() == [alive[0], 0.0, 0.0]
    assert c.values(Endpoint("fever", 2.0))[0] == pytest.approx(1 - np.exp(-0.5))
    assert Endpoint("fever", 2.0).unpredicted(cells=False) and not Endpoint("fever", 2.0).unpredicted(cells=True)
    assert outputs_of([Endpoint("fever", 2.0), Endpoint("il6", 0.0)])[-2:] == ("il6", "reaction_hazard")
    assert outputs_of([Endpoint("meld_improved_3", 2.0)]) == OUTPUTS


def test_a_day_that_is_not_exact_has_three_endpoints():
    o = Observation(arm="a", variable="inr", unit="1", time=14, until=28, kind="mean_sd", value=2.0, sd=0.5, n=9)
    assert [e.time for e in endpoints_of(o)] == [14.0, 21.0, 28.0]
    f = Finding(arm="a", variable="inr", unit="1", time=28, kind="sign", direction="lower")
    assert endpoints_of(f) == (Endpoint("inr", 28.0, change=True),)
