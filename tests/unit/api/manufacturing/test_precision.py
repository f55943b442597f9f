"""The request and answer of a precision study: percentages of the kernel's logarithms."""

import numpy as np
import pytest

from hepatica.api.manufacturing.precision import PrecisionRequest


def test_answer_in_per_cent(tmp_path):
    path = tmp_path / "study.csv"
    rows = ["1,a,1.05", "1,a,1.01", "1,b,0.93", "1,b,0.97", "1,c,1.02", "1,c,1.08"]
    path.write_text("expected,run,potency\n" + "\n".join(rows))
    request = PrecisionRequest(file=str(path), change=0.7)
    study, answer = request.compute(), request.run()
    level = study.levels[0]
    assert answer.levels[0].bias == pytest.approx(100 * np.expm1(level.bias))
    assert answer.levels[0].tolerance_low == pytest.approx(np.exp(level.tolerance_low))
    assert answer.overall.intermediate == pytest.approx(100 * np.expm1(study.overall.intermediate))
    assert answer.change == 0.7 and answer.runs_needed == study.runs and answer.power == study.power
