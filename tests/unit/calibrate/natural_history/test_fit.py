"""The joint fit of untreated populations finds what made the labs."""

import numpy as np
import pytest

from hepatica.calibrate.natural_history import fit
from hepatica.calibrate.natural_history.courses import Met, follow
from hepatica.patients import load_population


def test_a_misfit_is_of_the_middle_and_on_day_0_of_the_spread():
    assert fit.lab_misfit(Met("inr", 7.0, 2.0, 2.2)) == pytest.approx([np.log(1.1) / fit.TOLERANCE])
    spread = fit.lab_misfit(Met("inr", 0.0, 2.0, 2.0, spread=0.2, published_spread=0.4))
    assert spread == pytest.approx([0.0, fit.SPREAD_WEIGHT * np.log(0.5)])


def test_own_quantities_follow_the_labs_at_admission(system):
    """A population whose flare was halved gets it back from labs that the usual one has."""
    usual = load_population("hbv_aclf")
    rows = fit.lab_rows(follow(system, usual, n=6, seed=3), system)
    assert any(r.time == 0 for r in rows)
    small = fit.with_factor(usual, "insult.effectors_young", 0.4)
    found = fit.fit_at_admission(system, small, {}, n=6, seed=3)

    def misfit(p):
        met = fit.lab_rows(follow(system, p, n=6, seed=3), system)
        return sum(x**2 for m in met if m.time == 0 for x in fit.lab_misfit(m))

    assert misfit(found) < misfit(small)
