"""Simulation: one labelled Dataset, in units that are said, arms that share patients."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.model.own_values import with_values
from hepatica.simulation import Arm, lots_in_patients, problem_of, simulate, with_typical_lots
from hepatica.therapy import LotVariation, Product, Regimen

TIMES = np.array([0.0, 1.0, 7.0, 14.0])
ARMS = [
    Arm("care"),
    Arm("cells", Regimen(1e6, infusions=2)),
    Arm("cord", Regimen(1e6), Product("umbilical_cord", passage=8)),
]
NAMES = ("bilirubin", "inr", "cells_lung", "given_per_kg", "thrombosis_hazard")


@pytest.fixture(scope="module")
def ds(system, admitted):
    return simulate(system, admitted, ARMS, TIMES, outputs=NAMES, hypothesis="lung_only")


def test_the_dataset_says_what_it_holds(ds, system, admitted):
    assert ds["bilirubin"].dims == ("arm", "patient", "time") and ds.sizes == {
        "arm": 3,
        "patient": 40,
        "time": 4,
        "infection": 8,
    }
    assert (
        ds["bilirubin"].attrs["units"] == "mg/dL"
        and ds["bilirubin"].attrs["module"] == "bilirubin"
        and ds["inr"].attrs["units"] == ""
    )
    assert ds["time"].attrs["units"] == "day" and ds["arm"].values.tolist() == ["care", "cells", "cord"]
    assert (
        ds.attrs["model_hash"] == system.model.hash and ds.attrs["hypothesis"] == "lung_only" and ds.attrs["seed"] == 11
    )
    assert ds.attrs["purpose"] == "for research use" and ds.attrs["engine"] == "compiled"
    assert (ds["draw"].values == admitted.cohort.draw).all() and (
        ds["identity"].values == admitted.cohort.patient
    ).all()
    assert (ds["status"] == 0).all() and (ds["steps"] > 0).all()


def test_all_arms_start_from_the_admission_labs(ds, admitted):
    for a in range(3):
        np.testing.assert_allclose(ds["bilirubin"].values[a, :, 0], admitted.labs["bilirubin"], rtol=1e-12)


def test_products_multiply(system, admitted):
    plain, twice = (
        simulate(
            system,
            admitted,
            [Arm("x", Regimen(1e6), Product(tissue_factor=t))],
            np.array([0.0, 1e-4]),
            outputs=("procoagulant_rate",),
        )
        for t in (1.0, 2.0)
    )
    np.testing.assert_allclose(twice["procoagulant_rate"][..., 0], 2 * plain["procoagulant_rate"][..., 0], rtol=1e-12)


def test_the_dose_follows_the_weight(ds):
    """Cells given per kg at time 0: a million, living and dead, whatever the patient weighs."""
    np.testing.assert_allclose(ds["given_per_kg"].values[1, :, 0], 1e6, rtol=1e-9)


def test_treatment_begins_at_admission(system, admitted, population):
    assert population.treatment["antiviral"] == 1.0
    off = admitted.cohort.population.model_copy(update={"treatment": population.treatment | {"antiviral": 0.0}})
    cohort = type(admitted.cohort)(system.model, off, 11, admitted.cohort.patient, admitted.cohort.draw)
    without = simulate(
        system, type(admitted)(cohort, admitted.initial, admitted.labs, 0), [Arm("care")], TIMES, outputs=("virus",)
    )
    treated = simulate(system, admitted, [Arm("care")], TIMES, outputs=("virus",))
    assert (without["virus"].values[..., 1:] > treated["virus"].values[..., 1:]).all()


def test_progress_counts_every_solve(system, admitted):
    told = []
    simulate(system, admitted, ARMS, TIMES, outputs=("inr",), progress=lambda *report: told.append(report))
    assert told == sorted(told) and told[-1] == ("solve", 120, 120)


def test_an_output_that_does_not_exist(system, admitted):
    with pytest.raises(InputError, match="output: got 'nope'"):
        simulate(system, admitted, ARMS, TIMES, outputs=("nope",))


def test_the_engines_agree_on_an_arm(reference, system, admitted):
    few = admitted.take(np.arange(2))
    a, b = (
        simulate(s, few, [ARMS[1]], TIMES, outputs=("bilirubin", "cells_lung", "inr"), rtol=1e-7)
        for s in (system, reference)
    )
    for name in ("bilirubin", "cells_lung", "inr"):
        np.testing.assert_allclose(a[name], b[name], rtol=1e-4, atol=10.0 if name == "cells_lung" else 0)
    assert b.attrs["engine"] == "reference"


def test_a_patient_that_fails_is_nan_and_the_others_go_on(system, admitted):
    initial = admitted.initial.copy()
    initial[5] = np.nan
    broken = type(admitted)(admitted.cohort, initial, admitted.labs, admitted.tried)
    ds, whole = (simulate(system, a, [ARMS[1]], TIMES, outputs=("inr",)) for a in (broken, admitted))
    assert ds["status"].values[0, 5] == 3 and np.isnan(ds["inr"].values[0, 5]).all()
    others = np.arange(40) != 5
    assert (ds["inr"].values[0, others] == whole["inr"].values[0, others]).all()


def test_patients_of_another_model_are_refused(system, admitted):
    """A changed model with an old cohort would mix the parameters of one with the history of the other."""
    changed = system.with_parameters(with_values(system.model, {"flare_kill": "0.05 1/day"}))
    with pytest.raises(InputError, match="patients: got 'of the model .*; patients admitted by this model"):
        simulate(changed, admitted, [Arm("standard care")], np.array([0.0, 1.0]), outputs=["inr"])


def test_lots_that_do_not_vary_are_the_typical_lot(system, admitted):
    """Without variation every patient has the median potency, and the dose events are those of the product."""
    same = replace(Product(potency=0.7, viability=0.8), lots=LotVariation())
    arms = [Arm("lots", Regimen(1e6), same), Arm("typical", Regimen(1e6), same.typical_lot)]
    made = problem_of(system, admitted, arms[:1], TIMES, outputs=("bilirubin",))
    typical = replace(admitted, cohort=with_typical_lots(admitted.cohort))
    other = problem_of(system, typical, arms[1:], TIMES, outputs=("bilirubin",))
    assert np.array_equal(made.parameters, other.parameters)
    totals = [np.sort(np.add.reduceat(p.events.amount**2, p.events.offset[:-1])) for p in (made, other)]
    assert totals[0] == pytest.approx(totals[1])


def test_a_lot_without_dead_cells_is_solved(reference, system, admitted):
    """Its dose events of nothing once counted as ends of infusions, at which the solver stopped."""
    one = replace(admitted, cohort=admitted.cohort.take(np.array([0])), initial=admitted.initial[:1])
    alive = Product(viability=1.0)
    given = Regimen(1e6, duration=1 / 24)
    arms = [Arm("a", given, replace(alive, lots=LotVariation())), Arm("b", given, alive)]
    for engine in (system, reference):
        made = simulate(engine, one, arms, np.array([0.0, 2.0]), outputs=["bilirubin"])
        assert (made["status"].values == 0).all() and np.isfinite(made["bilirubin"].values).all()


def test_each_patient_has_a_lot_of_its_own_in_every_arm(system, admitted):
    product = Product(lots=LotVariation(potency_sd=0.5, viability_sd=0.05))
    lots = lots_in_patients(admitted.cohort, product)
    some = lots_in_patients(admitted.cohort.take(np.array([1])), product)
    assert len(set(lots.potency)) > 1 and some.potency[0] == lots.potency[1]
    arms = [Arm("one", Regimen(1e6), product), Arm("two", Regimen(2e6), product)]
    made = problem_of(system, admitted, arms, TIMES, outputs=("bilirubin",))
    k, n = system.parameters.index("potency"), len(lots.potency)
    assert np.array_equal(made.parameters[:n, k], made.parameters[n:, k])
    assert made.parameters[:n, k] == pytest.approx(lots.potency)


def test_what_arrives_of_a_dose_scales_living_and_dead_cells_alike(system, admitted):
    given, n = Regimen(1e6), len(admitted.cohort.patient)
    lots = LotVariation(delivered_sd=0.1)
    products = [Product(), Product(delivered=0.5), Product(delivered=0.5, lots=LotVariation()), Product(lots=lots)]
    made = problem_of(
        system, admitted, [Arm(str(k), given, p) for k, p in enumerate(products)], TIMES, outputs=("bilirubin",)
    )
    amounts = made.events.amount.reshape(4, n, -1)
    assert amounts[1] == pytest.approx(0.5 * amounts[0])
    assert np.sort(amounts[2]) == pytest.approx(np.sort(amounts[1]))
    share = amounts[3].sum(axis=1) / amounts[0].sum(axis=1)
    assert share == pytest.approx(lots_in_patients(admitted.cohort, products[3]).delivered) and share.min() < 1.0
    assert share.max() <= 1.0 + 1e-12 and len(set(share)) > 1
