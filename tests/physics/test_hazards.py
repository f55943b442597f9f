"""Deaths by cause add up, nothing negative, and without cells nothing that cells do."""

import numpy as np
import pytest

from hepatica.outcomes.causes import BY_CAUSE
from hepatica.simulation import Arm, simulate
from hepatica.therapy import Product, Regimen

INTENSITIES = (
    *BY_CAUSE,
    "death_intensity",
    "transplant_intensity",
    "bleeding_intensity",
    "tumour_intensity",
)
TIMES = np.array([0.0, 1.0, 7.0, 14.0, 28.0, 90.0, 180.0, 720.0, 1826.0])


@pytest.fixture(scope="module")
def courses(system, admitted):
    arms = [
        Arm("care"),
        Arm("nothing", Regimen(0.0, infusions=4)),
        Arm("dead", Regimen(1e6, infusions=4), Product(viability=0.0)),
        Arm("cells", Regimen(2e6, infusions=4)),
    ]
    return simulate(
        system,
        admitted,
        arms,
        TIMES,
        outputs=(*INTENSITIES, "acuteness", "infected", "thrombosis_hazard", "reaction_hazard"),
    )


def test_causes_add_up_to_the_intensity_of_death(courses):
    total = sum(courses[n].values for n in BY_CAUSE)
    np.testing.assert_allclose(total, courses["death_intensity"].values, rtol=1e-12, atol=0)


def test_nothing_is_negative_and_shares_are_shares(courses):
    assert all((courses[n].values >= -1e-12).all() for n in INTENSITIES)  # rounding where bacteria die out
    assert (courses["acuteness"].values >= 0).all()
    assert (courses["infected"].values >= -1e-9).all() and (courses["infected"].values <= 1).all()


def test_without_cells_only_the_background_clots(courses):
    """By scar and acute illness alone, the same in each arm that gives no cells; cells add to it."""
    care, nothing, cells = (courses["thrombosis_hazard"].sel(arm=arm).values for arm in ("care", "nothing", "cells"))
    assert care.tobytes() == nothing.tobytes()
    assert (np.diff(care, axis=-1) > 0).all()
    assert (cells[:, -1] > care[:, -1]).any()
    for arm in ("care", "nothing"):
        assert (courses["reaction_hazard"].sel(arm=arm).values == 0).all()
    assert (courses["reaction_hazard"].sel(arm="cells").values[:, -1] > 0).all()


def test_portal_vein_thrombosis_without_cells_is_published(bench):
    """3.7 % within a year in 567 people with cirrhosis (see clot_scar), here at a degree of 0.6; rare in health."""
    p = np.vstack([bench.parameters(cirrhosis=degree) for degree in (0.0, 0.6)])
    found = bench.follow(p, bench.system.healthy(p), [365.25], ("thrombosis_hazard",))["thrombosis_hazard"][:, 0]
    assert -np.expm1(-found[0]) < 0.003
    assert 0.025 < -np.expm1(-found[1]) < 0.05


def test_in_health_hardly_anyone_dies_bleeds_or_grows_a_tumour(bench):
    p = bench.parameters()
    found = bench.follow(p, bench.system.healthy(p), [0.0, 3650.0], (*INTENSITIES, "acuteness"))
    assert found["bleeding_intensity"].max() < 1e-30 and found["acuteness"].max() < 1e-30  # rounding apart, never
    assert found["death_intensity"].max() * 365.25 < 0.005 and found["tumour_intensity"].max() * 365.25 < 0.005


@pytest.mark.parametrize("name, value", [("tumour_cells", 0.7), ("tumour_cells", -0.7)])
def test_cells_move_the_risk_of_a_tumour_only_where_they_act(bench, name, value):
    p = np.repeat(bench.parameters(cirrhosis=0.5, **{name: value}), 2, axis=0)
    p[:, bench.system.parameters.index("tumour_cells_act")] = [0.0, 1.0]
    y = bench.state(np.repeat(bench.system.healthy(p[:1]), 2, axis=0), cells_cleared=65e6)
    found = bench.follow(p, y, [0.0], ("tumour_intensity",))["tumour_intensity"][:, 0]
    assert found[1] / found[0] == pytest.approx(np.exp(value / 2))  # 1e6 per kg: half of the effect


@pytest.mark.parametrize("value", [0.7, -0.7])
def test_what_no_mechanism_explains_multiplies_deaths_and_infections_of_people_given_cells(bench, value):
    """Half of it at half of its dose, as a hazard ratio; without cells nobody is affected, nor are bleeding and tumours."""
    own = {"unexplained_survival": value, "unexplained_infection": -value, "unexplained_dose": 1e6}
    p = np.repeat(bench.parameters(cirrhosis=0.5, tumour_cells_act=0.0, **own), 2, axis=0)
    y = bench.state(np.repeat(bench.rest(p[:1]), 2, axis=0), phagocytes=0.4, paralysis=0.3)
    y[1, bench.system.states.index("cells_cleared")] = 65e6
    names = (*INTENSITIES, "infections_unexplained", "infection_hazard")
    found = bench.follow(p, y, [0.0, 0.01], names)
    ill = tuple(f"death_by_{c}" for c in ("liver", "infection", "circulation", "brain", "other"))
    by = {"infections_unexplained": value / 2, **dict.fromkeys(ill, -value / 2)}
    for name in (n for n in names[:-1] if n != "death_intensity"):
        assert found[name][1, 0] == pytest.approx(found[name][0, 0] * np.exp(by.get(name, 0.0)), rel=1e-6), name
    assert (np.stack([found[n] for n in ill]) > 0).all()
    infections = found["infection_hazard"][:, 1] - found["infection_hazard"][:, 0]
    assert infections[1] / infections[0] == pytest.approx(np.exp(value / 2), rel=1e-3)
    without = bench.follow(bench.parameters(cirrhosis=0.5), y[:1], [0.0, 0.01], names)
    assert all((found[n][0] == without[n][0]).all() for n in names)


def test_the_old_die_sooner(bench):
    """Age is in years in tables and files, in days inside; other causes rise faster with age than organ failure does."""
    p = np.repeat(bench.parameters(cirrhosis=0.3), 2, axis=0)
    p[:, bench.system.parameters.index("age")] = np.array([42.0, 62.0]) * 365.25
    found = bench.follow(p, bench.rest(p), [0.0], ("death_by_other", "death_by_liver"))
    slope = {
        n: 365.25 * float(bench.parameters()[0, bench.system.parameters.index(n)]) for n in ("base_age", "death_age")
    }
    for name, by in (("death_by_other", "base_age"), ("death_by_liver", "death_age")):
        assert found[name][1, 0] / found[name][0, 0] == pytest.approx(np.exp(20 * slope[by]), rel=1e-4)
