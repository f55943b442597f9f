"""End points: read from the evidence, and standardised by hand here."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.evidence.indirect import load
from hepatica.translation.dose_response.effects import LOGIT_TO_SD, end_points, read_end_point

BY_KEY = {e.key: e for e in end_points()}


def test_every_end_point_is_of_several_doses_or_of_one_and_none():
    for e in end_points():
        assert load(e.publication).several_doses and len(e.doses) >= 2
        assert (e.value is None) != (not e.statements) and 0 < e.power <= 1
        if e.value is not None:
            assert len(e.value) == len(e.variance) == len(e.doses)
            assert np.isfinite(e.value).all() and (e.variance > 0).all()
        else:
            assert e.reason and e.n > 1


def test_end_points_of_the_same_people_count_once():
    total = {}
    for e in end_points():
        total[e.publication] = total.get(e.publication, 0.0) + e.power
    apart = {"human_oa_table": 3.0}  # a review of three trials
    assert all(total[k] == pytest.approx(apart.get(k, 1.0)) for k in total)


def test_proportions_by_hand():
    """ACR20 at day 30: 2 of 7, 9 of 20, 4 of 20, 2 of 6."""
    e = BY_KEY["ra_acr20_day30"]
    events, n = np.array([0.29 * 7, 9, 4, 0.33 * 6]), np.array([7, 20, 20, 6])
    assert e.value == pytest.approx(LOGIT_TO_SD * np.log((events + 0.5) / (n - events + 0.5)))
    assert e.doses[0] is None and [d.per_kg for d in e.doses[1:]] == [1e6, 2e6, 4e6]
    later = BY_KEY["ra_acr20_later"]
    assert later.value[0] == pytest.approx(LOGIT_TO_SD * np.log(0.5 / 7.5))


def test_differences_odds_ratios_and_p_by_hand():
    gfr = BY_KEY["nephropathy_egfr"]
    assert gfr.value == pytest.approx([0, 4.4 / (2.16 * np.sqrt(5)), 1.6 / (2.15 * np.sqrt(5))])
    assert gfr.variance[1] + gfr.variance[0] == pytest.approx((2.16 / (2.16 * np.sqrt(5))) ** 2)
    sepsis = BY_KEY["rodent_sepsis_deaths"]
    assert sepsis.value[1:] == pytest.approx(-LOGIT_TO_SD * np.log([0.33, 0.24]))
    tnf = BY_KEY["frailty2_tnf"]
    assert tnf.value[1:] == pytest.approx(np.array([2.9677, 2.0642]) * np.sqrt(0.2), rel=1e-3)
    assert BY_KEY["heart_scar"].value[0] > BY_KEY["heart_scar"].value[1]  # the scar shrinks by 6.4 g and 6.1 g


def test_survival_reads_deaths_too():
    e = BY_KEY["mouse_liver_cells_in_liver"]
    assert e.liver and e.value[1] == e.value[2] == -e.value[0]


def test_an_unknown_form_and_a_missing_number_are_refused():
    row = {"publication": "human_ra_cx611", "form": "proportion", "variable": "ACR20 response", "arms": ["d1"]}
    with pytest.raises(InputError, match="use one of proportion"):
        read_end_point("x", row | {"form": "share"})
    with pytest.raises(InputError, match="observation of this arm alone"):
        read_end_point("x", row | {"variable": "ACR50 response"})
