"""Blocks of trials: rates, competing causes, lots, drop-out, coupling, all against closed forms."""

import numpy as np
import pytest

from hepatica.trials.bank.plan import DEATHS
from hepatica.trials.virtual.conduct.block import TrialBlock
from hepatica.trials.virtual.conduct.events import couple
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth


@pytest.fixture
def block(make_trial, flat_bank):
    def make(truth=Truth.AVERAGE, death=(0.02, 0.01), bank=None, number=0, **changes):
        trial = make_trial(**changes)
        bank = flat_bank(trial, death, **(bank or {}))
        return TrialBlock(trial, Scenario("label_is_cells", truth), bank, eligible_patients(bank, trial), number, 100)

    return make


def rate(when, follow_up=100.0):
    """Events per day at risk."""
    return (when <= follow_up).sum() / np.minimum(when, follow_up).sum()


def test_deaths_have_the_rates_of_their_arms(block):
    b = block()
    for arm, expected in enumerate((0.02, 0.01)):
        assert rate(b.death[b.arm == arm]) == pytest.approx(expected, rel=0.04)


def test_without_effect_all_arms_are_the_control(block):
    b = block(Truth.NULL)
    assert rate(b.death[b.arm == 1]) == pytest.approx(0.02, rel=0.04)


def test_transplant_competes_and_the_transplanted_die_at_their_own_rate(block):
    b = block(
        bank={"transplant": 0.02},
        death=(0.01, 0.01),
        variation={"death_after_transplant": 3.6525, "between_trials": 0.0},
    )
    when, which = b.native_end
    assert rate(when) == pytest.approx(0.03, rel=0.04)
    assert (which[when <= 100] == len(DEATHS)).mean() == pytest.approx(2 / 3, abs=0.02)
    grafted = np.isfinite(b.transplant)
    after = b.death[grafted] - b.transplant[grafted]
    assert after.mean() == pytest.approx(100, rel=0.05)  # 3.6525 a year is one in 100 days
    without = Scenario("label_is_cells", Truth.AVERAGE, transplants=False)
    assert not np.isfinite(TrialBlock(b.trial, without, b.bank, b.eligible, 0, 100).transplant).any()


def test_designs_meet_the_same_patients_with_the_same_fates(block):
    one = block(randomisation={"method": "complete"})
    other = block(randomisation={"method": "blocks", "sizes": [4]}, patients=60)
    same = one.arm == other.arm
    assert (one.who == other.who).all() and 0.3 < same.mean() < 0.7
    assert (one.death[same] == other.death[same]).all() and (one.entry == other.entry).all()


def test_lots_fall_short_together(block):
    b = block(batches={"patients": 5, "shares": [0.5, 0.1], "chances": [0.3, 0.2]}, death=(0.02, 0.01, 0.015, 0.019))
    assert (b.shortfall[b.arm == 0] == 0).all()
    lots = [row[arm == 1][:5] for row, arm in zip(b.shortfall, b.arm, strict=True)]
    assert all(len(set(lot)) == 1 for lot in lots)
    level = b.shortfall[b.arm == 1]
    shares = np.bincount(level, minlength=3) / len(level)
    assert shares == pytest.approx([0.5, 0.3, 0.2], abs=0.03)
    assert rate(b.death[b.shortfall == 2]) == pytest.approx(0.019, rel=0.08)


def test_dropout_depends_on_the_state(block):
    changes = {"dropout": {"per_month": 0.3, "by": "meld", "slope": 0.1, "at": 20.0}}
    for meld, factor in ((20.0, 1.0), (30.0, np.e)):
        b = block(bank={"labs": {"meld": meld}}, **changes)
        assert rate(b.dropout) == pytest.approx(0.3 / 30.4375 * factor, rel=0.05)
    assert rate(block(dropout={"per_month": 0.3}).dropout) == pytest.approx(0.3 / 30.4375, rel=0.05)


def test_trials_and_their_effects_differ_as_stated(block):
    spread = {"variation": {"between_trials": 0.5, "effect_between_trials": 0.3}}
    drawn, null, average = (block(t, **spread) for t in (Truth.DRAWN, Truth.NULL, Truth.AVERAGE))
    assert not average.log_hazard.any()
    assert null.log_hazard[:, 0].std() == pytest.approx(0.5, rel=0.2)
    per_arm = [[h[a == k][0] for k in (0, 1)] for h, a in zip(drawn.log_hazard, drawn.arm, strict=True)]
    assert np.diff(per_arm, axis=1).std() == pytest.approx(0.3, rel=0.2)


def test_frailty_gives_its_marginal_survival(block):
    b = block(death=(0.02, 0.02), variation={"frailty": 1.0, "between_trials": 0.0, "effect_between_trials": 0.0})
    assert (b.death > 50).mean() == pytest.approx(1 / (1 + 1.0), abs=0.015)


@pytest.mark.parametrize("correlation", [0.0, 0.6, 1.0])
def test_a_copula_keeps_margins_and_has_its_correlation(correlation):
    rng = np.random.default_rng(1)
    one, other = rng.exponential(size=(2, 40_000)).astype(np.float32)
    mixed = couple(one, other, correlation)
    assert mixed.mean() == pytest.approx(1, abs=0.03) and (mixed > 2).mean() == pytest.approx(np.exp(-2), abs=0.01)
    from scipy.stats import norm

    scores = [norm.ppf(-np.expm1(-e.astype(float))) for e in (one, mixed)]
    assert np.corrcoef(*scores)[0, 1] == pytest.approx(correlation, abs=0.015)


def test_coupling_decides_how_fates_of_arms_are_linked(block):
    shared, apart = block(), block(variation={"coupling": "independent", "between_trials": 0.0})
    own = shared.arm == 1
    assert (shared.death[~own] == apart.death[~own]).all() and (shared.death[own] != apart.death[own]).mean() > 0.8


def test_latent_labs_are_read_between_days(block):
    b = block(rescue={"when": "meld > 99"})
    labs = b.outcomes.labs["meld"]
    labs[...] = np.arange(labs.shape[-1], dtype=np.float32)
    assert (b.latent("meld", 3.25) == 3.25).all() and (b.latent("meld", 100.0) == 100.0).all()
