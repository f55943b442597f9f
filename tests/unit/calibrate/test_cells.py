"""Cell parameters: draws from their priors, and how trials differ."""

import numpy as np

from hepatica.calibrate.cells import draw_cell_parameters
from hepatica.calibrate.course import EFFECTS
from hepatica.patients.draws import BETWEEN_STUDY_SD, DrawKey, between_study_sd


def test_what_trials_differ_by_is_drawn_beside_the_cells(model):
    columns = draw_cell_parameters(model, 400, 8, 1)
    assert {DrawKey.between_study(w) for w in EFFECTS} <= set(columns) and EFFECTS < set(BETWEEN_STUDY_SD)
    median, wide = BETWEEN_STUDY_SD["effect_share"]  # Turner et al. 2012: a variance of log-normal(-3.93, 1.51)
    variance = 2 * np.log(between_study_sd("effect_share", columns[DrawKey.between_study("effect_share")]))
    assert abs(variance.mean() + 3.93) < 0.1 and abs(variance.std() - 1.51) < 0.06 and median < 0.15 and wide > 0.7
