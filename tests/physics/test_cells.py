"""Cells are conserved, whatever is given by whatever route; nothing given is nothing done."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepatica.simulation import Arm, simulate
from hepatica.therapy import NO_CELLS, ROUTES, SOURCES, Product, Regimen

HYPOTHESES = ("", "lung_only")
TIMES = np.array([0.0, 0.01, 0.5, 1.0, 6.9, 7.3, 14.0, 28.0, 60.0])
doses = st.floats(3.0, 8.0).map(lambda power: 10.0**power)
regimens = st.builds(
    Regimen,
    dose=doses,
    per_kg=st.booleans(),
    infusions=st.integers(1, 5),
    interval=st.sampled_from([0.0, 0.3, 1.0, 7.0]),
    route=st.sampled_from(sorted(ROUTES)),
    duration=st.sampled_from([0.0, 1 / 24, 0.2, 2.0]),
    start=st.sampled_from([0.0, 3.0]),
)
viabilities = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0))


def cell_states(system):
    return [s for s, state in system.model.states.items() if state.unit == "cell" and state.module == "cells"]


def given_by(regimen, weight, time):
    """Cells that have entered by a time, worked out here anew."""
    each = regimen.dose * (weight if regimen.per_kg else 1.0)
    total = 0.0
    for k in range(regimen.infusions):
        since = time - (regimen.start + k * regimen.interval)
        if since >= 0:
            total = total + each * (1.0 if regimen.duration == 0 else min(1.0, since / regimen.duration))
    return total


@pytest.fixture(scope="module")
def few(admitted):
    return admitted.take(np.arange(3))


@pytest.fixture(scope="module")
def weights(few):
    return few.cohort.covariate("body_weight")


def test_the_cell_states_are_closed(model):
    """A cell flow has two ends within the module, so nothing leaks by construction."""
    counted = {s for s, state in model.states.items() if state.unit == "cell" and state.module == "cells"}
    of_cells = [f for f in model.flows if counted & {f.out_of, f.into}]
    loose = [f.name for f in of_cells if not {f.out_of, f.into} <= counted]
    assert len(of_cells) > 20
    assert not loose


@settings(max_examples=60)
@given(regimen=regimens, viability=viabilities, hypothesis=st.sampled_from(HYPOTHESES))
def test_mass_balance_of_cells_closes(system, few, weights, regimen, viability, hypothesis):
    names = cell_states(system)
    ds = simulate(
        system, few, [Arm("a", regimen, Product(viability=viability))], TIMES, outputs=names, hypothesis=hypothesis
    )
    assert not ds["status"].values.any()
    held = sum(ds[n].values[0] for n in names)
    for i, weight in enumerate(weights):
        dose = regimen.dose * (weight if regimen.per_kg else 1.0) * regimen.infusions
        expected = np.array([given_by(regimen, weight, t) for t in TIMES])
        assert np.abs(held[i] - expected).max() <= 1e-9 * dose


@settings(max_examples=60)
@given(regimen=regimens, viability=viabilities, hypothesis=st.sampled_from(HYPOTHESES))
def test_no_state_of_a_typical_patient_goes_negative(bench, ill, regimen, viability, hypothesis):
    """At typical parameters of the model, in a flare, with an infection on day 10 or so."""
    p = bench.parameters(hypothesis, cirrhosis=0.3, infection_rate=0.02)
    thresholds = np.full((1, 1, 8), np.inf)
    thresholds[0, 0, 0] = 0.4
    found = bench.follow(
        p,
        ill,
        TIMES,
        bench.system.states,
        events=bench.events(regimen.events(65.0, viability=viability)),
        thresholds=thresholds,
        rtol=1e-4,
    )
    for name, scale in zip(bench.system.states, bench.system.scale, strict=True):
        assert found[name].min() >= -1e-6 * scale, name


@pytest.fixture(scope="module")
def ill(bench):
    p = bench.parameters(cirrhosis=0.3)
    return bench.state(bench.rest(p), effectors_young=1.0)


@pytest.mark.parametrize("hypothesis", HYPOTHESES)
def test_no_state_of_any_drawn_patient_goes_negative(system, admitted, hypothesis):
    """With parameters drawn from the priors and between patients, by each route, up to the highest doses."""
    arms = [
        Arm("none"),
        *(
            Arm(f"{route} {dose} {d}", Regimen(dose, infusions=4, route=route, duration=d), Product(viability=v))
            for route in ROUTES
            for dose, d, v in ((1e5, 0.0, 1.0), (1e6, 1 / 24, 0.9), (1e8, 0.0, 0.5))
        ),
    ]
    ds = simulate(system, admitted, arms, np.arange(0.0, 91.0, 0.5), outputs=system.states, hypothesis=hypothesis)
    lowest = {name: float(ds[name].min()) / scale for name, scale in zip(system.states, system.scale, strict=True)}
    # a hundred cells of the 7e9 that the highest dose gives are the solver's error, 2e-8 of it
    assert {n: v for n, v in lowest.items() if not v >= (-1e-4 if n in cell_states(system) else -1e-5)} == {}


@settings(max_examples=15)
@given(
    source=st.sampled_from(sorted(SOURCES)),
    viability=viabilities,
    potency=st.floats(0.0, 5.0),
    thawed=st.booleans(),
    regimen=st.one_of(regimens.map(lambda r: replace(r, dose=0.0)), regimens.map(lambda r: replace(r, infusions=0))),
)
def test_no_cells_are_standard_care_to_the_last_bit(system, few, source, viability, potency, thawed, regimen):
    product = Product(source=source, viability=viability, potency=potency, thawed=thawed, passage=9)
    ds = simulate(system, few, [Arm("care"), Arm("nothing", regimen, product)], TIMES, outputs=system.outputs)
    for name in (*system.outputs, "infection_time", "status", "steps"):
        care, nothing = ds[name].values
        assert care.tobytes() == nothing.tobytes(), name
    assert regimen.label == NO_CELLS.label == "standard care"


@pytest.mark.parametrize("hypothesis", HYPOTHESES)
@pytest.mark.parametrize("route", sorted(ROUTES))
def test_dead_cells_secrete_nothing_but_are_engulfed(system, few, route, hypothesis):
    regimen = Regimen(1e6, infusions=2, route=route, duration=1 / 24)
    living = [
        "hgf_msc",
        "mediators",
        "vegf_added",
        "tgf_beta_added",
        "mmp_added",
        "il6_added",
        "growth_effect",
        "mediator_effect",
        "cells_lung",
        "cells_liver",
    ]
    ds = simulate(
        system,
        few,
        [Arm("dead", regimen, Product(viability=0.0))],
        np.arange(0.0, 30.0, 0.5),
        outputs=[*living, "efferocytosis"],
        hypothesis=hypothesis,
    )
    for name in living:
        assert (ds[name].values == 0.0).all(), name
    assert (ds["efferocytosis"].values[..., 1:] > 0).all()


@pytest.mark.parametrize("route", sorted(ROUTES))
@pytest.mark.parametrize("duration", [0.0, 1 / 24])
def test_two_infusions_at_one_time_are_one_of_double_dose(system, few, route, duration):
    twice = Arm("twice", Regimen(3e5, infusions=2, interval=0.0, route=route, duration=duration, start=1.0))
    double = Arm("double", Regimen(6e5, infusions=1, route=route, duration=duration, start=1.0))
    ds = simulate(system, few, [twice, double], TIMES, outputs=system.states)
    assert all(ds[s].values[0].tobytes() == ds[s].values[1].tobytes() for s in system.states)
    assert float(ds["cells_cleared"].max()) > 0


def test_an_infusion_at_the_horizon_changes_nothing_before_it(system, few):
    once, again = Regimen(1e6, infusions=1), Regimen(1e6, infusions=2, interval=28.0)
    ds = simulate(
        system, few, [Arm("once", once), Arm("again", again)], np.arange(0.0, 28.5, 1.0), outputs=system.states
    )
    before = ds.isel(time=slice(None, -1))
    assert all(before[s].values[0].tobytes() == before[s].values[1].tobytes() for s in system.states)
    entered = float(ds["cells_venous"].values[1, :, -1].min() - ds["cells_venous"].values[0, :, -1].max())
    assert entered > 1e7  # at that very moment the cells are in, so nothing was quietly left out


def test_infusions_beyond_the_horizon_change_nothing(system, few):
    arms = [Arm(str(n), Regimen(1e6, infusions=n, interval=61.0, duration=1 / 24)) for n in (1, 2, 4)]
    ds = simulate(system, few, arms, TIMES, outputs=system.outputs)
    for name in system.outputs:
        assert ds[name].values[0].tobytes() == ds[name].values[1].tobytes() == ds[name].values[2].tobytes(), name


def test_an_infusion_that_outlasts_the_horizon_gives_what_fits(system, few, weights):
    names = cell_states(system)
    ds = simulate(system, few, [Arm("slow", Regimen(1e6, duration=10.0))], np.array([0.0, 4.0]), outputs=names)
    held = sum(ds[n].values[0, :, -1] for n in names)
    np.testing.assert_allclose(held, 0.4e6 * weights, rtol=1e-9)


@settings(max_examples=20)
@given(regimen=regimens, weight=st.floats(35.0, 130.0), viability=viabilities)
def test_cells_per_kg_at_a_weight_are_that_many_cells(regimen, weight, viability):
    per_kg = replace(regimen, per_kg=True)
    absolute = replace(regimen, per_kg=False, dose=regimen.dose * weight)
    assert per_kg.events(weight, viability=viability) == absolute.events(weight, viability=viability)


def test_at_most_the_stated_share_turns_into_hepatocyte_like_cells(system, few, weights):
    ds = simulate(
        system,
        few,
        [Arm("portal", Regimen(1e6, route="portal_vein"), Product(viability=1.0))],
        np.arange(0.0, 60.0),
        outputs=["cells_hepatocyte_like"],
    )
    share = ds["cells_hepatocyte_like"].values[0].max(axis=1) / (1e6 * weights)
    assert (share > 0).all() and (share <= 0.0023).all()


def test_label_outlives_cells_and_is_never_more_than_was_given(system, few, weights):
    names = ["label_living", "label_lung", "label_liver", "label_spleen", "label_per_cell"]
    ds = simulate(
        system,
        few,
        [Arm("seen", Regimen(1e6, infusions=1), Product(viability=0.8), labelled=True)],
        np.arange(0.0, 40.0),
        outputs=names,
        hypothesis="lung_only",
    )
    total = sum(ds[n].values[0] for n in names[:-1])
    assert (total <= 1e6 * weights[:, None] * (1 + 1e-6)).all() and (np.diff(total[:, 1:], axis=1) <= 1e-3).all()
    assert (ds["label_per_cell"].values[0, :, -1] < 1e-3).all() and (total[:, -1] > 1e5 * weights).all()


def test_unlabelled_cells_show_nothing(system, few):
    ds = simulate(
        system, few, [Arm("unseen", Regimen(1e6))], TIMES, outputs=["image_lung", "image_liver", "image_spleen"]
    )
    assert all((ds[n].values == 0).all() for n in ("image_lung", "image_liver", "image_spleen"))


def test_a_tracer_that_leaks_fades_from_living_cells(system, few):
    arms = [Arm(t, Regimen(1e6), Product(tracer=t)) for t in ("iron_oxide", "Zr89", "In111", "Tc99m", "F18")]
    ds = simulate(system, few, arms, np.array([0.0, 1.0]), outputs=["label_per_cell"])
    left = ds["label_per_cell"].values[:, :, -1]
    assert (np.diff(left, axis=0) < 0).all()
    np.testing.assert_allclose(left[2], np.exp(-0.031 * 24), rtol=1e-3)


def test_receptors_targeting_and_size_bring_more_cells_to_the_liver(system, few):
    products = {
        "usual": Product(),
        "cxcr4": Product(cxcr4=3.0),
        "cmet": Product(cmet=3.0),
        "targeted": Product(targeting=2.0),
    }
    ds = simulate(
        system,
        few,
        [Arm(k, Regimen(1e6), v) for k, v in products.items()],
        np.array([0.0, 2.0]),
        outputs=["cells_liver"],
    )
    found = ds["cells_liver"].values[:, :, -1]
    assert (found[1:] > found[0]).all()


def test_natural_killer_cells_shorten_life_and_spare_autologous_cells(system, few):
    arms = [Arm(d, Regimen(1e6), Product(donor=d)) for d in ("allogeneic", "autologous")]
    ds = simulate(system, few, arms, np.array([0.0, 7.0]), outputs=["cells_living"])
    assert (ds["cells_living"].values[1, :, -1] > ds["cells_living"].values[0, :, -1]).all()


def test_thawed_cells_recover(system, few):
    ds = simulate(
        system,
        few,
        [Arm("thawed", Regimen(1e6), Product(thawed=True)), Arm("fresh", Regimen(1e6))],
        np.array([0.0, 0.5, 1.0, 5.0]),
        outputs=["freshness", "cells_living"],
    )
    parameters = few.cohort.parameters()
    potency, rate = (parameters[:, system.parameters.index(n)][:, None] for n in ("thaw_potency", "thaw_recovery"))
    thawed, fresh = ds["freshness"].values
    assert (fresh == 1.0).all()
    np.testing.assert_allclose(thawed, 1 - (1 - potency) * np.exp(-rate * ds["time"].values), rtol=1e-3)
    np.testing.assert_allclose(*ds["cells_living"].values, rtol=1e-4)


@pytest.mark.parametrize("hypothesis", HYPOTHESES)
def test_cells_that_plug_take_their_stunning_and_their_label_along(system, few, hypothesis):
    """Otherwise more cells are stunned than live, and they would secrete less than nothing."""
    names = ["thawed_share", "label_per_cell", "freshness"]
    arm = Arm("artery", Regimen(1e7, infusions=4, route="hepatic_artery"), Product(thawed=True), labelled=True)
    ds = simulate(system, few, [arm], TIMES, outputs=names, hypothesis=hypothesis)
    assert (ds["status"].values == 0).all()
    assert (ds["thawed_share"].values <= 1 + 1e-6).all() and (ds["label_per_cell"].values <= 1 + 1e-3).all()
    assert (ds["freshness"].values > 0).all()


def test_artery_and_portal_vein_differ_by_plugging_shunt_and_extraction_only(bench):
    """Take the three stated reasons away and the routes are one."""
    names = ["cells_liver", "cells_lung", "cells_spleen"]

    def follow(route, **values):
        p = bench.parameters(cirrhosis=0.5, **values)
        events = bench.events(Regimen(1e8, per_kg=False, route=route).events(70.0, viability=1.0))
        return np.array([v[0] for v in bench.follow(p, bench.rest(p), [1.0, 7.0], names, events=events).values()])

    alike = {"plugging": 0.0, "cell_shunt_ratio": 0.0, "extract_artery": 0.5, "extract_portal": 0.5}
    np.testing.assert_allclose(follow("hepatic_artery", **alike), follow("portal_vein", **alike), rtol=1e-3)
    for reason in ({"plugging": 0.5}, {"cell_shunt_ratio": 1.0}, {"extract_portal": 0.9}):
        one, other = (follow(r, **(alike | reason)) for r in ("hepatic_artery", "portal_vein"))
        assert np.abs(one[0] / other[0] - 1).max() > 0.1, reason
