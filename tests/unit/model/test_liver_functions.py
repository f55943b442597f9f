"""The modules of bilirubin, synthesis, metabolism and enzymes, each alone with what it needs held constant."""

import numpy as np
import pytest

from hepatica.engine import System
from hepatica.model.assemble import assemble
from hepatica.model.modules.bilirubin import bilirubin
from hepatica.model.modules.enzymes import enzymes
from hepatica.model.modules.metabolism import metabolism
from hepatica.model.modules.synthesis import synthesis
from hepatica.model.parameters import Spread

ABSENT = """
il6_excess injury_sublethal phagocytes scar shunt hypoxia death_flux plasma_removed plasma_given phagocytes_acute
dilution_rate alcohol alcohol_intake steroid
"""
FULL = "functional_mass filtration hepatocytes sinusoidal_flow endothelium"
HEALTHY = dict.fromkeys(ABSENT.split(), 0.0) | dict.fromkeys(FULL.split(), 1.0) | {"il6": 2.0}
MODULES = (bilirubin, synthesis, metabolism, enzymes)
PLASMA = ("albumin", "factor_ii", "factor_v", "factor_vii", "factor_x", "fibrinogen", "alt", "ast")


@pytest.fixture(scope="module")
def alone(make_bench):
    """One module, with what it needs at health but for the values given."""
    made = {}

    def make(module, **values):
        key = (module.__name__, *sorted(values.items()))
        if key not in made:
            made[key] = make_bench(System(assemble([module], constants=HEALTHY | values), "reference"))
        return made[key]

    return make


def settle(bench, names, days=400.0, **values):
    p = bench.parameters(**values)
    found = bench.follow(p, bench.system.healthy(p), [days], names)
    return {n: float(v[0, 0]) for n, v in found.items()}


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_health_is_exact_for_any_parameters(alone, module):
    """No rate is left in health, whatever the patient and whatever we do not know."""
    system, rng, n = alone(module).system, np.random.default_rng(4), 50
    p = np.repeat(system.typical()[None], n, axis=0)
    for k, name in enumerate(system.parameters):
        entry = system.model.parameters[name].entry
        for spread in (entry.prior, entry.between, Spread(kind="lognormal", cv=0.1)):
            p[:, k] = spread.apply(p[:, k], rng.standard_normal(n), rng.random(n))
    space = system._python
    for row, state in zip(p, system.healthy(p), strict=True):
        c, f = [0.0] * space["N_CONSTANTS"], [0.0] * len(system.states)
        space["prepare"](row.tolist(), c)
        space["rates"](state.tolist(), row.tolist(), c, f)
        left = {s.name: x for s, x in zip(system.model.states.values(), f, strict=True) if abs(x) > 1e-9 * s.scale}
        assert left == {}


def test_an_obstructed_duct_has_a_plateau(alone):
    """Complete obstruction of a healthy liver: near 29 mg/dL, held by the kidney, nearly all conjugated or bound."""
    b = alone(bilirubin)
    p = b.parameters(cholestasis_rate=0.0)
    y = b.state(b.system.healthy(p), cholestasis=1e9)
    found = b.follow(p, y, [300.0, 600.0], ("bilirubin", "bilirubin_conjugated", "bilirubin_delta"))
    assert found["bilirubin"][0] == pytest.approx([29.0, 29.0], abs=1.0)
    conjugated, delta = found["bilirubin_conjugated"][0, -1], found["bilirubin_delta"][0, -1]
    assert conjugated + delta > 0.9 * found["bilirubin"][0, -1] and 0.2 < delta / conjugated < 0.6


def test_an_obstructed_duct_is_worse_without_a_kidney(alone):
    levels = []
    for filtration in (1.0, 0.3):
        b = alone(bilirubin, filtration=filtration)
        p = b.parameters(cholestasis_rate=0.0)
        levels.append(
            b.follow(p, b.state(b.system.healthy(p), cholestasis=1e9), [600.0], ("bilirubin",))["bilirubin"][0, 0]
        )
    assert 1.15 * levels[0] < levels[1] < 2.0 * levels[0]


def test_half_the_conjugation_raises_only_unconjugated_bilirubin(alone):
    """Gilbert's syndrome: mild, unconjugated, and stable from the first day."""
    names = ("bilirubin_unconjugated", "bilirubin_conjugated", "bilirubin")
    usual, half, gilbert = (settle(alone(bilirubin), names, conjugation_activity=a) for a in (1.0, 0.5, 0.3))
    assert half["bilirubin_unconjugated"] > 1.8 * usual["bilirubin_unconjugated"]
    assert half["bilirubin_conjugated"] == pytest.approx(usual["bilirubin_conjugated"], rel=1e-6)
    assert 1.2 < gilbert["bilirubin"] < 3.0
    b = alone(bilirubin)
    start = b.system.healthy(b.parameters(conjugation_activity=0.3))[0, b.system.states.index("bilirubin_unconjugated")]
    assert start == pytest.approx(gilbert["bilirubin_unconjugated"], rel=1e-6)


