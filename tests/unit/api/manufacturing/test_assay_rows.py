"""Rows of the answer: nulls where suitability refuses, names of samples in checks, runs in units of the assumed potency."""

import numpy as np
import pytest

from hepatica.api.manufacturing.assay_rows import AssayRow, RunsRow
from hepatica.manufacturing.assay.analysis import analyse_file
from hepatica.manufacturing.assay.result import Options


@pytest.fixture
def found(tmp_path):
    rows = [
        f"{run},{s},{d},{shift + np.log(d) * (bend if s == 'T' else 1) + n}"
        for run, bend in (("a", 1), ("b", 1), ("c", 3))
        for s, shift in (("S", 0), ("T", 0.7))
        for d in (1, 2, 4)
        for n in (-0.1, 0, 0.1)
    ]
    path = tmp_path / "x.csv"
    path.write_text("run,sample,dose,response\n" + "\n".join(rows))
    return analyse_file(path, Options(assumed={"": 3.0}))


def test_rows_of_assays(found):
    good, _, bad = map(AssayRow.of, found.assays)
    assert good.suitable and good.potencies[0].potency == pytest.approx(3 * np.exp(0.7))
    assert not bad.suitable and bad.potencies[0].potency is None and bad.potencies[0].assumed == 3.0
    assert {c.sample for c in good.checks} == {None, "T"} and good.anova[-1].p is None and good.df == 12


def test_rows_of_runs(found):
    row = RunsRow.of(found.runs[0])
    assert row.runs == ["a", "b"] and row.refused == ["c"] and row.weighting == "weighted"
    assert row.low < row.potency < row.high and row.random_potency == pytest.approx(3 * np.exp(0.7))
    assert row.next_low <= row.random_low and row.between == 0.0
