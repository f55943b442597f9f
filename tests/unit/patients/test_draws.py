"""Draws of what is not known: the priors' own are those of the streams, and a file gives back what was written."""

import dataclasses

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.patients import Cohort, Draws, load_population


@pytest.fixture(scope="module")
def cohort(model):
    return Cohort(model, load_population("hbv_aclf"), 4, np.arange(12), np.arange(12) % 5)


def test_draws_from_the_priors_are_what_the_streams_give(model, cohort):
    prior = Draws.prior(model, 5, seed=4)
    same = dataclasses.replace(prior, columns={k: v for k, v in prior.columns.items() if k != "spread"})
    np.testing.assert_array_equal(cohort.parameters(), dataclasses.replace(cohort, known=same).parameters())


def test_the_spread_between_people_is_a_draw_s_own(model, cohort):
    still = Draws({"spread": np.full(5, -1e3)})
    values = dataclasses.replace(cohort, known=still).parameters()
    name = list(model.parameters).index("antibiotic_kill")
    own = [values[cohort.draw == d, name] for d in range(5)]
    assert all(np.ptp(v) < 1e-12 for v in own) and len({float(v[0]) for v in own}) == 5


def test_what_is_known_of_one_hypothesis_is_not_of_the_other(model, cohort):
    name = list(model.parameters).index("death_lung")
    known = Draws({"z:death_lung@label_is_cells": np.zeros(5), "z:death_lung@lung_only": np.full(5, 2.0)})
    with_ = dataclasses.replace(cohort, known=known)
    a, b = (with_.parameters(h)[:, name] for h in ("label_is_cells", "lung_only"))
    entry = model.parameters["death_lung"].entry
    ratio = model.parameters["death_lung"].under("lung_only") / model.parameters["death_lung"].under("label_is_cells")
    np.testing.assert_allclose(b / a, ratio * np.exp(2 * np.sqrt(np.log1p(entry.prior.cv**2))))
    np.testing.assert_array_equal(with_.parameters()[:, name], with_.parameters("label_is_cells")[:, name])


def test_rows_start_again_one_further_each_time_round():
    d = Draws({"z:x": np.arange(4.0)})
    assert d.row(np.arange(12)).tolist() == [0, 1, 2, 3, 1, 2, 3, 0, 2, 3, 0, 1]
    assert d.of("z", "y", np.arange(3)) is None and d.n == 4


def test_a_file_gives_back_what_was_written(tmp_path):
    d = Draws(
        {"spread": np.array([0.5, -0.25]), "z:x@h": np.array([1.0, 2.0])}, {"seed": 3, "settings": {"waves": [1, 2]}}
    )
    d.write(tmp_path / "a.parquet")
    back = Draws.read(tmp_path / "a.parquet")
    assert back.provenance == {"seed": 3, "settings": {"waves": [1, 2]}}
    assert {k: v.tolist() for k, v in back.columns.items()} == {k: v.tolist() for k, v in d.columns.items()}
    d.write(tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


@pytest.mark.parametrize("text", [b"", b"not a table"])
def test_a_file_that_is_none_is_refused(tmp_path, text):
    (tmp_path / "x.parquet").write_bytes(text)
    with pytest.raises(InputError, match="a file that `hepatica calibrate` wrote"):
        Draws.read(tmp_path / "x.parquet")
    with pytest.raises(InputError, match="a file that `hepatica calibrate` wrote"):
        Draws.read(tmp_path / "nowhere.parquet")
