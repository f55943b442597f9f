"""Redosing: courses from the visit on, after the cells given before; and what counts as cells given."""

from dataclasses import replace

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.individual.learning.learnt import untaught
from hepatica.individual.library.candidates import REGIMENS
from hepatica.individual.person import GivenTreatment, Person
from hepatica.individual.posterior.importance import Kernels, log_likelihood
from hepatica.individual.posterior.lab_error import LabError, default_errors
from hepatica.individual.posterior.posterior import make_posterior
from hepatica.individual.posterior.score_neighbours import by_scores
from hepatica.individual.prediction import redosing as module
from hepatica.individual.prediction.gain import choose, systematic
from hepatica.individual.prediction.redosing import at_visit, combine_choices, given_cells, visit_designs, weigh_later
from hepatica.therapy import Regimen


def cells(*days, dose=1e6):
    return Person(treatments=tuple(GivenTreatment(treatment="cells", day=d, dose=dose) for d in days))


def test_cells_given():
    assert given_cells(cells(), 9.0) is None and given_cells(cells(7.0), 3.0) is None
    assert given_cells(cells(1.0), 3.0) == Regimen(1e6, infusions=1, interval=7.0, start=1.0)
    assert given_cells(cells(0.0, 5.0, 10.0), 30.0) == Regimen(1e6, infusions=3, interval=5.0, start=0.0)
    with pytest.raises(InputError, match="a dose of every infusion"):
        given_cells(cells(1.0, dose=None), 3.0)


@pytest.fixture(scope="module")
def visit(acute, acute_library, observe_candidate):
    patch = pytest.MonkeyPatch()
    patch.setattr(module, "MEMBERS", 12)
    p = make_posterior(acute, observe_candidate(acute, 9, days=(0.0, 7.0)), default_errors(), Kernels())
    found = at_visit(acute_library, p, REGIMENS[:2], untaught(), 90.0)
    again = at_visit(acute_library, p, REGIMENS[:2], untaught(), 90.0, Regimen(1e6))
    patch.undo()
    return p, found, again


def test_regimens_start_at_the_visit(visit):
    p, (found,), _ = visit
    c = found.labs.candidates
    assert c.regimens[1].start == 7.0 and c.n <= 400 and set(c.draw) <= set(p.candidates.draw)
    course = c.course(1, "lung_only")
    np.testing.assert_allclose(c.labs[course][:, :7], c.labs[0][:, :7], atol=5e-3)  # nothing before
    assert np.abs(c.died[course, :, 15] - c.died[0, :, 15]).max() > 1e-4
    np.testing.assert_array_equal(c.died[..., -1], c.died[..., 17])  # simulated to the horizon, and no further


def test_members_stand_for_the_sample_of_outcomes(visit):
    p, (found,), _ = visit
    near, c = by_scores(p, 90.0), found.outcome.candidates
    chosen = near.members[systematic(near.sample_weight, 12)]
    expected = [(p.candidates.draw[chosen] == d).mean() for d in c.draw]
    np.testing.assert_allclose(found.outcome.sample_weight, expected)
    assert found.outcome.members.tolist() == list(range(c.n)) and not found.outcome.is_regression


def test_designs_of_a_visit(acute_library):
    base = acute_library.design
    (one,) = visit_designs(base, REGIMENS[:2], 9.0, 100.0)
    assert one.regimens[1].start == 9.0 and one.regimens[0] is REGIMENS[0] and one.until == 180.0
    after = visit_designs(base, REGIMENS[:2], 9.0, 4000.0, Regimen(1e6))
    assert [d.hypotheses for d in after] == [(h,) for h in base.hypotheses] and after[0].until == 1826.0


def test_particles_are_weighed_by_later_labs(acute, observe_candidate):
    before, every = (observe_candidate(acute, 9, days=d) for d in ((0.0,), (0.0, 7.0)))
    wide = replace(untaught(), errors={lab: LabError(e.assay, 2.0) for lab, e in default_errors().items()})
    p = make_posterior(acute, before, wide.errors, wide.kernels)
    found = weigh_later(replace(p, weight=np.full(acute.n, 1 / acute.n)), every, wide)
    log = [log_likelihood(acute, o, wide.errors, wide.kernels) for o in (before, every)]
    expected = np.exp(log[1] - log[0])
    np.testing.assert_allclose(found.weight, expected / expected.sum(), rtol=1e-9)
    assert found.distance is p.distance


def test_after_cells_there_is_one_posterior_a_hypothesis(visit):
    _, _, again = visit
    assert [v.labs.candidates.hypotheses for v in again] == [("label_is_cells",), ("lung_only",)]
    assert all(v.outcome is v.labs for v in again)  # labs after the cells weigh
    choices = [choose(v.outcome, 90.0) for v in again]
    both = combine_choices(choices)
    assert both.gains[0].expected == pytest.approx(np.mean([c.gains[0].expected for c in choices]))
    assert both.gains[0].low == min(c.gains[0].low for c in choices) and len(both.gains[0].by_hypothesis) == 2
    assert combine_choices(choices[:1]) is choices[0] and replace(both) == both
