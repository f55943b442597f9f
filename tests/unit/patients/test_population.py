"""Populations: distributions that are what their file says, and files that are refused."""

import numpy as np
import pytest
from scipy.stats import truncnorm

import hepatica.patients.population_file as module
from hepatica.errors import InputError
from hepatica.evidence import load, references
from hepatica.patients import load_population, populations
from hepatica.patients.population import MOST_OWN, OWN, Aliases, Component, Covariate, Population

N = 200_000


@pytest.fixture(scope="module")
def u():
    return np.random.default_rng(2).random((2, N))


def draw(u, *parts):
    return Covariate(unit="", parts=parts, reason="made up").draw(*u)


def test_uniform(u):
    x = draw(u, {"kind": "uniform", "low": 14.0, "high": 28.0})
    assert (
        x.min() >= 14
        and x.max() < 28
        and x.mean() == pytest.approx(21, abs=0.05)
        and x.var() == pytest.approx(14**2 / 12, rel=0.01)
    )


def test_normal(u):
    x = draw(u, {"kind": "normal", "mean": 42.0, "sd": 9.0})
    assert x.mean() == pytest.approx(42, abs=0.1) and x.std() == pytest.approx(9, rel=0.01)


def test_a_truncated_normal_is_truncated_not_piled_up(u):
    """Truncation redistributes; clipping would put a heap of patients exactly on the limit."""
    x = draw(u, {"kind": "normal", "mean": 42.0, "sd": 9.0, "low": 30.0, "high": 50.0})
    law = truncnorm((30 - 42) / 9, (50 - 42) / 9, 42, 9)
    assert x.min() >= 30 and x.max() <= 50
    assert (x == 30.0).mean() + (x == 50.0).mean() < 1e-3
    assert x.mean() == pytest.approx(law.mean(), abs=0.05) and x.std() == pytest.approx(law.std(), rel=0.01)


def test_constant_and_weights(u):
    x = draw(u, {"kind": "constant", "weight": 3.0, "mean": 0.0}, {"kind": "constant", "weight": 1.0, "mean": 1.0})
    assert set(x) == {0.0, 1.0} and x.mean() == pytest.approx(0.25, abs=0.005)


def test_a_mixture_has_its_parts_in_proportion(u):
    x = draw(
        u,
        {"kind": "uniform", "weight": 0.2, "low": 0.0, "high": 1.0},
        {"kind": "uniform", "weight": 0.8, "low": 5.0, "high": 6.0},
    )
    assert (x < 1).mean() == pytest.approx(0.2, abs=0.005) and ((x < 1) | (x >= 5)).all()


@pytest.mark.parametrize("ends", [(0.0, 0.0), (1 - 1e-16, 1 - 1e-16), (0.0, 1 - 1e-16)])
def test_the_ends_of_the_unit_interval_are_finite(ends):
    x = draw(
        np.array(ends)[:, None], {"kind": "normal", "mean": 1.0, "sd": 1.0}, {"kind": "normal", "mean": 5.0, "sd": 1.0}
    )
    assert np.isfinite(x).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "gamma"},
        {"kind": "normal", "sd": -1.0},
        {"kind": "normal", "weight": 0.0},
        {"kind": "normal", "std": 1.0},
        {"kind": "uniform"},
        {"kind": "uniform", "low": 2.0, "high": 1.0},
    ],
)
def test_a_part_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError):
        Component(**wrong)


def test_a_covariate_without_source_is_refused():
    with pytest.raises(ValueError, match="cite or reason"):
        Covariate(unit="", parts=[{"kind": "constant"}])


def tables(p, what):
    """A table of the population and of each of its causes."""
    return [getattr(p, what), *(getattr(cause, what) for cause in p.causes)]


@pytest.mark.parametrize("key", populations())
def test_a_population_that_ships_fits_the_model(model, key):
    p = load_population(key)
    assert p.key == key and p.title and p.title_zh
    known, states = set(model.parameters), {name for name, s in model.states.items() if s.dosed}
    assert set(p.fitted) <= known and all(set(t) <= known for t in tables(p, "before"))
    assert all(set(t) <= known | set(model.states) for t in tables(p, "treatment"))
    assert all(set(t) <= states for t in tables(p, "insult"))
    assert set(p.covariate) - known <= {"onset", "female"} and {"age", "body_weight", "cirrhosis", "onset"} <= set(
        p.covariate
    )
    assert not set(p.fitted) & set(p.covariate)
    for limit in p.inclusion.values():
        assert limit.low < limit.high and limit.reason


