"""Simulation requests: survival of each arm, by a second way of adding up the intensity of death."""

import numpy as np
import pytest

from hepatica.api.simulate import EnsembleRequest, SimulateAnswer, SimulateRequest
from hepatica.errors import InputError
from hepatica.study import check_study

GRID = {"dose": ["1e6 cells/kg"], "infusions": [1], "route": ["peripheral_vein"]}
STUDY = check_study({"title": "t", "patients": 8, "draws": 8, "horizon": "30 d", "grid": GRID})


def test_survival_is_the_exponential_of_the_cumulative_hazard(system):
    stages = []
    ds = SimulateRequest(study=STUDY).compute(system=system, progress=lambda *report: stages.append(report))
    told = SimulateAnswer.of(ds)
    for a, arm in enumerate(ds["arm"].values):
        alive = []
        for p in range(8):
            rate, hazard = ds["death_intensity"].values[a, p], 0.0
            for k, (t0, t1) in enumerate(zip(ds["time"].values[:-1], ds["time"].values[1:], strict=True)):
                hazard += (t1 - t0) * (rate[k] + rate[k + 1]) / 2
            alive.append(np.exp(-hazard))
        assert told.survival[str(arm)] == pytest.approx(np.mean(alive), abs=5e-5)
    assert (told.patients, told.days, told.failed, told.file) == (8, 30.0, 0, None)
    assert ds.attrs["study_hash"] == STUDY.hash and stages[-1] == ("label_is_cells", 16, 16)


@pytest.mark.parametrize("request_", [SimulateRequest, EnsembleRequest])
def test_an_unknown_hypothesis_is_refused(request_):
    with pytest.raises(InputError, match="label_is_cells, lung_only"):
        request_(study=STUDY, hypothesis="both")
