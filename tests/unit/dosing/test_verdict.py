"""Verdicts: each form by what it stands for, and the thresholds that move it."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.dosing.draw_means import DrawMeans
from hepatica.dosing.harms import HARMS
from hepatica.dosing.predictive import Predictive, bootstrap_counts
from hepatica.dosing.verdict import Form, Judgement, Reason, Thresholds, judge, overall


def belief(mean, sd, *, draws=200, null=0.03, excess=0.0):
    """A gain in days that is normal over the draws, with the survival that goes with it."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=draws)
    z = (z - z.mean()) / z.std()
    gain = mean + sd * z
    harm = np.column_stack([np.zeros(draws), np.full(draws, excess) + 0.01 * z])
    return Predictive(
        hypothesis="h",
        gain=DrawMeans.exact(np.column_stack([np.zeros(draws), gain])),
        harm_alone=DrawMeans.exact(np.tile([0.0, -0.6], (draws, 1))),
        survived=DrawMeans.exact(np.column_stack([np.full(draws, 0.6), np.clip(0.6 + gain / 120, 0.01, 0.99)])),
        odds_slope=np.array([0.0, 2.0 / 0.14]),
        trial_sd=np.full(draws, 0.14),
        excess={h.name: harm if h.name == "thrombosis" else 0 * harm for h in HARMS},
        weight=np.full(draws, 1 / draws),
        null_effect_probability=null,
    )


def verdict(p, t=None, harms=HARMS) -> Judgement:
    counts = bootstrap_counts(np.random.default_rng(1), len(p.weight), 100)
    return judge(p, 1, t or Thresholds(), harms, [p.resampled(c) for c in counts])


def test_the_four_forms():
    assert verdict(belief(20, 6)).form is Form.GIVE
    assert verdict(belief(5, 10)).form is Form.TRIAL
    assert verdict(belief(-6, 2)).form in (Form.NOT, Form.HARM)
    assert verdict(belief(0.2, 0.5)).form is Form.NOT
    low = tuple(replace(h, limit=0.02) if h.name == "thrombosis" else h for h in HARMS)
    barred = verdict(belief(20, 6, excess=0.05), harms=low)
    assert barred.form is Form.HARM and barred.reasons == (Reason.LIMIT,) and barred.harm_chance["thrombosis"] > 0.9


def test_net_harm_is_named():
    found = verdict(belief(-12, 3))
    assert found.form is Form.HARM and found.reasons == (Reason.NET_HARM,) and found.chance < 0.01


def test_a_dear_or_small_trial_is_not_worth_it():
    p = belief(5, 10)
    cheap, dear = verdict(p), verdict(p, Thresholds(trial_cost=500.0))
    assert cheap.trial.net > 0 > dear.trial.net and cheap.reasons == (Reason.TRIAL_PAYS,)
    assert dear.form is Form.TRIAL and dear.reasons == (Reason.UNSURE, Reason.TRIAL_COSTS)
    assert verdict(p, Thresholds(trial_cost=500.0, matters=7.0)).reasons == (Reason.TOO_SMALL, Reason.TRIAL_COSTS)
    assert verdict(p, Thresholds(population=500)).trial.net < cheap.trial.net


def test_a_verdict_never_hangs_on_less_than_two_errors():
    """The same belief in ever fewer draws: give turns to a trial, never the other way."""
    near = belief(10, 6, null=0.03)
    found = verdict(near)
    clear = found.chance - 2 * found.chance_error
    for limit, form in ((clear - 0.005, Form.GIVE), (clear + 0.005, Form.TRIAL)):
        again = verdict(near, Thresholds(benefit_chance=limit, trial_cost=0.0))
        assert again.form is form
        assert (Reason.WITHIN_ERROR in again.reasons) == (form is Form.TRIAL)


