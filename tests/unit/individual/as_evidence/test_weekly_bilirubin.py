"""Weekly bilirubin of a trial in place of its printed means, and files that cannot be used."""

import numpy as np
import pandas as pd
import pytest

from hepatica.errors import InputError
from hepatica.evidence import load
from hepatica.individual.as_evidence.publication import as_publications
from hepatica.individual.as_evidence.weekly_bilirubin import PUBLICATION, is_weekly, weekly_publication
from hepatica.individual.readers.csv_table import read_table


def weekly(n=(31, 35)):
    rng = np.random.default_rng(5)
    rows = []
    for arm, k in zip(("placebo", "treated"), n, strict=True):
        for i in range(k):
            start = 300 * np.exp(0.4 * rng.standard_normal())
            values = [start * np.exp((-0.1 * w) + 0.2 * rng.standard_normal()) for w in range(5)]
            rows += [{"treatment": arm, "subject": f"{i + 1 + 40 * (arm == 'treated')}", "week": w,
                      "sbvalue": v if w < 4 or i % 2 else "NA", "baseline": values[0]} for w, v in enumerate(values)]  # fmt: skip
    return pd.DataFrame(rows)


def test_weekly_people_take_the_place_of_their_means(tmp_path):
    path = tmp_path / "weekly.csv"
    weekly().to_csv(path, index=False)
    p = weekly_publication(read_table(path))
    printed = load(PUBLICATION)
    assert (
        p.key == PUBLICATION and p.arms == printed.arms and p.find(variable="death") == printed.find(variable="death")
    )
    means = {(o.arm, o.time): o for o in p.find(variable="bilirubin") if o.kind == "mean_sd"}
    assert set(means) == {(arm, 7.0 * w) for arm in ("placebo", "steroid") for w in range(5)}
    assert 12 < means["placebo", 0.0].value < 25 and means["placebo", 28.0].n < 20


def bad(column, value, row=3):
    def change(table):
        table[column] = table[column].astype(object)
        table.loc[row, column] = value
        return table

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (bad("sbvalue", "high"), "line 5: sbvalue is not a number in umol/L"),
        (bad("treatment", "both"), "line 5: treatment has another word; give one of placebo, treated"),
        (bad("week", 2, row=0), "line 4: a week of the same subject twice"),
        (bad("week", ""), "line 5: week is not a number"),
        (bad("sbvalue", -1.0), "values of 0 and below"),
        (lambda t: t.assign(sbvalue=pd.to_numeric(t["sbvalue"], errors="coerce") / 17.1), "umol/L"),
        (lambda t: t[t["subject"] != "1"], "arm placebo: 30 people; give the 31 of carithers1989"),
    ],
)
def test_weekly_files_that_cannot_be_used(tmp_path, change, says):
    path = tmp_path / "weekly.csv"
    change(weekly()).to_csv(path, index=False)
    with pytest.raises(InputError, match=says):
        weekly_publication(read_table(path))


def test_the_table_is_told_by_its_columns(tmp_path):
    path = tmp_path / "weekly.csv"
    weekly().to_csv(path, index=False)
    assert is_weekly(read_table(path)) and as_publications(path)[0].key == PUBLICATION
    weekly().drop(columns="week").to_csv(path, index=False)
    assert not is_weekly(read_table(path))
