"""Effects of each cause on the liver over days and months, with and without what treats it."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from hepatica.engine import System
from hepatica.engine.problem import BOLUS
from hepatica.model.assemble import assemble
from hepatica.model.modules.hepatocytes import hepatocytes

HEALTH = tomllib.loads((Path(__file__).parents[1] / "in_health.toml").read_text(encoding="utf-8"))["hepatocytes"]
HOUR = 1 / 24
DAYS = np.arange(0.0, 28.01, 0.125)
LABS = ("functional_mass", "alt", "ast", "inr", "bilirubin", "glutathione")
CAUSES = ("kill_flare", "kill_toxic", "kill_alcohol", "kill_hypoxia")


def course(bench, p, y, times=DAYS, names=LABS, doses=()):
    found = bench.follow(p, y, times, names, events=bench.events([(t, s, a, BOLUS) for t, s, a in doses]))
    return {name: values[0] for name, values in found.items()}


@pytest.fixture(scope="module")
def healthy(bench):
    """Typical parameters, and the states of health at them."""
    p = bench.parameters()
    return p, bench.system.healthy(p)


def overdose(bench, healthy, amount, acetylcysteine_at=None):
    antidote = [] if acetylcysteine_at is None else [(acetylcysteine_at + d, "acetylcysteine", 1.0) for d in range(3)]
    return course(bench, *healthy, doses=[(0.0, "drug", amount), *antidote])


def peak(found, name):
    return DAYS[found[name].argmax()]


def test_no_cause_acts_unless_it_is_given(bench):
    p = bench.parameters(cirrhosis=0.41)
    found = course(bench, p, bench.rest(p), np.arange(0.0, 365.0, 30.0), CAUSES)
    assert {n: v.max() for n, v in found.items() if v.any()} == {}


# paracetamol


@pytest.mark.parametrize(("amount", "low", "high"), [(1.0, 1500, 4000), (2.0, 4000, 8000), (4.0, 5500, 12000)])
def test_overdose_by_dose(bench, healthy, amount, low, high):
    found = overdose(bench, healthy, amount)
    print(
        f"{amount:g} units: ALT {found['alt'].max():.0f} U/L on day {peak(found, 'alt'):.1f}, INR "
        f"{found['inr'].max():.2f} on day {peak(found, 'inr'):.1f}, functional mass "
        f"{found['functional_mass'].min():.2f}, day 28 {found['functional_mass'][-1]:.2f}"
    )
    assert low < found["alt"].max() < high
    assert peak(found, "ast") <= peak(found, "alt") <= peak(found, "inr")
    assert 0.9 < peak(found, "alt") < 3.0
    assert found["functional_mass"][-1] > 0.5 and found["inr"][-1] < 1.2 and found["alt"][-1] < 60
    assert found["functional_mass"].min() < 0.8


def test_a_usual_dose_of_paracetamol_harms_little(bench, healthy):
    found = overdose(bench, healthy, 0.2)
    assert found["alt"].max() < 100 and found["functional_mass"].min() > 0.98 and found["glutathione"].min() > 0.5


def test_an_overdose_of_five_units_is_liver_failure(bench, healthy):
    found = overdose(bench, healthy, 5.0)
    assert found["inr"].max() > 3 and found["functional_mass"].min() < 0.1


@pytest.mark.parametrize("amount", [1.0, 2.0, 4.0])
def test_acetylcysteine_by_time(bench, healthy, amount):
    """Begun within eight hours it protects whatever the overdose, later ever less (Smilkstein1988)."""
    lost = 1 - overdose(bench, healthy, amount)["functional_mass"].min()
    share = {
        h: 1 - (1 - overdose(bench, healthy, amount, h * HOUR)["functional_mass"].min()) / lost
        for h in (4, 8, 10, 16, 24)
    }
    print(
        f"{amount:g} units, share of the loss prevented by hour of start: "
        + ", ".join(f"{h} h {v:.2f}" for h, v in share.items())
    )
    assert (np.diff(list(share.values())) < 0).all()
    assert share[8] > 0.7 and share[10] > 0.35 and share[24] < 0.2


# virus


def test_a_flare_does_better_with_antiviral(bench):
    p = bench.parameters(cirrhosis=0.3, flare_kill=0.7)
    y = bench.state(bench.rest(p), effectors_young=1.0)
    times = np.array([28.0, 90.0])
    without, with_it = (
        course(bench, bench.set(p.copy(), antiviral=a), y, times)["functional_mass"] for a in (0.0, 1.0)
    )
    print(f"functional mass on day 28 and 90: {without.round(3)} without, {with_it.round(3)} with antiviral")
    assert (with_it > without).all()


def test_regulatory_cells_hold_the_flare_back(bench):
    """`effector_restraint` is what they leave of killing; it stands linearly in the flare alone."""
    kill = bench.system.model.quantities["kill_flare"].expr
    assert {"effector_restraint"} <= {s.name for s in kill.free_symbols}


# alcohol


@pytest.fixture(scope="module")
def drunk(bench):
    p = bench.parameters(cirrhosis=0.6)
    y = bench.rest(p)
    bench.set(p, drinking=1.0)
    return p, y, bench.system.solve(bench.problem(p, y, [60.0], ("inr",))).final


def test_alcohol_with_and_without_abstinence(bench, drunk):
    """Two months at Child B: jaundice at a low ALT; half a year sober brings jaundice down, and mass more slowly."""
    p, before, after = drunk
    times = np.array([0.0, 30.0, 90.0, 180.0])
    rest = course(bench, bench.parameters(cirrhosis=0.6), before, times[:1])
    on, off = (course(bench, bench.set(p.copy(), drinking=d), after, times) for d in (1.0, 0.0))
    print(
        f"bilirubin {off['bilirubin'].round(1)}, INR {off['inr'].round(2)}, mass {off['functional_mass'].round(2)} on "
        "days 0, 30, 90, 180"
    )
    assert 3 < off["bilirubin"][0] < 25 and 1.5 < off["inr"][0] < 2.6 and 40 < off["alt"][0] < 250
    gained = (off["functional_mass"] - off["functional_mass"][0]) / (
        rest["functional_mass"][0] - off["functional_mass"][0]
    )
    assert gained[1] < gained[2] < gained[3] < 0.9 and gained[3] > 0 and off["bilirubin"][2] < off["bilirubin"][0] / 2
    assert on["functional_mass"][3] < on["functional_mass"][0] * 1.1 and on["bilirubin"][3] > 3 * off["bilirubin"][3]


def test_steroid_calms_alcoholic_hepatitis_early(bench, drunk):
    p, _, after = drunk
    times = np.array([7.0, 28.0, 180.0])
    without, steroid = (
        course(bench, bench.set(p.copy(), drinking=0.0, corticosteroid=s), after, times) for s in (0.0, 1.0)
    )
    assert (steroid["bilirubin"] < without["bilirubin"]).all()
    gain = steroid["functional_mass"] / without["functional_mass"] - 1
    assert gain[1] > 0.01 and gain[1] > gain[0] > 0  # it is felt within the month


# lack of oxygen


@pytest.mark.parametrize("dose", [1.0, 2.0])
def test_shock_of_the_liver_passes(bench, healthy, dose):
    """Enzymes peak within one to three days and are near normal in ten (Waseem2016)."""
    found = course(bench, *healthy, doses=[(0.0, "ischaemia_insult", dose)])
    print(
        f"insult {dose:g}: ALT {found['alt'].max():.0f} U/L on day {peak(found, 'alt'):.1f}, INR "
        f"{found['inr'].max():.2f}, mass {found['functional_mass'].min():.2f}"
    )
    assert found["alt"].max() > 800 and 0.5 < peak(found, "alt") < 3.0
    assert found["alt"][80] < 0.1 * found["alt"].max()
    assert found["functional_mass"][-1] > found["functional_mass"].min() and found["inr"][-1] < 1.2


# idiosyncratic drug reaction


@pytest.fixture(scope="module")
def reaction(bench, healthy):
    p = bench.set(healthy[0].copy(), antigen_is_drug=1.0, drug_taken=1.0)
    y = bench.state(healthy[1], effectors_young=1.0, drug=1.0)
    return p, bench.system.solve(bench.problem(p, y, [10.0], ("inr",))).final


def test_drug_reaction_stopped_and_continued(bench, reaction):
    p, y = reaction
    on, off = (
        course(bench, bench.set(p.copy(), drug_taken=t), y, np.array([0.0, 7.0, 14.0, 28.0, 90.0])) for t in (1.0, 0.0)
    )
    print(
        f"mass on days 0, 7, 14, 28, 90: {on['functional_mass'].round(2)} continued, "
        f"{off['functional_mass'].round(2)} stopped"
    )
    assert off["functional_mass"][-1] > 0.6 and off["alt"][4] < 100
    assert on["functional_mass"][-1] < 0.2 and on["functional_mass"][2] < off["functional_mass"][2]


def test_a_drug_without_effector_cells_does_nothing(bench, healthy):
    p = bench.set(healthy[0].copy(), antigen_is_drug=1.0, drug_taken=1.0)
    found = course(bench, p, healthy[1], names=("functional_mass", "kill"))
    assert found["kill"].max() < 1e-12


# failure or recovery


def test_both_outcomes_exist_after_resection(make_bench):
    """Two steady states, recovery and failure (Verma2018): which one, the remnant decides."""
    alone = make_bench(System(assemble([hepatocytes], constants=HEALTH), "reference"))
    left = []
    for remnant in (0.10, 0.30):
        p = alone.parameters(overload_death=1.0)
        y = alone.state(alone.system.healthy(p), hepatocytes_quiescent=remnant)
        left.append(alone.follow(p, y, np.array([365.0]), ("hepatocytes",))["hepatocytes"][0, 0])
    print(f"hepatocytes after a year: {left[0]:.3f} from a remnant of 0.10, {left[1]:.3f} from 0.30")
    assert left[0] < 0.02 and left[1] > 0.7


def test_the_knife_edge(bench):
    """The share of flares that fail hangs on the death rate under overload; both outcomes exist."""
    rng = np.random.default_rng(3)
    n, rates = 40, np.array([0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.40])
    p = np.repeat(bench.parameters(), n, axis=0)
    bench.set(p, cirrhosis=rng.uniform(0.05, 0.6, n), flare_kill=1.2 * np.exp(0.35 * rng.standard_normal(n)))
    y = bench.state(bench.rest(p, rtol=1e-4), effectors_young=1.0)
    share = [
        float(
            (
                bench.follow(bench.set(p.copy(), overload_death=k), y, [60.0], ("functional_mass",), rtol=1e-4)[
                    "functional_mass"
                ]
                < 0.15
            ).mean()
        )
        for k in rates
    ]
    print(
        "share of flares with functional mass under 0.15 on day 60, by overload_death: "
        + ", ".join(f"{k:.2f} {s:.2f}" for k, s in zip(rates, share, strict=True))
    )
    assert share[0] < 0.1 < 0.5 < share[-1]
    assert (np.diff(share) >= 0).all()


def test_senescent_cells_gather_with_scar(bench):
    p = np.repeat(bench.parameters(), 3, axis=0)
    bench.set(p, cirrhosis=np.array([0.0, 0.41, 0.7]))
    found = bench.follow(p, bench.rest(p), [0.0], ("hepatocytes_senescent", "hepatocytes"))
    share = (found["hepatocytes_senescent"] / found["hepatocytes"])[:, 0]
    print(f"senescent share of hepatocytes at cirrhosis 0, 0.41, 0.7: {share.round(3)}")
    assert share[0] < 1e-9 and 0.05 < share[1] < share[2] < 0.45
