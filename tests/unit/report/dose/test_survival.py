"""Survival: a curve for each arm, numbers at risk under it, and the trials as published."""

import numpy as np

from hepatica.dose_summary.courses import number_at_risk, survival_curves
from hepatica.report import names
from hepatica.report.dose.survival import DAYS, survival


def test_curves_and_numbers_at_risk_are_those_of_the_answer(found):
    made = survival(found, "en")
    n = len(found.courses)
    assert len(made.axes) == 2 * n
    for column, (h, ds) in enumerate(found.courses.items()):
        curves = survival_curves(found, h)
        ax, below = made.axes[column], made.axes[n + column]
        ends = [float(line.get_ydata()[-1]) for line in ax.get_lines()[: len(curves)]]
        np.testing.assert_allclose(ends, 100 * curves[..., -1].mean(axis=1), atol=1.0)
        days = [d for d in DAYS if d <= found.study.horizon]
        said = [t.get_text() for t in below.texts]
        for row in range(len(curves)):
            expected = [names.number(x, 0) for x in number_at_risk(curves[row], ds["time"].values, days)]
            assert said[row * len(days) : (row + 1) * len(days)] == expected