@pytest.mark.parametrize("key", populations())
def test_every_population_has_its_sources(model, key):
    p = load_population(key)
    assert p.baseline in p.publications and load(p.baseline).arm(p.baseline_arm)
    for row in (*p.fit.targets, *p.fit.deaths, *p.external_cohorts):
        arm = load(row.publication).arm(row.arm)
        assert not arm.product, "no arm that was given cells"
    assert p.fit.deaths or key == "alcoholic_cirrhosis", "deaths without cells that its intensities are held to"
    for move in p.fit.moved:
        table, _, name = move.quantity.partition(".")
        assert name in getattr(p, table) or any(name in getattr(c, table) for c in p.causes), move.quantity
    for covariate in p.covariate.values():
        for part in filter(None, covariate.cite.split(";")):
            assert part.split(",")[0].strip() in references(), part


@pytest.mark.parametrize("key", populations())
def test_acute_liver_failure_and_injury_are_extrapolations_and_nothing_else_is(key):
    p = load_population(key)
    assert bool(p.extrapolation) == key.startswith(("alf_", "acute_", "severe_acute")) == bool(p.extrapolation_zh)


def test_a_population_like_another_states_only_what_differs():
    one, two = load_population("aclf_grade_1"), load_population("aclf_grade_2")
    assert two.causes == one.causes and two.covariate == one.covariate
    assert [d.arm for d in two.fit.deaths] == ["grade_2"] and two.inclusion["aclf_grade"].low == 1.5
    assert two.inclusion["inr"] == one.inclusion["inr"]


def test_an_unknown_population():
    with pytest.raises(InputError, match="population: got 'nash'; one of .*hbv_aclf"):
        load_population("nash")


def test_a_broken_file_is_one_sentence(tmp_path, monkeypatch):
    folder = tmp_path / "populations"
    folder.mkdir()
    text = (module.files("hepatica.patients") / "populations" / "hbv_aclf.toml").read_text(encoding="utf-8")
    (folder / "odd.toml").write_text(
        text.replace("background_years = 8.0", "background_years = -8.0"), encoding="utf-8"
    )
    monkeypatch.setattr(module, "files", lambda _: tmp_path)
    with pytest.raises(InputError, match="population odd: background_years: got -8.0"):
        load_population("odd")


def test_populations_are_frozen():
    p = load_population("hbv_aclf")
    assert isinstance(p, Population)
    with pytest.raises(ValueError):
        p.key = "other"


@pytest.mark.parametrize(
    "any_, also, text, fits",
    [
        (["hbv", "hepatitis b"], [], "Hepatitis B cirrhosis", True),
        (["hbv", "hepatitis b"], [], "alcoholic cirrhosis", False),
        (["hbv"], ["aclf", "liver failure"], "HBV-related ACLF", True),
        (["hbv"], ["aclf", "liver failure"], "HBV cirrhosis", False),
        (["hbv"], ["aclf"], "alcoholic ACLF", False),
    ],
)
def test_words_mean_a_population_in_any_case(any_, also, text, fits):
    """One word of `any`, and one of `also` where there are some."""
    assert Aliases(any=any_, also=also).fit(text) is fits


@pytest.mark.parametrize("key", populations())
def test_no_population_sets_a_constant_of_human_biology(model, key):
    """Populations differ in background, insult and care: a closed list, at most eight quantities each."""
    p = load_population(key)
    assert set(p.fitted) <= set(OWN) and len(p.own) <= MOST_OWN
    controls = {n for n, q in model.parameters.items() if "control" in q.entry.reason.lower()}
    for table in (p.before, p.treatment, *(t for c in p.causes for t in (c.before, c.treatment))):
        assert {n for n in table if n in model.parameters} <= controls, "care and insults act through controls"
    properties = {n for n, q in model.parameters.items() if "property of the patient" in q.entry.reason.lower()}
    assert set(p.covariate) - {"onset", "female"} <= properties | {"cirrhosis"}


def test_a_constant_of_biology_and_a_ninth_quantity_are_refused():
    p = load_population("hbv_aclf")
    own = p.model_dump() | {"fitted": {"alt_content": {"value": 9000.0, "reason": "r"}}}
    with pytest.raises(ValueError, match="'alt_content' is a constant of human biology"):
        Population(**own)
    many = p.model_dump() | {"insult": {f"x{k}": 1.0 for k in range(9)}}
    with pytest.raises(ValueError, match="quantities of its own, of which 8 are allowed"):
        Population(**many)


def test_a_lognormal_part_has_its_median_and_spread():
    part = Component(kind="lognormal", median=2.0, cv=0.5)
    x = part.of((np.arange(20000) + 0.5) / 20000)
    assert np.median(x) == pytest.approx(2.0, rel=1e-3) and x.std() / x.mean() == pytest.approx(0.5, rel=0.02)
    for wrong in ({"kind": "lognormal", "median": 1.0}, {"kind": "uniform", "low": 0.0, "high": 1.0, "median": 1.0}):
        with pytest.raises(ValueError, match="lognormal"):
            Component(**wrong)