def test_haemolysis_has_a_ceiling(alone):
    """Six times the production over capacity raises bilirubin to a few mg/dL only."""
    found = settle(alone(bilirubin), ("bilirubin_unconjugated",), conjugation_activity=1 / 6)
    assert 3.0 < found["bilirubin_unconjugated"] < 6.0


def test_inflammation_counts_only_above_that_of_stable_cirrhosis(alone):
    below, above = (settle(alone(bilirubin, il6=v), ("cholestasis", "bilirubin")) for v in (19.0, 80.0))
    assert below["cholestasis"] == pytest.approx(1.0) and below["bilirubin"] == pytest.approx(0.6 + 0.1 * 0.02 / 0.045)
    assert above["cholestasis"] > 2.0 and above["bilirubin"] > below["bilirubin"]


def test_lost_mass_raises_both_kinds_of_bilirubin(alone):
    names = ("bilirubin_unconjugated", "bilirubin_conjugated", "excretion_capacity", "conjugation_capacity")
    found = [settle(alone(bilirubin, functional_mass=h), names) for h in (1.0, 0.5, 0.25, 0.15)]
    for name, sign in zip(names, (1, 1, -1, -1), strict=True):
        assert (sign * np.diff([f[name] for f in found]) > 0).all(), name


@pytest.mark.parametrize(("factor", "hours"), [("ii", (50, 80)), ("v", (4.5, 36)), ("vii", (2, 6)), ("x", (20, 72))])
def test_half_lives_of_clotting_factors(alone, factor, hours):
    """A liver that makes nothing: each factor falls with its own half-life."""
    b = alone(synthesis, functional_mass=1e-12)
    p = b.parameters()
    level = b.follow(p, b.system.healthy(p), [0.5], (f"factor_{factor}",))[f"factor_{factor}"][0, 0]
    assert hours[0] <= 12 * np.log(2) / -np.log(level) <= hours[1]


def test_fibrinogen_is_an_acute_phase_protein_that_outlasts_factor_v(alone):
    names = ("fibrinogen", "factor_v", "inr", "prothrombin_activity")
    usual = settle(alone(synthesis), names)
    assert usual["fibrinogen"] == pytest.approx(3.0) and usual["prothrombin_activity"] == pytest.approx(100.0, abs=0.3)
    assert settle(alone(synthesis, il6_excess=60.0), names)["fibrinogen"] == pytest.approx(4.5)
    small = settle(alone(synthesis, functional_mass=0.2), names)
    assert small["fibrinogen"] / 3.0 > small["factor_v"] and small["inr"] > 1.5
    consumed = settle(alone(synthesis, functional_mass=0.2, phagocytes_acute=0.3), names)
    assert consumed["fibrinogen"] < small["fibrinogen"] and consumed["inr"] > small["inr"]
    level = alone(synthesis, functional_mass=1e-12)
    p = level.parameters()
    left = level.follow(p, level.system.healthy(p), [4.0], ("fibrinogen",))["fibrinogen"][0, 0] / 3.0
    assert 3.0 <= 4 * np.log(2) / -np.log(left) <= 6.0


def test_albumin_turns_over_in_weeks_and_synthesis_answers(alone):
    """10.5 g a day in health; after loss of all synthesis the whole pool halves in some three weeks."""
    assert settle(alone(synthesis), ("albumin_synthesis_rate",))["albumin_synthesis_rate"] == pytest.approx(
        10.5, rel=0.01
    )
    b = alone(synthesis, functional_mass=1e-12)
    p = b.parameters()
    found = b.follow(p, b.system.healthy(p), [19.0], ("albumin", "albumin_interstitial"))
    assert 0.45 < (found["albumin"] + found["albumin_interstitial"])[0, 0] / (42.0 + 63.0) < 0.65
    low = settle(
        alone(synthesis, functional_mass=0.4), ("albumin", "albumin_synthesis_rate", "albumin_synthesis_capacity")
    )
    assert low["albumin_synthesis_capacity"] == pytest.approx(0.4)
    assert low["albumin_synthesis_rate"] > 0.5 * 10.5 and low["albumin"] < 38.0


