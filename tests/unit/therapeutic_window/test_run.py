"""The window of a study, small."""

import numpy as np
import pandas as pd
import pytest

from hepatica.therapeutic_window import compute_window


def test_it_repeats_on_any_number_of_workers(found, study, settings, system):
    again = compute_window(study, settings, system=system, workers=2)
    pd.testing.assert_frame_equal(again.doses(), found.doses(), check_exact=True)
    pd.testing.assert_frame_equal(again.moves(), found.moves(), check_exact=True)


def test_a_variation_that_changes_nothing_differs_by_nothing(found):
    """Tissue factor and potency are those of low passages up to the fourth: the third is the fourth."""
    for c in found.contrasts:
        if c.variation.key == "passage:3":
            assert c.at["net_gain"].mean == 0.0 and c.at["thrombosis"].mean == 0.0 and c.ratio.ratio == 1.0


def test_more_cells_react_more(found):
    for h in found.study.hypotheses:
        w = found.window(h, "reaction")
        assert (np.diff(w.curve.nodes) >= 0).all() and w.band.mean[-1] > w.band.mean[0] >= 0
        assert (w.band.patient_high >= w.band.patient_low).all()


def test_every_part_is_there(found):
    assert {c.variation.key for c in found.contrasts} == {v.key for v in found.varied} and found.varied
    assert len(found.steps["lung_only"]) == 4 and 1 <= found.reference < 5
    assert set(found.no_effect) == set(found.study.hypotheses) and found.courses > 0 and found.failed == 0
    given = 10.0 ** found.log_doses[found.reference] / found.base.regimen.infusions
    assert given <= 1e7


def test_steps_add_up_to_the_gain(found):
    w = found.window("lung_only")
    total = sum(s.mean for s in found.steps["lung_only"])
    assert total == pytest.approx(w.band.mean[-1] - w.band.mean[0], abs=1e-9)
