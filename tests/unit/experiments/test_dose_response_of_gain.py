"""Rows, curves and errors of the dose-response of the gain, on gains worked out by hand."""

import dose_response_of_gain as module
import dose_response_of_gain_page as page
import dose_response_of_gain_text as text
import numpy as np
import pytest


def test_rows_are_means_of_the_halves_of_their_patients():
    """Patients 0, 2, 4 are of row 7, of which one failed; 1 and 3 of row 9."""
    row = np.array([7, 9, 7, 9, 7])
    values = np.arange(20.0).reshape(2, 2, 5)
    values[0, 1, 2] = np.nan
    found, rows = module.by_row(values, row)
    assert rows.tolist() == [7, 9] and found.shape == (2, 2, 2, 2)
    np.testing.assert_allclose(found[:, 0, :, 0], values[..., [0, 4]].mean(-1))
    assert np.isnan(found[:, 1, :, 0]).all()
    np.testing.assert_allclose(found[:, 1, :, 1], values[..., 3])


def test_mean_curve_and_its_error_are_those_of_the_bootstrap():
    rng = np.random.default_rng(1)
    gain, weight = rng.normal(3.0, 2.0, (2, 300)), rng.gamma(2.0, 1.0, 300)
    weight /= weight.sum()
    mean, error = text.mean_curve(gain, weight)
    rows = rng.integers(0, 300, (1500, 300))
    w = weight[rows] / weight[rows].sum(1, keepdims=True)
    boot = np.einsum("dbk,bk->db", gain[:, rows], w)
    np.testing.assert_allclose(mean, boot.mean(1), atol=0.02)
    np.testing.assert_allclose(error, boot.std(1), rtol=0.1)


def test_what_is_kept_is_read_again(tmp_path):
    case = module.Case("hbv_aclf", "lung_only", "learnt", "all")
    shape = (2, 2, len(module.INFUSIONS), len(module.DOSES), 3)
    value = np.random.default_rng(2).normal(size=shape)
    gains = {case: module.Gains(value, np.arange(3), {k: np.full(3, 1 / 3) for k in module.EVIDENCE})}
    checks = module.Checks({"/".join(case): value[0, 0, 0]}, {"hbv_aclf": value[0, 0, 1]})
    module.keep(tmp_path / "x.npz", gains, checks, "m")
    again, other, model = module.read(tmp_path / "x.npz")
    assert model == "m" and np.array_equal(again[case].value, value) and list(again[case].weights) == [*module.EVIDENCE]
    assert np.array_equal(other.direct["/".join(case)], value[0, 0, 0])
    assert np.array_equal(other.spared["hbv_aclf"], value[0, 0, 1])


def test_intervals_leave_out_what_has_no_half_effect_and_mark_the_foot_of_the_ladder():
    doses = np.array([1e4, 1e5, 1e6])
    half = np.array([np.nan, 1e4, 2e5, 3e5])
    shown = page.interval(half, np.full(4, 0.25), page.at_least(doses))
    assert shown.startswith("2.0e5 (<1.0e4 to ")
    assert page.interval(np.array([np.nan]), np.ones(1), str) == "-"


def test_the_ladder_is_standard_care_and_every_dose_once_and_four_times():
    arms = module.ladder()
    assert not arms[0].regimen.gives_cells and len(arms) == 1 + 2 * len(module.DOSES)
    assert [a.regimen.infusions for a in arms[1:]] == [1] * len(module.DOSES) + [4] * len(module.DOSES)
    assert arms[1].regimen.dose == pytest.approx(module.DOSES[0])