def test_plasma_exchange_brings_what_donors_have(alone):
    """One plasma volume in a quarter of a day: factors and fibrinogen towards normal, enzymes and bilirubin down."""
    rate = {"plasma_removed": 4.0, "plasma_given": 4.0}
    sick = {"functional_mass": 0.15}
    b = alone(synthesis, **sick, **rate)
    p = b.parameters()
    names = [n for n in PLASMA if n in b.system.states]
    start = settle(alone(synthesis, **sick), names)
    y = b.state(b.system.healthy(p), **start)
    found = b.follow(p, y, [0.25], names)
    donors = {"albumin": 40.0, "fibrinogen": 3.0}
    for name in names:
        share = (found[name][0, 0] - start[name]) / (donors.get(name, 1.0) - start[name])
        assert 0.4 < share < 0.8, name
    e = alone(enzymes, **rate)
    p = e.parameters()
    left = e.follow(p, e.state(e.system.healthy(p), alt=1000.0), [0.25], ("alt",))["alt"][0, 0]
    assert left == pytest.approx(1000 * np.exp(-1), rel=0.15)


def test_albumin_solution_in_place_of_plasma_thins_clotting_factors(alone):
    b = alone(synthesis, plasma_removed=4.0)
    p = b.parameters()
    found = b.follow(p, b.system.healthy(p), [0.25], PLASMA[:6])
    assert found["albumin"][0, 0] == pytest.approx(41.0, abs=1.0)
    for name in PLASMA[1:6]:
        assert found[name][0, 0] < 0.75 * (3.0 if name == "fibrinogen" else 1.0), name


def test_plasma_exchange_reaches_the_bilirubin_in_plasma_only(alone):
    """Plasma loses half with one plasma volume, the whole a third: tissue fills plasma up again within a day."""
    b = alone(bilirubin, functional_mass=0.15, il6=80.0, plasma_removed=4.0, plasma_given=4.0)
    p = b.parameters()
    y = b.state(b.system.healthy(p), bilirubin_unconjugated=3.0, bilirubin_conjugated=20.0, cholestasis=100.0)
    names = ("bilirubin", "bilirubin_plasma_lag")
    found = b.follow(p, y, [0.25], names)
    left, whole = found["bilirubin"][0, 0] / 23.0, (found["bilirubin"] + found["bilirubin_plasma_lag"])[0, 0] / 23.0
    assert 0.45 < left < 0.65 < whole < 0.8
    rest = alone(bilirubin, functional_mass=0.15, il6=80.0)
    later = rest.follow(p, b.state(y, bilirubin_plasma_lag=8.0), [1.0], ("bilirubin_plasma_lag",))
    assert later["bilirubin_plasma_lag"][0, 0] < 0.05


def test_enzymes_follow_death_and_fall_with_their_half_lives(alone):
    b = alone(enzymes)
    p = b.parameters()
    y = b.state(b.system.healthy(p), alt=1025.0, ast=1025.0)
    for name, hours in (("alt", 24 * np.log(2) / 0.47), ("ast", 24 * np.log(2) / 1.13)):
        assert b.follow(p, y, [hours / 24], (name,))[name][0, 0] == pytest.approx(525.0, rel=0.01)
    content, ratio, leak, depleted = (
        float(b.parameters()[0, b.system.parameters.index(n)])
        for n in ("alt_content", "ast_ratio", "enzyme_leak", "alt_alcohol")
    )
    dying = settle(alone(enzymes, death_flux=0.03), ("alt", "ast"), days=30.0)
    assert dying["alt"] == pytest.approx(25 + content * 0.03 / 0.47, rel=1e-3)
    assert dying["ast"] == pytest.approx(25 + ratio * content * 0.03 / 1.13, rel=1e-3)
    leaking = settle(alone(enzymes, injury_sublethal=0.1, alcohol=1.0), ("alt", "ast"), days=30.0)
    assert leaking["alt"] == pytest.approx(25 + content / (1 + depleted) * leak * 0.1 / 0.47, rel=1e-3)
    assert leaking["ast"] == pytest.approx(
        25 + ratio * content * leak * 0.1 / 1.13, rel=1e-3
    )  # drinkers' AST exceeds ALT


def test_ammonia_settles_within_hours_and_never_below_zero(alone):
    b = alone(metabolism)
    p = b.parameters()
    y = b.state(b.system.healthy(p), ammonia=[0.0])
    found = b.follow(p, y, [0.25, 3.0], ("ammonia",))["ammonia"][0]
    assert 25.0 < found[0] < 36.0 and found[1] == pytest.approx(35.0, rel=1e-4)


