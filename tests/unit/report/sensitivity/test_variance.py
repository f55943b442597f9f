"""Report of Sobol' indices: the largest total first, of several hypotheses the one with the larger total."""

import json

import numpy as np
import pandas as pd
import pytest

from hepatica.report.sensitivity.variance import figure, variance_card, write
from hepatica.sensitivity.screen import movable_parameters
from hepatica.sensitivity.variance import variance
from hepatica.words import LANGUAGES


@pytest.fixture(scope="module")
def indices(question):
    by = {m.name: m for m in movable_parameters(question)[0]}
    return variance(question, [by["efficacy_recruitment"], by["death_mass"]], question.arms[1], samples=4)


def by_total(v):
    return [v.moved[k].name for k in np.argsort(-v.indices.total.max(axis=1), kind="stable")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_largest_total_stands_first(indices, lang):
    assert list(variance_card(indices, lang).table.iloc[:, 0]) == by_total(indices)
    axes = figure(indices, lang).axes
    assert len(axes) == len(indices.columns)
    assert [t.get_text() for t in axes[0].get_yticklabels()] == by_total(indices)


def test_of_two_hypotheses_the_larger_total_is_listed(indices):
    frame = variance_card(indices, "en").table
    gains = [c for c, (name, _) in enumerate(indices.columns) if name == "gain"]
    for row, name in enumerate(by_total(indices)):
        k = [m.name for m in indices.moved].index(name)
        assert frame.iloc[row, 4].startswith(f"{indices.indices.total[k, gains].max():.2f} (")


def test_everything_is_written(indices, question, tmp_path, monkeypatch):
    monkeypatch.setattr("hepatica.report.style._faces", lambda: ("DejaVu Sans", "a face with Chinese letters"))
    files = write(indices, question, tmp_path, "zh", study_hash="abc")
    assert {p.name for p in files} == {"sobol.csv", "sobol.json", "sobol.svg", "sobol.png"}
    assert len(pd.read_csv(tmp_path / "sobol.csv")) == len(indices.frame())
    assert "abc" in json.dumps(json.loads((tmp_path / "sobol.json").read_text()))
