"""Visits of experiments/pbc_visits.py: the Mayo score by hand, follow-up cut at a horizon."""

import numpy as np
import pandas as pd
import pytest
from pbc_visits import Visits, mayo_score


def test_mayo_score_by_hand():
    # 0.871 ln 2 - 2.53 ln 3.5 + 0.039 * 50 + 2.38 ln 11 + 0.859 / 2 = 0.6037 - 3.1695 + 1.95 + 5.7070 + 0.4295
    found = mayo_score(age=50, bilirubin=2.0, albumin=3.5, prothrombin_time=11.0, edema=0.5)
    assert found == pytest.approx(5.5207, abs=2e-4)


def test_follow_up_is_cut_at_a_horizon_and_later_events_are_none():
    labs = pd.DataFrame({"bilirubin": [1.0, 2.0, 3.0]})
    three = np.array([0, 0, 1])
    visits = Visits(
        three, np.array([0.0, 50.0, 0.0]), np.array([90.0, 40.0, 120.0]), np.array([True, True, False]), labs
    )
    time, event = visits.until(60.0)
    assert time.tolist() == [60.0, 40.0, 60.0] and event.tolist() == [False, True, False]
    assert visits.take(np.array([2])).labs["bilirubin"].tolist() == [3.0]
