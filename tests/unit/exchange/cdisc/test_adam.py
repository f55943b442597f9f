"""ADaM of a simulated trial: traceable to SDTM, and the primary analysis can be repeated from it."""

import numpy as np
import pytest

from hepatica.exchange.cdisc.adam import adam
from hepatica.exchange.cdisc.sdtm import sdtm
from hepatica.trials.analysis.log_rank import log_rank
from hepatica.trials.virtual.kernels.survival import log_rank as kernel
from hepatica.trials.virtual.kernels.survival import risk_sets


@pytest.fixture
def frames(simulated):
    one = simulated()
    return one, {d.name: d.frame for d in adam(one)}, {d.name: d.frame for d in sdtm(one)}


def test_subjects_and_deaths_are_those_of_sdtm(frames):
    _, found, source = frames
    both = found["ADSL"].merge(source["DM"], on="USUBJID", suffixes=("", "_DM"))
    assert len(both) == 60 and (both["DTHFL"] == both["DTHFL_DM"]).all() and (both["TRT01P"] == both["ARM"]).all()
    assert set(found["ADSL"]["EOSSTT"]) == {"DIED", "DISCONTINUED", "COMPLETED"}
    assert (found["ADSL"]["EOSDT"] >= found["ADSL"]["RANDDT"]).all()


def test_change_is_from_baseline_and_has_its_record(frames):
    _, found, source = frames
    lab = found["ADLB"]
    after = lab[lab["AVISITN"] > 0]
    assert np.allclose(after["CHG"], after["AVAL"] - after["BASE"]) and lab[lab["ABLFL"] == "Y"]["CHG"].isna().all()
    assert len(lab) == len(source["LB"]) + len(source["QS"])


def test_the_primary_analysis_can_be_repeated(frames):
    one, found, _ = frames
    rows = found["ADTTE"].query("PARAMCD == 'TTE1'")
    again = log_rank(rows["AVAL"], rows["CNSR"] == 0, rows["TRTPN"])
    h = one.histories["death"]
    ours = kernel(risk_sets(h.time[None], h.event[None], (one.arm == 1)[None]))
    assert -again.z == pytest.approx(float(ours.z[0]))
    assert set(found["ADTTE"]["PARAMCD"]) == {"TTE1", "TTE2"}
