"""Draws of what is not known: the priors' own are those of the streams, and a file gives back what was written."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

from hepatica.admission import admit
from hepatica.errors import InputError
from hepatica.patients import Cohort, DrawKey, DrawKind, Draws, draws, load_population
from hepatica.patients.draws import BETWEEN_STUDY_SD, PRIOR_NULL_EFFECT_PROBABILITY, VARIABILITY, VARIABILITY_SD


@pytest.fixture(scope="module")
def cohort(model):
    return Cohort(model, load_population("hbv_aclf"), 4, np.arange(12), np.arange(12) % 5)


def test_draws_from_the_priors_are_what_the_streams_give(model, cohort):
    prior = Draws.prior(model, 5, seed=4)
    same = dataclasses.replace(prior, columns={k: v for k, v in prior.columns.items() if k != VARIABILITY})
    np.testing.assert_array_equal(cohort.parameters(), dataclasses.replace(cohort, known=same).parameters())


def test_the_spread_between_people_is_a_draw_s_own(model, cohort):
    still = Draws({VARIABILITY: np.full(5, -1e3)})
    values = dataclasses.replace(cohort, known=still).parameters()
    name = list(model.parameters).index("antibiotic_kill")
    own = [values[cohort.draw == d, name] for d in range(5)]
    assert all(np.ptp(v) < 1e-12 for v in own) and len({float(v[0]) for v in own}) == 5


def test_what_is_known_of_one_hypothesis_is_not_of_the_other(model, cohort):
    name = list(model.parameters).index("death_lung")
    known = Draws(
        {
            DrawKey.coordinate("death_lung", "label_is_cells"): np.zeros(5),
            DrawKey.coordinate("death_lung", "lung_only"): np.full(5, 2.0),
        }
    )
    with_ = dataclasses.replace(cohort, known=known)
    a, b = (with_.parameters(h)[:, name] for h in ("label_is_cells", "lung_only"))
    entry = model.parameters["death_lung"].entry
    ratio = model.parameters["death_lung"].under("lung_only") / model.parameters["death_lung"].under("label_is_cells")
    np.testing.assert_allclose(b / a, ratio * np.exp(2 * np.sqrt(np.log1p(entry.prior.cv**2))))
    np.testing.assert_array_equal(with_.parameters()[:, name], with_.parameters("label_is_cells")[:, name])


def test_rows_start_again_one_further_each_time_round():
    d = Draws({DrawKey.coordinate("x"): np.arange(4.0)})
    assert d.row(np.arange(12)).tolist() == [0, 1, 2, 3, 1, 2, 3, 0, 2, 3, 0, 1]
    assert d.of(DrawKey.coordinate("y"), np.arange(3)) is None and d.n == 4


def test_a_file_gives_back_what_was_written(tmp_path):
    d = Draws(
        {VARIABILITY: np.array([0.5, -0.25]), DrawKey.coordinate("x", "h"): np.array([1.0, 2.0])},
        {"seed": 3, "settings": {"waves": [1, 2]}},
    )
    d.write(tmp_path / "a.parquet")
    back = Draws.read(tmp_path / "a.parquet")
    assert back.provenance == {"seed": 3, "settings": {"waves": [1, 2]}}
    assert {k: v.tolist() for k, v in back.columns.items()} == {k: v.tolist() for k, v in d.columns.items()}
    d.write(tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


WANTED = "a file that `hepatica calibrate` wrote"


@pytest.mark.parametrize("text", [b"", b"not a table"])
def test_a_file_that_is_none_is_refused(tmp_path, text):
    (tmp_path / "x.parquet").write_bytes(text)
    with pytest.raises(InputError, match=WANTED):
        Draws.read(tmp_path / "x.parquet")
    with pytest.raises(InputError, match=WANTED):
        Draws.read(tmp_path / "nowhere.parquet")
    with pytest.raises(InputError, match=WANTED):
        Draws.read(tmp_path)


def whole_file(path):
    x = DrawKey.coordinate("x")
    Draws({x: np.linspace(-1, 1, 50), DrawKey.spike("x"): np.linspace(0, 1, 50)}, {"seed": 3}).write(path)
    return path


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_cut_file_is_refused(tmp_path, share):
    path = whole_file(tmp_path / "x.parquet")
    assert Draws.read(path).n == 50
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(InputError, match=WANTED):
        Draws.read(path)


@pytest.mark.parametrize(
    "column, value, wrong",
    [
        ("z:x", np.nan, "'z:x'.*finite numbers in every draw"),
        ("z:x", np.inf, "'z:x'.*finite numbers in every draw"),
        ("u:x", np.nan, "'u:x'.*finite numbers in every draw"),
        ("u:x", 1.5, "'u:x'.*numbers from 0 to 1"),
        ("u:x", -0.1, "'u:x'.*numbers from 0 to 1"),
        ("z:x", "text", "'z:x'.*numbers"),
    ],
)
def test_a_value_that_is_no_draw_is_refused(tmp_path, column, value, wrong):
    path = whole_file(tmp_path / "x.parquet")
    frame = pd.read_parquet(path).astype(object if isinstance(value, str) else float)
    frame.loc[7, column] = value
    frame.astype({column: str} if isinstance(value, str) else float).to_parquet(path)
    with pytest.raises(InputError, match=wrong):
        Draws.read(path)


@pytest.mark.parametrize("column", ["x", "y:x", "z:", "between:nobody", "z:x@", "spread:x", "z:x@a@b", "z:a b"])
def test_an_unknown_column_is_refused(tmp_path, column):
    path = whole_file(tmp_path / "x.parquet")
    pd.read_parquet(path).assign(**{column: 0.0}).to_parquet(path)
    with pytest.raises(InputError, match="column .*between:effect_mean"):
        Draws.read(path)


def test_a_file_without_coordinates_or_draws_is_refused(tmp_path):
    for frame in (pd.DataFrame({"spread": [0.0]}), pd.DataFrame({"z:x": np.zeros(0)})):
        frame.to_parquet(tmp_path / "x.parquet")
        with pytest.raises(InputError, match=WANTED):
            Draws.read(tmp_path / "x.parquet")


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = whole_file(tmp_path / "x.parquet")
    monkeypatch.setattr(draws, "_values", None)
    with monkeypatch.context() as m, pytest.raises(InputError, match="at most 10 bytes"):
        m.setattr(draws, "MAX_FILE_BYTES", 10)
        Draws.read(path)
    for name, value in (("MAX_ROWS", 49), ("MAX_COLUMNS", 1)):
        with monkeypatch.context() as m, pytest.raises(InputError, match="50 draws of 2 columns"):
            m.setattr(draws, name, value)
            Draws.read(path)


def test_draws_of_another_model_are_refused(model, system):
    known = Draws({VARIABILITY: np.zeros(2), DrawKey.coordinate("death_lung", "lung_only"): np.zeros(2)})
    known.check_model(model)
    other = Draws({**known.columns, DrawKey.spike("no_such_parameter", "lung_only"): np.zeros(2)})
    with pytest.raises(InputError, match="'u:no_such_parameter@lung_only'.*calibrate again"):
        other.check_model(model)
    with pytest.raises(InputError, match="no_such_parameter"):
        admit(system, load_population("hbv_aclf"), 2, seed=1, draws=2, known=other)


def test_keys_are_written_as_they_are_read():
    keys = [
        VARIABILITY,
        VARIABILITY.under("h"),
        *(make("x", h) for make in (DrawKey.coordinate, DrawKey.spike) for h in ("", "h")),
    ]
    keys += [DrawKey.between_study(what, "h") for what in BETWEEN_STUDY_SD]
    assert [DrawKey.parse(str(k)) for k in keys] == keys and len({str(k) for k in keys}) == len(keys)
    assert [k.label for k in keys[2:6]] == ["x", "x", "x (acts)", "x (acts)"]
    assert (keys[0].label, keys[-1].label) == ("spread", "between:effect_mean")


def test_draws_from_the_priors_have_the_priors_distribution(model):
    """Coordinates standard normal, spikes uniform, one column each of everything that has a prior."""
    prior = Draws.prior(model, 2000, seed=11)
    varies = {n for n, p in model.parameters.items() if p.entry.prior.varies}
    spikes = {n for n in varies if model.parameters[n].entry.prior.kind == "spike"}
    expected = {DrawKey.coordinate(n) for n in varies} | {DrawKey.spike(n) for n in spikes}
    assert set(prior.columns) == expected | {DrawKey.between_study(b) for b in BETWEEN_STUDY_SD} | {VARIABILITY}
    assert spikes and prior.n == 2000
    for key, value in prior.columns.items():
        law = "uniform" if key.kind is DrawKind.SPIKE else "norm"
        assert kstest(value, law).pvalue > 1e-5, key
    together = np.corrcoef(np.stack(list(prior.columns.values())))
    assert np.abs(together - np.eye(len(together))).max() < 0.13


def test_a_column_under_the_hypothesis_comes_first_then_the_general_one_then_any():
    x, rows = DrawKey.coordinate("x"), np.arange(2)
    general, a, b = np.zeros(2), np.ones(2), np.full(2, 2.0)
    both = Draws({x.under("a"): a, x: general, x.under("b"): b})
    assert both.of(x.under("b"), rows).tolist() == [2, 2] and both.of(x.under("c"), rows).tolist() == [0, 0]
    assert Draws({x.under("a"): a, x.under("b"): b}).of(x.under("c"), rows).tolist() == [1, 1]


def test_deviations_and_factors_are_medians_where_nothing_is_known():
    rows = np.arange(3)
    d = Draws({DrawKey.coordinate("x"): np.zeros(3)})
    assert d.factor(rows).tolist() == [1, 1, 1]
    for what, (median, _) in BETWEEN_STUDY_SD.items():
        assert d.between(what, rows) == pytest.approx(np.full(3, median))
    one, key = np.array([0.0, 1.0, -1.0]), DrawKey.between_study("effect_mean", "h")
    d = Draws({VARIABILITY: one, key: one})
    assert d.factor(rows) == pytest.approx([1, np.exp(VARIABILITY_SD), np.exp(-VARIABILITY_SD)])
    median, wide = BETWEEN_STUDY_SD["effect_mean"]
    assert d.between("effect_mean", rows, "h") == pytest.approx(median * np.exp(wide * one))


def test_some_rows_are_taken_with_the_provenance():
    d = Draws({VARIABILITY: np.arange(4.0)}, {"seed": 1})
    taken = d.take(np.array([3, 1]))
    assert taken.columns[VARIABILITY].tolist() == [3, 1] and taken.provenance == {"seed": 1} and taken.n == 2


def test_the_chance_of_no_effect_is_the_prior_one_unless_learnt():
    known = Draws({VARIABILITY: np.zeros(1)}, {"null_effect_probability": {"a": 0.25}})
    assert (known.null_effect_probability("a"), known.null_effect_probability("b")) == (
        0.25,
        PRIOR_NULL_EFFECT_PROBABILITY,
    ) and 0 < PRIOR_NULL_EFFECT_PROBABILITY < 1


def test_draws_that_ship_are_whole(model):
    shipped = draws.posterior()
    shipped.check_model(model)
    assert shipped.n == 400 and len(shipped.columns) == 543
    spikes = [v for k, v in shipped.columns.items() if k.kind is DrawKind.SPIKE]
    assert spikes and all(0 <= v.min() and v.max() <= 1 for v in spikes)


def test_constants_are_those_that_were_stated():
    """Turner et al. 2012: a variance of log-normal(-3.93, 1.51), so an SD of exp(-1.965) with an SD of 0.755."""
    stated = {"share": (0.3, 0.7), "mean": (0.2, 0.7), "effect_share": (0.140156, 0.755), "effect_mean": (0.2, 0.7)}
    stated |= {"share_visit": (0.15, 0.7), "mean_visit": (0.2, 0.7)}
    assert {k: pytest.approx(v, rel=1e-5) for k, v in stated.items()} == BETWEEN_STUDY_SD
    assert (VARIABILITY_SD, PRIOR_NULL_EFFECT_PROBABILITY) == (0.2, 0.1)


def test_the_draws_that_ship_are_read_once():
    assert draws.posterior() is draws.posterior()


def test_a_file_of_the_largest_size_is_read(tmp_path, monkeypatch):
    path = whole_file(tmp_path / "x.parquet")
    for name, value in (("MAX_FILE_BYTES", path.stat().st_size), ("MAX_ROWS", 50), ("MAX_COLUMNS", 2)):
        monkeypatch.setattr(draws, name, value)
    assert Draws.read(path).n == 50
