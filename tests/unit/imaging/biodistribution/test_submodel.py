from __future__ import annotations

import numpy as np
import pytest

from hepatica.engine import Events, Problem, shipped_system
from hepatica.imaging.biodistribution.infusion import Infusion
from hepatica.imaging.biodistribution.submodel import (
    organs_of,
    simulate_infusion,
    submodel,
    surroundings_of,
)

TIMES = np.array([0.05, 1.0, 7.0])
OUTPUTS = ("image_lung", "image_liver", "image_spleen", "cells_liver", "homing")


@pytest.mark.parametrize("hypothesis", ["label_is_cells", "lung_only"])
def test_it_is_the_whole_model_with_its_surroundings_held(hypothesis: str, infusion: Infusion) -> None:
    """The whole model in health, followed with the same parameters, has the same cells and label."""
    whole, part = shipped_system(), submodel()
    p = whole.typical(hypothesis)
    events = Events.gather([[(t, whole.states.index(s), a, k) for t, s, a, k in infusion.events()]])
    healthy = whole.healthy(p[None])
    quiet = np.full((1, len(whole.model.thresholds), 8), np.inf)
    names = (*OUTPUTS, *surroundings_of(part))
    full = whole.solve(Problem(p[None], healthy, TIMES, names, events, quiet, rtol=1e-6)).values[0]
    held = dict(zip(whole.parameters, p, strict=True))
    held |= dict(zip(surroundings_of(part), full[0, len(OUTPUTS) :], strict=True))
    own = np.array([[held[n] for n in part.parameters]])
    made = simulate_infusion(own, infusion, TIMES, OUTPUTS, rtol=1e-6).values[0]
    scale = np.where([n != "homing" for n in OUTPUTS], infusion.labelled.number, 1.0)
    assert made * scale == pytest.approx(full[:, : len(OUTPUTS)], rel=5e-3, abs=10.0)


def test_no_cell_and_no_label_is_made(infusion: Infusion) -> None:
    p = submodel().typical("lung_only")[None]
    course = simulate_infusion(p, infusion, TIMES, ("cells_given", "label_living", "label_lung"))
    assert course.of("cells_given") == pytest.approx(1.0, rel=1e-4)
    assert (np.diff(course.of("label_living")[0]) < 0).all()
    assert organs_of(submodel()) == ("lung", "liver", "spleen")


def test_a_scan_at_once_sees_the_first_minute(infusion: Infusion) -> None:
    p = submodel().typical("label_is_cells")[None]
    at_once = simulate_infusion(p, infusion, np.array([0.0]), ("image_lung",)).values[0, 0, 0]
    assert 0.05 < at_once < 0.5
