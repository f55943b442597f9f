"""The benchmark beside other engines runs as it is documented, with the peers that the tests have."""

import numpy as np
import pytest
from ensemble import at
from task import error


@pytest.mark.slow
def test_ensemble_beside_scipy(run_script):
    answer = run_script("benchmarks/ensemble.py", "--quick", "--only", "SciPy odeint")
    error = {(r["engine"], r["rtol"]): r["error"] for r in answer["work"]}
    assert error["Hepatica", 1e-6] < error["Hepatica", 1e-4] < 1e-2 and error["SciPy odeint", 1e-6] < 1e-4  # they agree
    ratio = next(r["ratio"] for r in answer["matched"] if r["engine"] == "SciPy odeint" and r["error"] == 1e-4)
    assert ratio is None or ratio > 3  # of processor times side by side: a loose floor, some 30 is usual
    assert all(steps < 60 for steps in answer["costs"]["steps_per_dose"].values())
    assert answer["gradient"]["1e-06"]["error"] < 1e-4
    assert answer["latency"]["from_cache"] < answer["latency"]["first"]


def test_the_time_at_an_error_is_between_those_measured():
    rows = [{"error": 1e-3, "ms": 1.0}, {"error": 1e-5, "ms": 4.0}]
    assert at(1e-4, rows) == pytest.approx(2.0) and at(1e-6, rows) is None and at(1e-2, rows) is None
    exact, scale = np.array([[[1.0, 10.0]]]), np.array([1.0, 10.0])
    assert error(exact + [[[0.2, -1.0]]], exact, scale) == pytest.approx([0.1])
