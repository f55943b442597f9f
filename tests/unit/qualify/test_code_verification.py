"""Code verification: checks with a known answer pass, and notice what is wrong."""

import json
import tomllib
from pathlib import Path

import numpy as np

from hepatica.outcomes.scores import SCORES
from hepatica.qualify.code_verification import WRONG, _bytes, given, off, vectors
from hepatica.simulation import Arm, simulate
from hepatica.therapy import Regimen


def test_code_checks_pass_with_their_figures(q):
    assert {c.key: c.passed for c in q.checks} == dict.fromkeys(
        ("vectors", "assembly", "balance", "nothing", "workers", "refused"), True
    )
    by = {c.key: c for c in q.checks}
    assert 0 < by["balance"].figure < 1e-12 and by["workers"].figure == 0 and by["refused"].of == len(WRONG)
    root = Path(__file__).parents[3]
    assert all((root / name.strip()).exists() for c in q.checks for name in c.tests.split(","))


def test_shipped_vectors_are_those_of_the_tests():
    table = tomllib.loads((Path(__file__).parents[2] / "reference/scores.toml").read_text(encoding="utf-8"))
    kept = {(v["score"], json.dumps(v["given"], sort_keys=True), str(v["answer"])) for v in table["vector"]}
    for row in table["kim2021"]["rows"]:
        d = dict(zip(table["kim2021"]["columns"], row, strict=True))
        of = {k: d[k] for k in ("bilirubin", "creatinine", "inr", "sodium", "albumin", "female")} | {"rounded": True}
        kept.add(("meld3", json.dumps(of, sort_keys=True), str(d["meld3"])))
    for c in table["clif"]:
        for row in c["rows"]:
            of = dict(zip(c["columns"], row, strict=False))
            kept.add((c["score"], json.dumps(of, sort_keys=True), str(row[len(c["columns"])])))
    assert len(vectors()) >= 15
    for v in vectors():
        assert (
            (v["score"], json.dumps(v["given"], sort_keys=True), str(v["answer"])) in kept
            and v["source"]
            and v["score"] in SCORES
        )
        assert off(v) <= 1


def test_checks_notice_what_is_wrong(system, admitted):
    assert off(vectors()[0] | {"answer": vectors()[0]["answer"] + 1e-3}) > 1
    few = admitted.take(np.arange(2))
    ds = simulate(system, few, [Arm("care")], np.arange(3.0), outputs=("inr",))
    other = ds.copy(deep=True)
    assert _bytes(ds, other) == 0
    other["inr"].values[0, 1, 2] = np.nextafter(other["inr"].values[0, 1, 2], 9.0)
    assert _bytes(ds, other) == 1
    assert given(Regimen(2.0, per_kg=False, infusions=3, interval=7.0), 70.0, np.array([0.0, 6.9, 14.0])).tolist() == [
        2,
        2,
        6,
    ]
