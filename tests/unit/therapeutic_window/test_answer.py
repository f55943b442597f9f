"""The answer of a window and its tables."""

import numpy as np
import pytest

from hepatica.errors import InputError


def test_tables_hold_every_window_dose_and_variation(found):
    doses, curves, moves = found.doses(), found.curves(), found.moves()
    assert len(curves) == 5 * len(found.windows) and len(moves) == 2 * len(found.varied)
    assert len(doses) == sum(len(w.estimates) for w in found.windows)
    base = doses[(doses["of"] == "base") & (doses["endpoint"] == "net_gain")]
    assert set(base["estimand"]) == {
        "minimal_effective_dose",
        "ed50",
        "plateau",
        "dose_of_largest_gain",
        "fall",
        "largest_gain",
    }
    assert set(base["hypothesis"]) == set(found.study.hypotheses)
    assert {"parameter_low", "parameter_high", "patient_low", "patient_high", "low", "high"} <= set(doses)


def test_numbers_beyond_any_dose_given_are_marked_where_they_stand(found):
    curves = found.curves()
    base = curves[curves["of"] == "base"]
    assert (base["beyond_any_dose_given"] == (base["cells_per_kg_per_infusion"] > 1e7 * (1 + 1e-9))).all()
    assert base["beyond_any_dose_given"].any() and not base["beyond_any_dose_given"].all()


def test_a_window_is_found_by_its_names(found):
    w = found.window("lung_only", "reaction")
    assert w.endpoint.name == "reaction" and w.limit == 0.2 and np.isfinite(w.band.mean).all()
    with pytest.raises(InputError, match="nothing"):
        found.window("lung_only", "nothing")