@pytest.mark.parametrize(
    ("need", "values", "falls", "rises"),
    [
        (
            "functional_mass",
            (1.0, 0.5, 0.2, 0.05),
            ("fhnc", "icg_pdr", "glucose_production", "glycogen", "urea_synthesis", "lactate_clearance"),
            ("ammonia", "lactate", "icg_r15", "insulin", "glucagon"),
        ),
        ("shunt", (0.0, 0.3, 0.6, 0.9), ("icg_pdr",), ("ammonia",)),
        ("phagocytes", (0.0, 0.1, 0.3), (), ("ammonia", "lactate", "glutamine")),
        ("hypoxia", (0.0, 0.3, 0.9), (), ("lactate",)),
        ("filtration", (1.0, 0.5, 0.2), (), ("urea", "glutamine")),
        ("scar", (0.0, 0.4, 0.8), ("muscle_mass",), ()),
        ("endothelium", (1.0, 0.7, 0.4), ("icg_pdr",), ()),
    ],
)
def test_directions(alone, need, values, falls, rises):
    found = [settle(alone(metabolism, **{need: v}), (*falls, *rises), days=20.0) for v in values]
    for names, sign in ((falls, -1), (rises, 1)):
        for name in names:
            assert (sign * np.diff([f[name] for f in found]) > 0).all(), name


def test_inflammation_lets_albumin_escape_and_fluid_dilutes_it(alone):
    """Escape rises more than threefold in septic shock (Fleck1985); fluid thins plasma and what was in it comes back."""
    level = {
        n: settle(alone(synthesis, phagocytes_acute=n), ("albumin",), days=3.0)["albumin"] for n in (0.0, 0.14, 1.6)
    }
    assert level[0.0] == pytest.approx(42.0) and level[1.6] < level[0.14] - 3 < level[0.0] - 3
    thin = settle(alone(synthesis, dilution_rate=0.1), ("albumin",), days=1.0)["albumin"]
    assert 42.0 * np.exp(-0.1) <= thin < 40.5  # some comes back from tissue


def test_sublethal_injury_stops_synthesis_shuts_bile_and_spares_fibrinogen(alone):
    names = ("factor_vii", "factor_v", "inr", "albumin", "fibrinogen")
    usual, touched = (settle(alone(synthesis, injury_sublethal=a), names, days=3.0) for a in (0.0, 0.5))
    assert touched["factor_vii"] == pytest.approx(0.5 * usual["factor_vii"], rel=1e-3)
    assert touched["inr"] > 1.2 and touched["albumin"] < usual["albumin"] - 1
    assert touched["fibrinogen"] == pytest.approx(usual["fibrinogen"])
    low, high = (settle(alone(bilirubin, injury_sublethal=a), ("cholestasis",))["cholestasis"] for a in (0.0, 0.3))
    assert low == pytest.approx(1.0) and high > 2.0


def test_nitrogen_of_dead_tissue_comes_over_days(alone):
    """All of it in the end, none at once."""
    b = alone(metabolism, functional_mass=0.6)
    p = b.parameters()
    rate = float(p[0, b.system.parameters.index("tissue_removal")])
    left = b.follow(p, b.state(b.system.healthy(p), dead_tissue=[0.2]), [1.0, 7.0], ("dead_tissue", "ammonia"))
    np.testing.assert_allclose(left["dead_tissue"][0], 0.2 * np.exp(-rate * np.array([1.0, 7.0])), rtol=1e-3)
    rest = b.follow(p, b.system.healthy(p), [7.0], ("ammonia",))["ammonia"][0, -1]
    assert left["ammonia"][0, 0] > left["ammonia"][0, 1] > rest


def test_drinking_shuts_bile_at_once_and_its_toxic_state_for_longer(alone):
    dry, drinks, toxic, both = (
        settle(alone(bilirubin, alcohol_intake=i, alcohol=a), ("cholestasis",))["cholestasis"]
        for i, a in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))
    )
    assert dry == pytest.approx(1.0) and min(drinks, toxic) > 1.5
    assert both - 1 == pytest.approx(drinks + toxic - 2)
    eased = settle(alone(bilirubin, alcohol_intake=1.0, alcohol=1.0, steroid=1.0), ("cholestasis",))["cholestasis"]
    assert 1 < eased < both


def test_dying_cells_blood_and_steroid_raise_ammonia(alone):
    usual = settle(alone(metabolism, functional_mass=0.3), ("ammonia",), days=5.0)["ammonia"]
    for values in ({"death_flux": 0.05}, {"steroid": 1.0}):
        assert settle(alone(metabolism, functional_mass=0.3, **values), ("ammonia",), days=5.0)["ammonia"] > usual + 1
    b = alone(metabolism, functional_mass=0.3)
    p = b.parameters()
    rest = b.follow(p, b.system.healthy(p), [5.0, 5.5], ("ammonia",))["ammonia"][0, -1]
    bled = b.follow(p, b.state(b.system.healthy(p), gut_blood=[1.0]), [0.5], ("ammonia",))["ammonia"][0, 0]
    assert bled > rest + 5
