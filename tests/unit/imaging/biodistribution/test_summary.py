from __future__ import annotations

import numpy as np
import pytest

from hepatica.imaging.biodistribution.fit import fit_subject
from hepatica.imaging.biodistribution.infusion import Infusion
from hepatica.imaging.biodistribution.summary import (
    QUANTITIES,
    Interval,
    derived,
    log_sd,
    moved_parameters,
    retained,
    summarise,
)
from hepatica.imaging.biodistribution.surroundings import Surroundings
from hepatica.imaging.quantification import OrganLabel


def test_a_lung_scan_narrows_the_lungs_arrest(infusion: Infusion, around: Surroundings) -> None:
    fit = fit_subject([OrganLabel("lung", 0.05, 0.2, 0.004)], infusion, around, draws=300, points=1500)
    rows = {r.name: r for r in summarise(fit) if r.hypothesis == "label_is_cells"}
    assert tuple(rows) == QUANTITIES
    assert rows["lung_arrest"].shrinkage < 0.6
    assert rows["lung_arrest"].posterior.median < rows["lung_arrest"].prior.median
    assert rows["lung_arrest"].posterior.high - rows["lung_arrest"].posterior.low < 0.1
    first = moved_parameters(fit.by_hypothesis["label_is_cells"], 3)
    assert first[0].shrinkage <= first[1].shrinkage


def test_shares_are_shares(infusion: Infusion, around: Surroundings) -> None:
    fit = fit_subject([OrganLabel("lung", 0.05, 0.3, 0.1)], infusion, around, draws=100, points=500)
    values = derived(fit.by_hypothesis["label_is_cells"], fit.by_hypothesis["label_is_cells"].prior)
    for name in ("lung_arrest", "retention", "survival"):
        assert ((values[name] >= 0) & (values[name] <= 1)).all(), name
    assert (values["exposure"] <= 14.0).all()


def test_intervals_leave_out_what_is_not_finite() -> None:
    assert Interval.of(np.array([1.0, np.nan, 3.0])).median == 2.0
    assert log_sd(np.array([1.0, np.nan, np.e])) == pytest.approx(0.5)


def test_retention_alone_is_that_of_the_whole_course(infusion: Infusion, around: Surroundings) -> None:
    fit = fit_subject([OrganLabel("lung", 0.05, 0.3, 0.1)], infusion, around, draws=50, points=400)
    one = fit.by_hypothesis["label_is_cells"]
    assert retained(one.space, one.posterior) == pytest.approx(derived(one, one.posterior)["retention"], rel=1e-3)
