"""Cell parameters: draws from their priors, how trials differ, and trials in people of several populations."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.calibrate import cells
from hepatica.calibrate.blocks import Execution
from hepatica.calibrate.cells import draw_cell_parameters
from hepatica.calibrate.course import EFFECTS
from hepatica.calibrate.likelihood import Scale
from hepatica.calibrate.run import plans
from hepatica.calibrate.unknowns import cell_only_parameters
from hepatica.evidence import load
from hepatica.patients import Draws
from hepatica.patients.draws import BETWEEN_STUDY_SD, DrawKey, between_study_sd


def test_what_trials_differ_by_is_drawn_beside_the_cells(model):
    columns = draw_cell_parameters(model, 400, 8, 1)
    assert {DrawKey.between_study(w) for w in EFFECTS} <= set(columns) and EFFECTS < set(BETWEEN_STUDY_SD)
    median, wide = BETWEEN_STUDY_SD["effect_share"]  # Turner et al. 2012: a variance of log-normal(-3.93, 1.51)
    variance = 2 * np.log(between_study_sd("effect_share", columns[DrawKey.between_study("effect_share")]))
    assert abs(variance.mean() + 3.93) < 0.1 and abs(variance.std() - 1.51) < 0.06 and median < 0.15 and wide > 0.7


def test_a_trial_in_two_populations_has_the_means_of_both_by_their_shares(system, small, tmp_path):
    """Against the same trial in each of them alone; the noise of few patients adds up likewise."""
    course_only = cell_only_parameters(system.model)
    settings = replace(small, draws=3, cell_draws=2, cell_people=3)
    prior = Draws.prior(system.model, 3, seed=5).columns
    course = Draws({k: v for k, v in prior.items() if k.name not in course_only})
    columns, lin = draw_cell_parameters(system.model, 3, 2, settings.seed), load("lin2017")

    def simulated(mixture):
        p = lin.model_copy(update={"population": "", "mixture": mixture})
        arms = tuple(a.model_copy(update={"population": ""}) for a in p.arms)
        _, _, plan, contrasts = plans([p.model_copy(update={"arms": arms})])
        level = tuple(replace(c, scale=Scale.LEVEL, lines=c.lines[:2]) for c in contrasts)
        work = cells._Simulations(
            system=system,
            plan=plan,
            course=course,
            hypothesis="lung_only",
            settings=settings,
            execution=Execution(tmp_path),
            contrasts=level,
        )
        return work.means(columns), work.noise(columns)

    shares = {"aclf_grade_1": 0.7, "hbv_aclf": 0.3}
    (a, of_a), (b, of_b), (both, of_both) = (simulated(m) for m in ({"aclf_grade_1": 1.0}, {"hbv_aclf": 1.0}, shares))
    assert np.isfinite(both).all() and both == pytest.approx(0.7 * a + 0.3 * b) and (a != b).any()
    assert of_both == pytest.approx(np.hypot(0.7 * of_a, 0.3 * of_b)) and (of_both > 0).all()
