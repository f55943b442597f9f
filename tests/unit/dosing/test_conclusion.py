"""Conclusion on leaders whose truth is known: dose, plateau, readers and stability."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.dosing.conclusion import conclude, prior_effect, worst_loss
from hepatica.dosing.draw_means import DrawMeans
from hepatica.dosing.harms import HARMS
from hepatica.dosing.predictive import Predictive
from hepatica.dosing.readers import READERS, Effect, for_reader, reader_posterior, whole_effect
from hepatica.dosing.verdict import Form, Thresholds
from hepatica.simulation import Arm
from hepatica.therapy import Regimen

DOSES = (1e6, 2e6, 4e6, 2e7)
ARMS = [Arm("standard care"), *(Arm(f"{d:g}", Regimen(d)) for d in DOSES)]


def belief(means, *, sd=4.0, draws=200, hypothesis="h", seed=0):
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(draws, 1))
    z = (z - z.mean()) / z.std()
    gain = np.column_stack([np.zeros(draws), np.asarray(means) + sd * z])
    return Predictive(
        hypothesis=hypothesis,
        gain=DrawMeans.exact(gain),
        harm_alone=DrawMeans.exact(np.column_stack([np.zeros(draws), np.full((draws, len(means)), -0.2)])),
        survived=DrawMeans.exact(np.clip(0.6 + gain / 120, 0.01, 0.99)),
        odds_slope=np.array([0.0, *np.full(len(means), 20.0)]),
        trial_sd=np.full(draws, 0.1),
        excess={h.name: np.zeros_like(gain) for h in HARMS},
        weight=np.full(draws, 1 / draws),
        null_effect_probability=0.03,
    )


def concluded(*beliefs, **extra):
    return conclude(ARMS, range(5), beliefs, HARMS, Thresholds(**extra), patients=800, seed=1)


def test_the_dose_is_the_fewest_cells_on_the_plateau():
    found = concluded(belief([12, 19.4, 20, 20.5]))
    assert found.form is Form.GIVE and ARMS[found.dose].name == "4e+06"
    assert found.plateau == (3,)  # 2e7 is five times its cells
    wider = concluded(belief([12, 19.4, 20, 20.5]), matters=2.0)
    assert wider.dose == 2 and wider.plateau == (2, 3)
    assert found.returns > 0.95 and found.overlaps == 1 and found.verdict_returns == 1


def test_hypotheses_meet_in_the_least_worst_loss():
    one, other = belief([20, 14, 8, 2]), belief([2, 14, 16, 20], hypothesis="k", seed=1)
    found = concluded(one, other)
    assert worst_loss([one, other], np.ones(5, bool)).round(0)[1:].tolist() == [17.0, 6.0, 12.0, 17.0]
    assert found.dose == 2 and [j.hypothesis for j in found.judgements] == ["h", "k"]
    assert found.cautious.gain == min(j.gain for j in found.judgements)


def test_readers_differ_as_their_priors_do():
    found = concluded(belief([4, 5, 6, 7], sd=8.0))
    sceptic, neutral, keen = (found.readers[r][0] for r in ("sceptical", "neutral", "enthusiastic"))
    assert sceptic.gain < neutral.gain < keen.gain and sceptic.chance < neutral.chance < keen.chance
    assert neutral.gain == pytest.approx(found.judgements[0].gain)
    (plain,) = found.as_drawn
    assert plain.gain == pytest.approx(found.unread[0].mean()[found.column(found.dose)]) and plain.gain != neutral.gain
    own = concluded(belief([4, 5, 6, 7], sd=8.0), reader="sceptical")
    assert own.judgements[0].gain == pytest.approx(own.readers["sceptical"][0].gain)


def test_stability_is_told():
    """Two doses that differ by noise alone: the choice returns in part, the range nearly always."""
    rng = np.random.default_rng(4)
    p = belief([12, 15, 0, 0], sd=2.0, draws=40)
    noise = np.zeros_like(p.raw)
    noise[:, 1] = rng.normal(2.0, 6.0, 40)
    noise[:, 1] += 2.0 - noise[:, 1].mean()
    unsure = replace(p, gain=DrawMeans.exact(p.raw + noise))
    found = concluded(unsure)
    assert 0.3 < found.returns < 0.99 and found.verdict_returns == 1


def test_the_prior_effect_is_that_of_the_dose():
    found = concluded(belief([12, 19.4, 20, 20.5]))
    effect = whole_effect(found.unread[0].survival)[:, found.column(found.dose)]
    assert prior_effect(found) == pytest.approx((effect.mean(), effect.std()))


def test_a_reader_of_the_models_own_prior_changes_nothing():
    p, own = belief([4, 5, 6, 7], sd=2.0), READERS["neutral"]
    same = for_reader(p, "neutral", 1, Effect(own.mean, own.sd))
    assert same.mean() == pytest.approx(p.mean(), rel=1e-6) and same.survival == pytest.approx(p.survival, abs=1e-6)


def test_a_reader_moves_effect_survival_and_days_together():
    """Told of the same evidence against a rosier model prior, the neutral reader expects less of every arm."""
    p, rosy = belief([4, 5, 6, 7], sd=2.0), Effect(0.8, 0.2)
    moved = for_reader(p, "neutral", 1, rosy)
    effect, before = whole_effect(moved.survival).mean(axis=0), whole_effect(p.survival).mean(axis=0)
    learnt = Effect(before[1], whole_effect(p.survival)[:, 1].std())
    assert effect[1] == pytest.approx(reader_posterior("neutral", learnt, rosy).mean, abs=1e-3)
    assert (effect[1:] < before[1:]).all() and (moved.mean()[1:] < p.mean()[1:]).all()
    days = p.odds_slope[1] * (effect[1] - before[1])  # to first order
    assert moved.shrunk[:, 1].mean() - p.shrunk[:, 1].mean() == pytest.approx(days, rel=0.1)


def test_without_cells_there_is_nothing_to_conclude():
    found = conclude(ARMS[:1], (0,), [belief([])], HARMS, Thresholds(), patients=10, seed=1)
    assert found.form is Form.NOT and found.dose == 0 and found.readers == {} and found.as_drawn == ()
