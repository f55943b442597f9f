"""Subgroups: a common odds ratio is all prognosis, an effect in some is not; optima by hand."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, logit

from hepatica.dosing.groups.subgroups import common_odds_ratio, prognostic_share, subgroup_optima


def test_the_common_odds_ratio_is_the_root_of_the_mean():
    rng = np.random.default_rng(0)
    care, treated = rng.uniform(0.05, 0.95, 200), rng.uniform(0.3, 0.99, 200)
    root = brentq(lambda b: expit(logit(care) + b).mean() - treated.mean(), -10, 10)
    assert common_odds_ratio(care, treated) == pytest.approx(root, abs=1e-6)


def test_one_odds_ratio_for_all_is_prognosis_alone():
    care = np.linspace(0.05, 0.95, 200)
    found = prognostic_share(care, expit(logit(care) + 0.8))
    assert found.share == pytest.approx(1.0) and found.log_odds_ratio == pytest.approx(0.8)
    assert len(found.groups) == 4 and sum(g.patients for g in found.groups) == 200
    assert all(g.gain == pytest.approx(g.foreseen) for g in found.groups)
    assert [g.risk for g in found.groups] == sorted(g.risk for g in found.groups)
    middling = [g.gain for g in found.groups]
    assert max(middling[1:3]) > max(middling[0], middling[3]) - 0.02  # gains are largest where risk is middling


def test_an_effect_in_some_patients_is_not_prognosis():
    rng = np.random.default_rng(1)
    care = rng.uniform(0.3, 0.7, 400)
    responds = rng.random(400) < 0.5
    found = prognostic_share(care, np.where(responds, expit(logit(care) + 1.5), care))
    assert found.share < 0.1


def test_no_effect_and_failures():
    care = np.append(np.linspace(0.2, 0.8, 20), np.nan)
    found = prognostic_share(care, care)
    assert found.log_odds_ratio == pytest.approx(0.0, abs=1e-6) and found.share == 1.0


def test_optima_by_hand():
    """Twenty patients: arm 1 gains 1 or 3, arm 2 always 2; small subgroups and failures are left out."""
    net = np.array([np.zeros(21), np.append(np.repeat([1.0, 3.0], 10), 9.0), np.full(21, 2.0)])
    net[0, 20] = np.nan
    groups = {"all": np.ones(21, bool), "first": np.arange(21) < 10, "few": np.arange(21) < 5}
    found = {s.name: s for s in subgroup_optima(net, groups, chosen=1)}
    assert set(found) == {"all", "first"} and found["all"].patients == 20
    assert found["first"].best == 2 and found["first"].lost == 1.0 and found["first"].lost_error == 0.0
    assert found["all"].gain == 2.0 and found["all"].lost == 0.0
