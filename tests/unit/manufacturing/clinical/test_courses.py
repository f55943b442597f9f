"""Products in the same patients: what the model must say of each whatever its parameters."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from hepatica.engine import shipped_system
from hepatica.errors import InputError
from hepatica.manufacturing.clinical.courses import acute_reactions, admit_lots, planned_regimen, run_products
from hepatica.patients import posterior
from hepatica.simulation import Arm
from hepatica.study import check_study
from hepatica.therapy import Product, Regimen
from hepatica.therapy.process.hold import held_viability

STUDY = {
    "title": "t",
    "patients": 6,
    "draws": 3,
    "horizon": "12 d",
    "posterior": "prior",
    "hypotheses": ["lung_only"],
    "grid": {"dose": ["1e6 cells/kg", "5e6 cells/kg"], "infusions": [1, 2]},
}


@pytest.fixture(scope="module")
def made():
    study, system = check_study(STUDY), shipped_system()
    patients = admit_lots(study, system, draws=3, per_draw=2, workers=1)
    products = [
        Product(), Product(), Product(viability=0.85), Product(viability=0.71), Product(tissue_factor=5.0),
        Product(potency=0.2), Product(passage=9), Product(viability=held_viability(0.9, 8.0)), Product(potency=0.5),
        Product(delivered=0.5),
    ]  # fmt: skip
    treatments = [(p, Regimen(5e6, duration=1 / 24)) for p in products]
    return patients, run_products(study, system, patients, treatments, "lung_only", workers=1)


def test_the_schedule_is_that_of_the_study():
    regimen = planned_regimen(check_study(STUDY), 2e6)
    assert (regimen.infusions, regimen.dose, regimen.per_kg) == (2, 2e6, True)
    assert planned_regimen(check_study(STUDY)).dose == 1e6
    with pytest.raises(InputError, match="gives cells"):
        planned_regimen(check_study(STUDY | {"grid": {"dose": ["1e6 cells/kg"], "infusions": [0]}}))


def test_potency_is_the_lots_and_varies_no_more_between_patients(made):
    cohort = made[0].cohort
    column = list(cohort.model.parameters).index("potency")
    assert np.ptp(cohort.parameters("lung_only")[:, column]) == 0.0


def test_the_same_product_does_the_same(made):
    run = made[1]
    assert run.failed == 0 and run.acting.shape == (10, 6)
    assert np.array_equal(run.acting[0], run.acting[1]) and np.array_equal(run.inert[0], run.inert[1])


def test_dead_cells_clot_no_less_than_living_ones_in_every_draw(made):
    """The draws leave the prior of a dead cell's clotting as it is, a quarter of it below a living one's."""
    patients, run = made
    known, who = posterior(), np.arange(60)
    cohort = replace(patients.cohort, patient=who, draw=who, known=known)
    column = list(cohort.model.parameters).index("tissue_factor_debris")
    free = replace(cohort, floors={}).parameters("lung_only")[:, column]
    held = cohort.parameters("lung_only")[:, column]
    assert 0.1 < (free < 1.0).mean() < 0.5 and np.array_equal(held, np.maximum(free, 1.0))
    clots = run.harms["thrombosis"]
    for worse, better in (
        (3, 2),
        (2, 0),
    ):  # viability 0.71, 0.85, 0.9; what the course of the disease adds is below 1e-5
        assert (clots[worse] - clots[better] > -1e-5).all()


@pytest.mark.parametrize("harm", ["thrombosis", "reaction"])
def test_a_less_viable_lot_is_no_safer_by_expectation(made, harm):
    risk = made[1].harms[harm]
    for worse, better in ((3, 2), (2, 0), (7, 2)):  # viability 0.71, 0.85, 0.9, and held for 8 hours
        assert risk[worse].mean() > risk[better].mean()


def test_reactions_count_within_a_day_of_an_infusion():
    """By hand: two infusions of an hour, the second before the first one's day is over, and what comes later."""
    times = np.array([0.0, 0.5, 1.5 + 1 / 24, 3.0])
    hazard = np.array([[[0.0, 0.0, 0.0, 0.0]], [[0.0, 0.2, 0.5, 0.9]]])
    ds = xr.Dataset({"reaction_hazard": (("arm", "patient", "time"), hazard)}, {"time": times})
    arms = [Arm("care"), Arm("cells", Regimen(1e6, infusions=2, interval=0.5, duration=1 / 24))]
    assert acute_reactions(ds, arms)[:, 0].tolist() == pytest.approx([0.0, 1 - np.exp(-0.5)])


def test_debris_tissue_factor_and_passage_raise_thrombosis(made):
    clots = made[1].harms["thrombosis"]
    for worse, better in ((3, 2), (2, 0), (4, 0), (6, 0)):
        assert clots[worse].mean() > clots[better].mean()


@pytest.mark.parametrize(
    ("worse", "better"),
    [(3, 2), (2, 0), (7, 2), (5, 8), (8, 0), (6, 0)],
    ids=["viability 0.71", "viability 0.85", "hold 8 h", "potency 0.2", "potency 0.5", "passage 9"],
)
def test_gain_falls_with_dead_cells_hold_weaker_potency_and_later_passage(made, worse, better):
    assert made[1].acting[worse].mean() < made[1].acting[better].mean()


def test_fewer_cells_that_arrive_harm_less(made):
    for harm in made[1].harms.values():
        assert harm[9].mean() < harm[0].mean()


def test_where_cells_do_nothing_potency_does_not_matter(made):
    run = made[1]
    assert np.abs(run.inert[5] - run.inert[0]).max() < 0.05
