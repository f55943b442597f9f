"""Diagnostics of a calibration on a made-up course: contraction, R-hat, informative data, emulator against engine."""

from types import SimpleNamespace

import numpy as np
import pytest

from hepatica.calibrate.bank import Bank, Line, Plan
from hepatica.calibrate.diagnostics.contraction import agreement, contraction, informative_data
from hepatica.calibrate.endpoints import Endpoint, Summary
from hepatica.calibrate.inference.emulate import Emulator, Space
from hepatica.calibrate.likelihood import Law, LikelihoodTerm, Scale, SummaryStatistic
from hepatica.patients import DrawKey, Draws

A, B, SPIKE = DrawKey.coordinate("a"), DrawKey.coordinate("b"), DrawKey.spike("b")
STATISTICS = (SummaryStatistic(Scale.LEVEL, 0), SummaryStatistic(Scale.LEVEL, 1))


def course(draws=60, off=0.0, apart=0.0):
    """Two statistics, the first 2 a and the second 3 b, emulated without error; the engine off by a constant and a scatter."""
    rng = np.random.default_rng(4)
    space = Space((A, B, SPIKE), (np.nan, np.nan, 0.5))
    coefficients = np.zeros((3, 2))
    coefficients[0, 0], coefficients[1, 1] = 2.0, 3.0
    emulator = Emulator(space, np.arange(0), coefficients, np.zeros(2), np.array([0.04, 0.09]), np.ones(2))
    runs = tuple(rng.standard_normal((500, 3)) * [0.2, 1.0, 1.0] + [1.5, 0.0, 0.0] for _ in range(2))
    known = space.draws(runs[0][:draws])
    lines = tuple(Line("p", "arm", Endpoint(v, 7.0)) for v in ("meld", "child_pugh"))
    mean = emulator(space.points(known)) + off + apart * rng.choice([-1.0, 1.0], (draws, 2))
    mean[:3, 1] = np.nan
    check = Bank(Plan((), lines), known, Summary(mean, np.zeros_like(mean), np.zeros_like(mean)))
    terms = (
        LikelihoodTerm("p", "arm", "meld", "meld day 7", STATISTICS[:1], (1.0,), 0.3, Law.NORMAL),
        LikelihoodTerm("q", "arm", "meld", "meld day 7", STATISTICS[:1], (1.0,), (0.13 / 3 - 0.04) ** 0.5, Law.NORMAL),
        LikelihoodTerm("p", "arm", "child_pugh", "child_pugh day 7", STATISTICS[1:], (1.0,), 0.3, Law.NORMAL),
    )
    return SimpleNamespace(emulator=emulator, runs=runs, draws=known, check=check, statistics=STATISTICS, terms=terms)


def naive_r_hat(first, second):
    """Gelman & Rubin (1992) with loops."""
    n, chains = len(first), (first, second)
    means = [sum(c) / n for c in chains]
    within = sum(sum((x - m) ** 2 for x in c) / (n - 1) for c, m in zip(chains, means, strict=True)) / 2
    between = n * sum((m - sum(means) / 2) ** 2 for m in means)
    return (((n - 1) / n * within + between / n) / within) ** 0.5


def test_contraction_is_that_of_both_runs():
    c, cells = course(), {"h": SimpleNamespace(columns={A: np.full(10, 0.5), SPIKE: np.zeros(10)})}
    rows = contraction(c, cells).set_index(["parameter", "hypothesis"])
    assert set(rows.index) == {("a", ""), ("b", ""), ("a", "h")}  # a spike has no contraction
    for k, name in enumerate(("a", "b")):
        both = np.concatenate([c.runs[0][:, k], c.runs[1][:, k]])
        row = rows.loc[name, ""]
        assert (row["mean"], row["sd"]) == pytest.approx((both.mean(), both.std()))
        assert row["r_hat"] == pytest.approx(naive_r_hat(*(run[:, k].tolist() for run in c.runs)), abs=1e-9)
    assert rows["learnt"].to_dict() == {("a", ""): True, ("b", ""): False, ("a", "h"): True}
    assert np.isnan(rows.loc["a", "h"]["r_hat"]) and (rows.loc["a", "h"]["mean"], rows.loc["a", "h"]["sd"]) == (0.5, 0)


def test_the_data_that_inform_a_parameter_are_named_with_their_shares():
    shares = informative_data(course())
    assert [s for s, _ in shares["a"]][:2] == ["q arm: meld day 7", "p arm: meld day 7"]
    assert [v for _, v in shares["a"]] == pytest.approx([0.75, 0.25, 0.0]) and set(shares) == {"a", "b", "b (acts)"}
    assert dict(shares["b"])["p arm: child_pugh day 7"] == pytest.approx(1.0)
    assert len(informative_data(course(), top=1)["a"]) == 1 and shares["b (acts)"] == []


@pytest.mark.parametrize("off, apart", [(0.0, 0.0), (0.5, 0.0), (0.0, 0.4)])
def test_emulator_and_engine_are_compared_over_draws(off, apart):
    rows = agreement(course(off=off, apart=apart))
    assert rows["draws"].tolist() == [60, 57] and rows["allowed"].tolist() == pytest.approx([0.2, 0.3])
    assert rows["output"].tolist() == ["meld day 7, level", "child_pugh day 7, level"]
    assert (rows["engine"] - rows["emulator"]).tolist() == pytest.approx([off] * 2, abs=0.15 * apart + 1e-9)
    assert rows["apart"].tolist() == pytest.approx([apart] * 2, abs=0.02)


def test_draws_are_kept_as_they_are():
    c = course()
    assert isinstance(c.draws, Draws) and c.emulator.space.points(c.draws) == pytest.approx(c.runs[0][:60])
