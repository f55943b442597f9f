"""Ranking of regimens, the gain that is shown, agreement of hypotheses."""

from dataclasses import replace

import numpy as np

from hepatica.dose_summary.ranking import hypotheses_disagree, is_admissible, ranking, shown_gains, shows_cells
from hepatica.dosing.variance_components import VarianceComponents

SURE = VarianceComponents(5.0, 1.0, 1.0, 1.0, 9.0, 1.0)


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


def test_the_confirmed_gain_is_shown_where_there_is_one(found):
    d = found.decision
    assert shows_cells(d)
    for k, h in enumerate(d.by_hypothesis):
        assert shown_gains(replace(d, confirmed=()), k) == (h.gain[d.top], h.survival_gain[d.top])
        if d.confirmed:
            assert shown_gains(d, k) == (d.confirmed[k].gain, d.confirmed[k].survival_gain)


def test_hypotheses_disagree_in_the_best_arm_or_in_the_sign(found):
    d = found.decision
    h = tuple(replace(x, best=1, gain=tuple(SURE for _ in d.arms)) for x in d.by_hypothesis)
    agree = replace(d, by_hypothesis=h, confirmed=())
    assert not hypotheses_disagree(agree)
    assert hypotheses_disagree(replace(agree, by_hypothesis=(h[0], replace(h[1], best=2))))
    doubt = replace(h[1], gain=tuple(replace(SURE, low=-1.0) for _ in d.arms))
    assert hypotheses_disagree(replace(agree, by_hypothesis=(h[0], doubt)))