@pytest.mark.parametrize("errors", [-2.2, -1.8, 0.0, 1.8, 2.2])
def test_a_trial_pays_or_costs_only_beyond_two_errors(errors):
    """The same belief with a trial whose cost lies so many errors below what it is worth."""
    p, t = belief(0.4, 4), Thresholds(matters=3.0, benefit_chance=0.99)
    free = verdict(p, replace(t, trial_cost=0.0)).trial
    cost = (free.net - errors * free.error) / t.trial_people
    judged = verdict(p, replace(t, trial_cost=cost))
    assert judged.trial.net == pytest.approx(errors * free.error) and judged.trial.error == pytest.approx(free.error)
    if errors > 2:
        assert judged.form is Form.TRIAL and judged.reasons == (Reason.TRIAL_PAYS,)
    else:
        word = Reason.TRIAL_COSTS if errors < -2 else Reason.TRIAL_WITHIN_ERROR
        assert judged.form is (Form.NOT if errors < -2 else Form.TRIAL) and judged.reasons == (Reason.TOO_SMALL, word)


def test_a_gain_matters_or_is_none_only_beyond_two_errors():
    p, dear = belief(2.0, 6, null=0.0), Thresholds(trial_cost=1e6, benefit_chance=0.99)
    gain, error = verdict(p).gain, verdict(p).error
    for apart, form, first in (
        (2.2, Form.TRIAL, Reason.UNSURE),
        (1.8, Form.TRIAL, Reason.GAIN_WITHIN_ERROR),
        (-1.8, Form.TRIAL, Reason.GAIN_WITHIN_ERROR),
        (-2.2, Form.NOT, Reason.TOO_SMALL),
    ):
        judged = verdict(p, replace(dear, matters=gain - apart * error))
        assert judged.form is form and judged.reasons[0] is first
    assert verdict(belief(-1.5, 6, null=0.0), dear).reasons[0] is Reason.NO_GAIN
    assert verdict(belief(-0.5, 6, null=0.0), dear).reasons[0] is Reason.TOO_SMALL


def test_a_limit_of_harm_decides_only_beyond_two_errors():
    p = belief(20, 6, excess=0.05)
    limited = tuple(replace(h, limit=0.055) if h.name == "thrombosis" else h for h in HARMS)
    over = verdict(p, harms=limited)
    chance, error = over.harm_chance["thrombosis"], over.harm_chance_error["thrombosis"]
    resampled = bootstrap_counts(np.random.default_rng(2), 200, 2000) / 200
    assert error == pytest.approx((resampled @ (p.excess["thrombosis"][:, 1] > 0.055)).std(), rel=0.1)
    for apart, form, reason in (
        (2.2, Form.HARM, Reason.LIMIT),
        (1.8, Form.TRIAL, Reason.LIMIT_WITHIN_ERROR),
        (-1.8, Form.TRIAL, Reason.LIMIT_WITHIN_ERROR),
        (-2.2, Form.GIVE, Reason.BENEFIT_LIKELY),
    ):
        judged = verdict(p, Thresholds(harm_chance=chance - apart * error), limited)
        assert judged.form is form and judged.reasons[0] is reason


def test_few_draws_give_no_firm_verdict(monkeypatch):
    found = verdict(belief(20, 6, draws=39))
    assert found.form is Form.TRIAL and Reason.FEW_DRAWS in found.reasons
    monkeypatch.setattr("hepatica.dosing.verdict.MIN_DRAWS", 39)
    assert verdict(belief(20, 6, draws=39)).form is Form.GIVE, "so it is the number that forbade it"


def test_numbers_are_those_of_the_mixture():
    p = belief(10, 6)
    found = verdict(p)
    assert found.gain == pytest.approx(p.mean()[1]) and (found.low, found.high) == pytest.approx(p.interval(1))
    assert found.error == pytest.approx(0.97 * 6 / np.sqrt(200), rel=0.25)
    assert found.survival_gain == pytest.approx(p.survival_gain(1)[0])


def test_hypotheses_are_never_averaged():
    give, trial, no = verdict(belief(20, 6)), verdict(belief(5, 10)), verdict(belief(0.2, 0.5))
    harm = verdict(belief(-12, 3))
    assert overall([give, give]) is Form.GIVE and overall([give, trial]) is Form.TRIAL
    assert overall([give, no]) is Form.TRIAL and overall([no, no]) is Form.NOT
    assert overall([give, harm]) is Form.HARM
