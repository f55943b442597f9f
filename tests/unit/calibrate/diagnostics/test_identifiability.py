"""Practical identifiability: linear problems whose posterior is known, slopes by finite differences, counts by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from hepatica.calibrate.cells import CellPosterior
from hepatica.calibrate.diagnostics.identifiability import MAX_OWN_SHARE, groups, pairs, unidentified
from hepatica.calibrate.diagnostics.information import FisherInformation, of_cells
from hepatica.calibrate.inference.emulate import Emulator, Space
from hepatica.calibrate.likelihood import Law, LikelihoodTerm, Scale, SummaryStatistic
from hepatica.patients import DrawKey

NAMES = ("potency", "exposure", "half", "kappa", "idle")


def linear(roots, n=20_000, seed=1):
    """Draws of the posterior of a linear problem with standard normal priors, and its exact covariance."""
    covariance = np.linalg.inv(np.eye(roots.shape[1]) + roots.T @ roots)
    x = np.random.default_rng(seed).multivariate_normal(np.zeros(len(covariance)), covariance, n)
    information = FisherInformation(
        NAMES[: roots.shape[1]],
        roots,
        np.arange(len(roots)),
        tuple(f"trial {k}" for k in range(len(roots))),
        x,
        np.full(n, 1 / n),
        np.arange(n) % 2,
    )
    return information, covariance


def test_potency_exposure_and_half_effect_are_one_group():
    """Only potency x exposure / half-effect was seen, kappa by itself."""
    information, covariance = linear(np.array([[4.0, 4.0, -4.0, 0, 0], [0, 0, 0, 3.0, 0]]))
    found = groups(information)
    assert set(found["group"]) == {1} and set(found["parameter"]) == {"potency", "exposure", "half"}
    by = found.set_index("parameter")
    assert np.abs(by["loading"].to_numpy()) == pytest.approx([1 / np.sqrt(3)] * 3, abs=1e-6)
    assert np.sign(by.loc["half", "loading"]) == -np.sign(by.loc["potency", "loading"])
    assert by["group_sd"].iloc[0] == pytest.approx(1 / np.sqrt(49), rel=0.03)
    assert by["sd"].to_numpy() == pytest.approx([np.sqrt(covariance[0, 0])] * 3, rel=0.03)  # exactly 0.82
    assert by["confounded"].all() and by["informed_by"].iloc[0] == [("trial 0", 1.0)]


def test_what_is_known_by_itself_is_no_group():
    information, _ = linear(np.array([[3.0, 0, 0], [0, 3.0, 0], [0.1, 0.1, 3.0]]))
    assert groups(information).empty
    information, _ = linear(np.array([[5.0, 5.0, 0], [5.0, -5.0, 0]]))  # a sum and a difference: both are known
    assert groups(information).empty
    assert len(groups(information, always=1)) == 2 and not groups(information, always=1)["confounded"].any()


def test_nothing_was_seen():
    information, _ = linear(np.zeros((1, 3)))
    assert groups(information).empty and groups(information, always=1).empty and pairs(information).empty


def test_a_direction_hardly_learnt_says_so():
    information, _ = linear(np.array([[0.3, 0.3, 0.0]]))
    assert groups(information).empty
    shown = groups(information, always=1)
    assert not shown["learnt"].any() and shown["group_sd"].iloc[0] == pytest.approx(1 / np.sqrt(1.18), rel=0.03)


def test_two_of_a_sum_show_half_of_its_loss():
    information, covariance = linear(np.array([[6.0, 6.0, 0.0]]))
    loss = 1 - 1 / 73
    assert (1 - covariance[0, 0]) / loss == pytest.approx(0.5) and MAX_OWN_SHARE > 0.5
    two = pairs(information)
    assert two[["one", "other"]].values.tolist() == [["potency", "exposure"]]
    exact = covariance[0, 1] / covariance[0, 0]
    assert two["correlation"][0] == pytest.approx(exact, abs=0.01) and exact < -0.9


def test_a_correlation_of_one_half_of_the_particles_is_not_told():
    rng = np.random.default_rng(4)
    x, part = rng.standard_normal((2000, 2)), np.arange(2000) % 2
    x[part == 0, 1] += x[part == 0, 0]
    assert pairs(
        FisherInformation(("a", "b"), np.zeros((0, 2)), np.zeros(0, int), (), x, np.full(2000, 5e-4), part)
    ).empty


def test_weights_count():
    rng = np.random.default_rng(5)
    x = rng.standard_normal((40_000, 2))
    fit = np.exp(-0.5 * ((x[:, 0] + x[:, 1]) / 0.5) ** 2)
    information = FisherInformation(
        ("a", "b"), np.array([[2.0, 2.0]]), np.zeros(1, int), ("sum",), x, fit / fit.sum(), np.arange(40_000) % 2
    )
    covariance = np.linalg.inv(np.eye(2) + 4 * np.ones((2, 2)))
    assert information.sd(np.eye(2)) == pytest.approx(np.sqrt(np.diag(covariance)), rel=0.02)
    assert len(groups(information)) == 2


def test_cells_whose_gain_is_a_product():
    """A contrast that sees only log potency + exposure - half, beside courses of any kind."""
    rng = np.random.default_rng(7)
    prior = {DrawKey.coordinate(n): rng.standard_normal((400, 16)) for n in NAMES[:3]}
    prior |= {
        DrawKey.coordinate("works"): rng.standard_normal((400, 16)),
        DrawKey.spike("works"): rng.random((400, 16)),
    }
    acts = prior[DrawKey.spike("works")] >= 0.3
    gain = acts * (
        prior[DrawKey.coordinate("potency")] + prior[DrawKey.coordinate("exposure")] - prior[DrawKey.coordinate("half")]
    ) + rng.standard_normal((400, 1))
    within = gain - gain.mean(axis=1, keepdims=True)
    c = SimpleNamespace(
        publication="trial",
        treated="cells",
        control="care",
        label="survival day 90",
        error=0.4,
        typical=0.4,
    )
    fit = -0.5 * (within / c.error) ** 2
    cells = CellPosterior({}, np.zeros(400, int), fit, gain[..., None], np.zeros(1), np.ones(400))
    information = of_cells(cells, prior, {"works": 0.3}, [c])
    assert information.weight.sum() == pytest.approx(1) and information.names[-1] == "works (acts)"
    found = groups(information)
    first = found[found["group"] == 1].set_index("parameter")
    assert {"potency", "exposure", "half"} == set(first.index) and first["confounded"].all()
    assert first["group_sd"].iloc[0] < 0.85 * first["sd"].min()
    assert first["informed_by"].iloc[0][0][0] == "trial cells against care: survival day 90"
    found = pairs(information, least=0.1)
    r = {(a, b): v for a, b, v in found[["one", "other", "correlation"]].values}
    assert r["potency", "half"] > 0.1 > -0.1 > r["potency", "exposure"]


def test_a_whole_calibration():
    """A course of which one mean told the sum of two parameters, and cells of which nothing was told."""
    rng = np.random.default_rng(8)
    space = Space((DrawKey.coordinate("a"), DrawKey.coordinate("b"), DrawKey.coordinate("c")), (np.nan,) * 3)
    x = rng.standard_normal((500, 3))
    emulator = Emulator.fit(space, x, (x[:, :1] + x[:, 1:2]), np.full((500, 1), 1e-6))
    data = (
        LikelihoodTerm("trial", "care", "inr", "inr day 7", (SummaryStatistic(Scale.LOG, 0),), (0.0,), 0.2, Law.NORMAL),
    )
    covariance = np.linalg.inv(np.eye(3) + np.outer([1, 1, 0], [1, 1, 0]) / 0.04)
    runs = tuple(rng.multivariate_normal(np.zeros(3), covariance, 1500) for _ in range(2))
    untreated = SimpleNamespace(emulator=emulator, runs=runs, statistics=data[0].statistics, terms=data)
    prior = {
        DrawKey.coordinate("p"): rng.standard_normal((50, 8)),
        DrawKey.coordinate("q"): rng.standard_normal((50, 8)),
    }
    cells = CellPosterior(
        {},
        np.zeros(50, int),
        np.zeros((50, 8)),
        (prior[DrawKey.coordinate("p")] + prior[DrawKey.coordinate("q")])[..., None],
        np.zeros(1),
        np.ones(50),
    )
    seen = SimpleNamespace(publication="t", treated="c", control="s", label="inr day 7", error=9.0, typical=9.0)
    found, two = unidentified(untreated, {"h": cells}, prior, {}, [seen])
    assert found["hypothesis"].tolist() == ["", "", "h", "h"]
    assert set(found["parameter"][:2]) == {"a", "b"} and set(found["parameter"][2:]) == {"p", "q"}
    assert found["learnt"].tolist() == [True, True, False, False] == found["confounded"].tolist()
    assert found["informed_by"][0] == [("trial care: inr day 7", 1.0)]
    assert two[["hypothesis", "one", "other"]].values.tolist() == [["", "a", "b"]] and two["correlation"][0] < -0.85
    assert unidentified(untreated, {}, {}, {}, [])[0]["hypothesis"].tolist() == ["", ""]


@pytest.mark.parametrize("learnt", [False, True])
def test_mechanisms_are_named_beside_what_they_do_not_explain(learnt):
    """Effects not explained lead alone; then come the mechanisms as if it were nothing, and a group of theirs once."""
    rng = np.random.default_rng(9)
    prior = {
        k: rng.standard_normal((400, 16))
        for k in (DrawKey.coordinate("p"), DrawKey.coordinate("q"), DrawKey.coordinate("unexplained_survival"))
    }
    both, beyond = (
        (prior[DrawKey.coordinate("p")] + prior[DrawKey.coordinate("q")]) / 4,
        3 * prior[DrawKey.coordinate("unexplained_survival")],
    )
    seen = [
        SimpleNamespace(publication="t", treated="c", control="s", label=x, error=e, typical=e)
        for x, e in (("survival day 90", 1.0), ("inr day 7", 0.05 if learnt else 9.0))
    ]
    differ = np.stack([beyond + both, both], axis=-1)
    fit = -0.5 * sum((differ[..., k] / c.error) ** 2 for k, c in enumerate(seen))
    cells = CellPosterior({}, np.zeros(400, int), fit, differ, np.zeros(2), np.ones(400))
    none = SimpleNamespace(
        emulator=Emulator.fit(
            Space((DrawKey.coordinate("a"),), (np.nan,)),
            rng.standard_normal((60, 1)),
            rng.standard_normal((60, 1)),
            np.ones((60, 1)),
        ),
        runs=(rng.standard_normal((80, 1)),) * 2,
        statistics=(),
        terms=(),
    )
    none.terms = (
        LikelihoodTerm(
            "trial", "care", "inr", "inr day 7", (SummaryStatistic(Scale.LOG, 0),), (0.0,), 99.0, Law.NORMAL
        ),
    )
    none.statistics = none.terms[0].statistics
    found, _ = unidentified(none, {"h": cells}, prior, {}, seen)
    own = found[found["hypothesis"] == "h"]
    assert own["group"].tolist() == [1, 1] and set(own["parameter"]) == {"p", "q"}
    assert own["learnt"].tolist() == [learnt, learnt]


def test_a_direction_on_which_nothing_loads_names_its_largest_unknown():
    """Of a sum of forty unknowns each has a fortieth of the squared length."""
    n = 40
    x = np.random.default_rng(1).standard_normal((500, n))
    seen = np.ones((1, n)), np.zeros(1, int), ("sum",)
    names = tuple(f"x{k}" for k in range(n))
    information = FisherInformation(names, *seen, x, np.full(500, 1 / 500), np.arange(500) % 2)
    table = groups(information, always=1)
    assert len(table) == 1 and table["loading"][0] == pytest.approx(n**-0.5)
