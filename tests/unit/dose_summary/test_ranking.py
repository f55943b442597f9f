"""Ranking of regimens, the gain that is shown, agreement of hypotheses."""

from dataclasses import replace

import numpy as np

from hepatica.dose_summary.ranking import (
    hypotheses_disagree,
    is_admissible,
    largest_harm,
    ranking,
    shown_gains,
    shows_cells,
)
from hepatica.dosing import Form


def test_arms_over_a_limit_come_last_by_their_gain(found):
    d = found.decision
    regret = np.zeros_like(d.regret)
    regret[:, 1:] = np.inf
    over = replace(d, regret=regret)
    order = ranking(over)
    gain = [min(h.gain[a].mean for h in d.by_hypothesis) for a in order[1:]]
    assert order[0] == 0 and gain == sorted(gain, reverse=True)
    assert is_admissible(over, 0) and not any(is_admissible(over, a) for a in order[1:])
    assert ranking(d)[0] == int(np.argmin(d.regret.max(axis=0)))


def test_the_concluded_gain_is_shown(found):
    d = found.decision
    assert shows_cells(d) and d.is_confirmed
    for k, j in enumerate(d.conclusion.judgements):
        gain, alive = shown_gains(d, k)
        assert (gain.mean, gain.low, gain.high, gain.error) == (j.gain, j.low, j.high, j.error)
        assert (alive.mean, alive.low, alive.error) == (j.survival_gain, j.survival_low, j.survival_error)


def test_hypotheses_disagree_in_the_best_arm_or_in_the_verdict(found):
    d = found.decision
    h = tuple(replace(x, best=1) for x in d.by_hypothesis)

    def with_forms(*forms):
        leaders = tuple(
            replace(x, judgements=tuple(replace(j, form=f) for j, f in zip(x.judgements, forms, strict=False)))
            for x in d.conclusion.leaders
        )
        return replace(d.conclusion, leaders=leaders)

    agree = replace(d, by_hypothesis=h, conclusion=with_forms(Form.GIVE, Form.GIVE))
    assert not hypotheses_disagree(agree)
    assert hypotheses_disagree(replace(agree, by_hypothesis=(h[0], replace(h[1], best=2))))
    assert hypotheses_disagree(replace(agree, conclusion=with_forms(Form.GIVE, Form.TRIAL)))


def test_the_largest_harm_is_that_which_costs_most_or_breaks_its_limit(found):
    d, harms = found.decision, found.study.utility.utility().harms
    one, s = largest_harm(d, harms)
    column = d.conclusion.column(d.top)
    cost = {h.name: h.loss * max(p.harms[h.name][column].mean for p in d.conclusion.predictive) for h in harms}
    assert cost[one.name] == max(cost.values()) and s.mean == max(
        p.harms[one.name][column].mean for p in d.conclusion.predictive
    )
    leaders = tuple(
        replace(x, judgements=tuple(replace(j, harm_chance={"tumour": 0.9}) for j in x.judgements))
        for x in d.conclusion.leaders
    )
    barred = replace(d, conclusion=replace(d.conclusion, leaders=leaders))
    assert largest_harm(barred, harms)[0].name == "tumour"
