from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hepatica.imaging.biodistribution.fit import fit_subject
from hepatica.imaging.biodistribution.hypotheses import log_odds, odds_by_scan
from hepatica.imaging.biodistribution.infusion import Infusion
from hepatica.imaging.biodistribution.surroundings import Surroundings
from hepatica.imaging.quantification import OrganLabel


def test_factors_of_scans_add_up_to_the_odds(
    scans: Callable[..., tuple[list[OrganLabel], np.ndarray]], infusion: Infusion, around: Surroundings
) -> None:
    labels, _ = scans("lung_only", [0.1, 1.0], 3)
    chances = {"label_is_cells": 0.8, "lung_only": 0.2}
    fit = fit_subject(labels, infusion, around, prior_probability=chances, draws=100, points=800)
    rows = odds_by_scan(fit, around)
    assert [r.time for r in rows[1:]] == [0.1, 1.0]
    assert rows[0].log_odds == pytest.approx(np.log10(4.0))
    assert rows[0].log_odds + sum(r.log_factor for r in rows) == pytest.approx(rows[-1].log_odds)
    assert rows[-1].log_odds == log_odds(fit) < 0


def test_odds_of_fewer_scans_are_those_of_their_own_fit_whatever_was_asked_before(
    scans: Callable[..., tuple[list[OrganLabel], np.ndarray]], infusion: Infusion, around: Surroundings
) -> None:
    labels, _ = scans("label_is_cells", [0.1, 1.0], 4)
    first = [r for r in labels if r.time < 1.0]
    one, both = (fit_subject(rows, infusion, around, draws=60, points=400) for rows in (first, labels))
    fresh = odds_by_scan(both, around)
    assert fresh[1].log_odds == odds_by_scan(one, around)[1].log_odds == log_odds(one)
    assert odds_by_scan(both, around)[1:] == fresh[1:]
