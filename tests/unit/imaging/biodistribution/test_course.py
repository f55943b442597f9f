from __future__ import annotations

import numpy as np
import pytest

from hepatica.imaging.biodistribution.course import course_times, label_course, living_parts, subject_course
from hepatica.imaging.biodistribution.fit import SubjectFit, fit_subject
from hepatica.imaging.biodistribution.infusion import Infusion
from hepatica.imaging.biodistribution.submodel import submodel
from hepatica.imaging.biodistribution.surroundings import Surroundings
from hepatica.imaging.quantification import LabelledCells, OrganLabel


@pytest.fixture(scope="module")
def fit(around: Surroundings) -> SubjectFit:
    given = Infusion(LabelledCells(tracer="In111", number=1.5e8))
    return fit_subject([OrganLabel("lung", 0.1, 0.3, 0.01)], given, around, draws=60, points=600)


def test_leaked_label_is_that_of_small_steps(fit: SubjectFit) -> None:
    """Second implementation: Euler's method with steps of a minute."""
    one = fit.by_hypothesis["lung_only"]
    z = one.posterior[:1]
    p = dict(zip(submodel().parameters, one.space.parameters(z)[0], strict=True))
    times = course_times(5.0)
    parts = living_parts(label_course(one, z, times), one.space.parameters(z))
    fine = np.arange(0.0, 5.0 + 1e-9, 1 / 1440)
    carried = label_course(one, z, fine).of("label_living")[0]
    x = 0.0
    for c in carried[:-1]:
        x += (p["label_efflux"] * p["label_to_liver"] * c - p["label_loss"] * x) / 1440
    assert parts["liver"][2, 0, -1] == pytest.approx(x, rel=0.01)


def test_parts_are_all_of_the_label(fit: SubjectFit) -> None:
    made = subject_course(fit, course_times(7.0))
    assert (made.parts >= -1e-9).all()
    label = made.parts.sum("part")
    middle = made.label.sel(stage="posterior", quantile=0.5)
    assert float(label.sel(hypothesis="lung_only", organ="lung").isel(time=5)) == pytest.approx(
        float(middle.sel(hypothesis="lung_only", organ="lung").isel(time=5)), rel=0.25
    )
    assert float(made.parts.sel(hypothesis="label_is_cells", part="leaked").max()) == 0.0
    assert float(made.parts.sel(organ="lung", part="leaked").max()) == 0.0


def test_scans_narrow_the_band(fit: SubjectFit) -> None:
    made = subject_course(fit, [0.1, 1.0]).sel(hypothesis="label_is_cells", organ="lung").isel(time=0)
    width = made.label.sel(quantile=0.95) - made.label.sel(quantile=0.05)
    assert float(width.sel(stage="posterior")) < float(width.sel(stage="prior"))
    assert float(made.living_share.max()) <= 1.0 + 1e-9
