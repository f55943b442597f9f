"""Figures of a trial show every series, in both languages."""

from types import SimpleNamespace

import numpy as np
import pytest

from hepatica.report.trials.trial_figures import draw_endpoints, draw_failure, draw_survival
from hepatica.trials.virtual.characteristics import characterise
from hepatica.trials.virtual.effects import TrueEffects
from hepatica.trials.virtual.failure import Cause, FailureShares
from hepatica.trials.virtual.operating import Rate


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_series(make_trial, flat_bank, lang):
    trial = make_trial()
    found = characterise(trial, flat_bank(trial, (0.01, 0.005)), trials=250, secondary=250)
    (ax,) = draw_endpoints(found, lang).axes
    assert len(ax.containers) == 3
    (ax,) = draw_survival(found, lang).axes
    assert [line.get_label() for line in ax.lines] == ["care", "cells"]
    assert ax.lines[0].get_ydata()[-1] == pytest.approx(100 * np.exp(-1), rel=1e-4)


def test_seven_arms_look_different(make_trial):
    arms = [{"name": "care"}, *({"name": f"{d}e5", "dose": f"{d}e5 cells/kg"} for d in range(1, 7))]
    survival = np.exp(-0.01 * np.arange(101) * np.linspace(1, 0.4, 7)[:, None])
    view = SimpleNamespace(hypothesis="lung_only", effects=TrueEffects(survival, np.zeros((1, 7))))
    (ax,) = draw_survival(SimpleNamespace(trial=make_trial(arm=arms), hypotheses=(view,)), "en").axes
    assert len({(line.get_color(), str(line._unscaled_dash_pattern)) for line in ax.lines}) == 7


def test_a_cause_that_helps_points_the_other_way():
    shares = dict.fromkeys(Cause, 0.1) | {Cause.IGNORANCE: -0.2}
    (ax,) = draw_failure(FailureShares("lung_only", Rate(0.5, 0.1), shares, 0.0, 250), "en").axes
    widths = [bar.get_width() for bar in ax.patches]
    assert widths[0] == pytest.approx(-20) and widths[1] == pytest.approx(10)
    assert ax.patches[0].get_facecolor() != ax.patches[1].get_facecolor()
