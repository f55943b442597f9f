"""Dose-response: every regimen of the decision once, by schedule and dose."""

import numpy as np
import pandas as pd

from hepatica.dose_summary.dose_response import Schedule, dose_series, regimen_table, schedules_of


def test_every_regimen_with_cells_is_in_one_series(found):
    frame = regimen_table(found)
    assert (frame["infusions"] > 0).all() and "per_kg_dose" in frame
    for _, here in frame.groupby("route"):
        rows = pd.concat([s.rows for s in dose_series(here)])
        assert sorted(rows.index) == sorted(here.index)
        for s in dose_series(here):
            assert s.rows["per_kg_dose"].is_monotonic_increasing and (s.rows["hypothesis"] == s.hypothesis).all()
            assert (s.rows["infusions"] == s.schedule.infusions).all()


def test_doses_in_all_are_divided_by_the_median_weight(found):
    frame = regimen_table(found)
    assert (frame["per_kg_dose"] == frame["dose"]).all()
    weight = float(np.median(found.patients.cohort.covariate("body_weight")))
    whole = found.decision.frame().assign(per_kg=False)

    class Flat:
        def frame(self):
            return whole

    class Answer:
        decision, patients = Flat(), found.patients

    np.testing.assert_allclose(regimen_table(Answer())["per_kg_dose"], frame["dose"] / weight)


def test_the_interval_of_one_infusion_makes_no_schedule():
    frame = pd.DataFrame({"infusions": [1, 1, 4, 4], "interval": [7.0, 3.0, 7.0, 3.0]})
    assert schedules_of(frame) == [Schedule(1, 0.0), Schedule(4, 3.0), Schedule(4, 7.0)]
