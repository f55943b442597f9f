"""The metrics of experiments/pbc_metrics.py against sums written out and lifelines."""

import math

import numpy as np
import pandas as pd
import pytest
from pbc_metrics import brier, concordance, cox_slope, ipcw, log_hazard, pairs, product_limit, step
from pbc_visits import Visits


@pytest.fixture(scope="module")
def small():
    """60 visits of 25 people, a few ties of risk; times differ."""
    random = np.random.default_rng(5)
    person = np.sort(np.concatenate([np.arange(25), random.integers(0, 25, 35)]))
    end, ended = random.uniform(400, 3000, 25), random.random(25) < 0.6
    day = np.concatenate([np.sort(random.uniform(0, end[k], n)) - 0.0 for k, n in enumerate(np.bincount(person))])
    day[np.unique(person, return_index=True)[1]] = 0.0
    return person, day, end[person] - day, ended[person], random.integers(1, 8, 60) / 8 * 0.9


def naive_concordance(time, event, risk, person, times):
    """Pairs one by one, each as often as both its people count."""
    good = total = 0.0
    for i in range(len(time)):
        for j in range(len(time)):
            if not event[i] or person[i] == person[j]:
                continue
            if time[i] < time[j] or (time[i] == time[j] and not event[j]):
                w = times[person[i]] * times[person[j]]
                total += w
                good += w * (1.0 if risk[i] > risk[j] else 0.5 if risk[i] == risk[j] else 0.0)
    return good / total


def naive_uncensored(end, ended, at, *, before):
    """Probability that a person is not censored up to a time, one censoring after the other."""
    left = 1.0
    for u in sorted(end[~ended]):
        if u < at or (u == at and not before):
            left *= 1 - 1 / np.sum(end >= u)
    return left


def test_concordance_counts_pairs_of_different_people(small):
    person, _, time, event, risk = small
    times = np.random.default_rng(2).integers(0, 4, 25).astype(float)
    for horizon in (365.0, 1e9):
        cut, happened = np.minimum(time, horizon), event & (time <= horizon)
        counted = pairs(cut, happened, risk, person)
        for weight in (np.ones(25), times):
            assert concordance(counted, weight) == pytest.approx(
                naive_concordance(cut, happened, risk, person, weight), rel=1e-6
            )


def test_concordance_is_that_of_lifelines_for_one_visit_each(small):
    from lifelines.utils import concordance_index

    _, _, time, event, risk = (x[:40] for x in small)
    found = concordance(pairs(time, event, risk, np.arange(40)), np.ones(40))
    assert found == pytest.approx(concordance_index(time, -risk, event), rel=1e-6)


@pytest.mark.parametrize("horizon", [90.0, 365.25, 1095.75])
def test_brier_weights_by_censoring_on_the_clock_of_entry(small, horizon):
    person, day, time, event, risk = small
    visits = Visits(person, day, time, event, pd.DataFrame(index=range(len(day))))
    first = visits.first
    end, ended = (day + time)[first], event[first]
    wanted = 0.0
    for k in range(len(time)):
        start = naive_uncensored(end, ended, day[k], before=False)
        if time[k] <= horizon and event[k]:
            wanted += (1 - risk[k]) ** 2 * start / naive_uncensored(end, ended, day[k] + time[k], before=True)
        elif time[k] > horizon:
            wanted += risk[k] ** 2 * start / naive_uncensored(end, ended, day[k] + horizon, before=False)
    died, weight = ipcw(visits, horizon, np.ones(25))
    assert brier(risk, died, weight, len(time)) == pytest.approx(wanted / len(time))


def test_weights_count_people_as_copies_of_them_would(small):
    person, day, time, event, risk = small
    weight = np.ones(25)
    weight[[3, 8]] = 2.0
    more = np.flatnonzero(np.isin(person, [3, 8]))
    copied = np.concatenate([np.arange(60), more])
    named = np.concatenate([person, np.unique(person[more], return_inverse=True)[1] + 25])
    one = Visits(person, day, time, event, pd.DataFrame(index=range(60)))
    two = Visits(named, day[copied], time[copied], event[copied], pd.DataFrame(index=range(len(copied))))
    died, w = ipcw(one, 365.25, weight)
    died2, w2 = ipcw(two, 365.25, np.ones(27))
    assert brier(risk, died, w, weight[person].sum()) == pytest.approx(brier(risk[copied], died2, w2, len(copied)))


def test_slope_is_that_of_lifelines(small):
    import lifelines

    _, _, time, event, risk = (x[:50] for x in small)
    time = time + np.arange(50) * 1e-3  # no ties, which the two treat differently
    weight = np.where(np.arange(50) % 3, 1.0, 2.0)
    frame = pd.DataFrame({"x": log_hazard(risk), "t": time, "e": event.astype(int), "w": weight})
    peer = lifelines.CoxPHFitter().fit(frame, "t", "e", weights_col="w", robust=True)
    found = cox_slope(time, event, frame["x"].to_numpy(), weight)
    assert found == pytest.approx(peer.params_["x"], abs=1e-3)
    assert math.isnan(cox_slope(time, np.zeros(50, bool), risk, weight))


def test_survival_is_that_of_hepatica(small):
    from hepatica.outcomes.event_history import kaplan_meier

    _, _, time, event, _ = small
    found, wanted = step(*product_limit(time, event, np.ones(60))), kaplan_meier(time, event)
    assert found(wanted.times) == pytest.approx(wanted.survival)
