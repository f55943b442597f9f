"""Effects of cells beside the body's own scale: growth factor, harm by dose, rate and dead cells, memory, fading."""

import numpy as np
import pytest

from hepatica.simulation import Arm, simulate
from hepatica.therapy import Product, Regimen

HOURS = np.unique(np.concatenate([np.arange(0.0, 2.0, 0.02), np.arange(2.0, 181.0, 4.0)]))
NAMES = (
    *("hgf", "hgf_msc", "hgf_near", "growth_effect", "neighbourhood", "thrombosis_hazard", "reaction_hazard"),
    *("oxygenation", "sensitisation", "deaths_unexplained", "suppression_added", "cells_living", "cells_liver"),
)


@pytest.fixture(scope="module")
def patients(admitted):
    return admitted.take(np.arange(6))


@pytest.fixture(scope="module")
def follow(system, patients):
    def run(*arms):
        ds = simulate(system, patients, arms, HOURS, outputs=NAMES)
        assert not ds["status"].values.any()
        return {n: ds[n].values for n in NAMES}

    return run


def test_cells_add_little_to_the_patients_own_growth_factor(follow):
    """A usual dose makes some 270 ng a day (Rehman2004); plasma alone holds thousands (Shiota1995)."""
    found = follow(Arm("cells", Regimen(1e6, infusions=4, duration=1 / 24)))
    assert (found["hgf"] > 0.1).all()
    assert (found["hgf_msc"] < 0.1 * found["hgf"]).all() and found["hgf_msc"].max() > 0
    assert found["neighbourhood"].max() < 0.01
    assert 0 < np.median(found["growth_effect"].max(axis=-1)) < 0.01


def test_the_effect_of_growth_factor_saturates_in_what_the_patient_has(bench):
    """One occupancy: the same cells add less where plasma is full."""
    y = np.repeat(bench.rest(bench.parameters()), 3, axis=0)
    y[:, bench.system.states.index("hgf")] = [0.25, 3.0, 30.0]
    y[:, bench.system.states.index("cells_liver")] = 1e8
    p = np.repeat(bench.parameters(), 3, axis=0)
    added = bench.follow(p, y, [0.0], ("growth_effect",))["growth_effect"][:, 0]
    assert (np.diff(added) < 0).all() and added[2] < 0.1 * added[0]


@pytest.mark.parametrize("name", ["thrombosis_hazard", "reaction_hazard"])
def test_harm_rises_with_dose_and_with_the_rate_of_infusion(follow, name):
    doses = [Arm(f"{d:.0e}", Regimen(d, duration=1 / 24)) for d in (1e6, 1e7, 3e7)]
    rates = [Arm(f"{h}", Regimen(1e7, duration=h / 24)) for h in (4.0, 1.0, 0.2)]
    for arms in (doses, rates):
        # in the mean: where a draw says that cells do not clot, calmer patients clot a little less
        assert (np.diff(follow(*arms)[name][..., -1].mean(axis=1), axis=0) > 0).all()


def test_a_fast_large_infusion_costs_oxygenation_for_hours(follow):
    found = follow(Arm("slow", Regimen(3e7, duration=8 / 24)), Arm("fast", Regimen(3e7, duration=0.2 / 24)))
    fall = 1 - found["oxygenation"][..., HOURS < 2].min(-1) / found["oxygenation"][..., 0]
    assert (fall[1] > fall[0]).all()
    late = found["oxygenation"][1, :, np.argmin(abs(HOURS - 6))] / found["oxygenation"][0, :, np.argmin(abs(HOURS - 6))]
    assert (abs(late - 1) < 0.2).all()


def test_a_lot_of_fewer_living_cells_is_not_safer(follow):
    """Dead cells clot as living ones do, at the typical value more (71 against 85 % viable)."""
    arms = [Arm(str(v), Regimen(1e7, duration=1 / 24), Product(viability=v)) for v in (0.98, 0.85, 0.71, 0.0)]
    found = follow(*arms)["thrombosis_hazard"][..., -1].mean(axis=1)
    assert (np.diff(found) > 0).all()


def test_autologous_cells_leave_no_more_memory_than_allogeneic_ones(follow):
    regimen = Regimen(1e6, infusions=4)
    found = follow(Arm("allogeneic", regimen), Arm("autologous", regimen, Product(donor="autologous")))
    assert (found["sensitisation"][1].max(-1) <= found["sensitisation"][0].max(-1)).all()
    assert (found["sensitisation"] <= 1).all() and found["sensitisation"].max() > 0


def test_what_no_mechanism_explains_fades_as_effects_of_cells_do(follow, patients, system):
    found = follow(Arm("cells", Regimen(1e6, infusions=1)))
    effect = np.abs(np.log(found["deaths_unexplained"][0]))
    rate = patients.cohort.parameters()[:, system.parameters.index("unexplained_fading")]
    k = int(np.argmin(abs(HOURS - 58)))
    np.testing.assert_allclose(effect[:, k], effect[:, 0] * np.exp(-rate * HOURS[k]), rtol=1e-3)


def test_a_carrier_keeps_cells_alive_and_receptors_saturate(follow):
    regimen = Regimen(1e6)
    found = follow(
        Arm("plain", regimen),
        Arm("carrier", regimen, Product(carrier=3.0)),
        *(Arm(f"{x}", regimen, Product(cxcr4=x)) for x in (2.0, 10.0, 1000.0)),
    )
    area = np.trapezoid(found["cells_liver"], HOURS, axis=-1)
    assert (area[1] > area[0]).all()
    assert (area[2] > area[0]).all() and (area[3] > area[2]).all()
    assert (area[4] - area[3] < area[3] - area[0]).all()
