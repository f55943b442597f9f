"""A run to export: one patient of a study, and what the study lacks is refused."""

from pathlib import Path

import numpy as np
import pytest

from hepatica.engine import Events, Problem
from hepatica.errors import InputError
from hepatica.exchange.run import Run, patient_run, run_of
from hepatica.study import load_study

STUDY = Path(__file__).parents[3] / "studies" / "hbv-aclf.toml"


@pytest.mark.parametrize(
    "asked, words",
    [
        ({"patient": 10**6}, "--patient: got 1000000; a number from 0 to"),
        ({"patient": -1}, "--patient: got -1"),
        ({"arm": "nope"}, "--arm: got 'nope'; one of"),
        ({"hypothesis": "nope"}, "--hypothesis: got 'nope'; one of"),
    ],
)
def test_what_a_study_lacks_is_refused(system, asked, words):
    with pytest.raises(InputError, match=words):
        patient_run(load_study(STUDY), system, **asked)


def test_a_run_says_what_was_solved(bench):
    s, p = bench.system, bench.parameters()
    y = s.healthy(p)
    events = bench.events([(0.5, "gcsf", 2.0, 0)])
    problem = Problem(p, y, np.array([1.0, 3.0]), ("inr",), events, np.full((1, 1, 8), np.inf))
    run = run_of(s, problem, s.solve(problem), 0, "a title")
    assert run.given == ((0.5, "gcsf", 2.0, 0),) and (run.start, run.end, run.title) == (0.0, 3.0, "a title")
    assert run.parameters["body_weight"] == p[0, s.parameters.index("body_weight")]
    assert list(run.initial.values()) == y[0].tolist() and run.crossings == {"infection": ()}
    assert Run().given == () and Events.none(1).offset.tolist() == [0, 0]
