"""Study of a change: statsmodels on the logarithms, simulation of the posterior, conclusions and their edges."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import ttost_ind, ttost_paired

from hepatica.errors import InputError
from hepatica.manufacturing.quality.comparability.change_file import check_change
from hepatica.manufacturing.quality.comparability.change_study import Conclusion, study_change

BEFORE, AFTER = [0.92, 1.05, 1.11, 0.88, 1.02], [0.97, 1.09, 0.90, 1.14]
MARGIN = {"lower": 0.7, "upper": 1.4, "source": "made up"}
LOSS = {"days": 4.0, "low": 4.0, "high": 4.0, "linked": 1.0, "tolerable": 1.0, "source": "made up"}


def study(**changes):
    base = {"title": "t", "attribute": "potency", "scale": "log", "before": {"values": BEFORE}}
    base |= {"after": {"values": AFTER}, "margin": MARGIN}
    return study_change(check_change({k: v for k, v in (base | changes).items() if v is not None}))


@pytest.mark.parametrize("pooled", [True, False])
def test_independent_lots_are_those_of_statsmodels_on_logarithms(pooled):
    found = study(equal_variance=pooled)
    p, low, high = ttost_ind(
        np.log(AFTER), np.log(BEFORE), np.log(0.7), np.log(1.4), usevar="pooled" if pooled else "unequal"
    )
    assert found.test.p == pytest.approx((low[1], high[1])) and max(found.test.p) == pytest.approx(p)
    assert found.conclusion is Conclusion.EQUIVALENT and found.ranks is not None
    assert found.shown(found.test.difference) == pytest.approx(stats.gmean(AFTER) / stats.gmean(BEFORE))


def test_a_summary_of_the_same_lots_gives_the_same():
    logs = np.log(AFTER)
    summary = {"mean": float(stats.gmean(AFTER)), "sd": float(logs.std(ddof=1)), "n": 4}
    found, full = study(after=summary), study()
    assert found.test.p == pytest.approx(full.test.p) and found.probability == pytest.approx(full.probability)
    assert found.ranks is None


def test_pairs_are_those_of_statsmodels():
    after = [0.95, 1.04, 1.20, 0.90, 1.01]
    found = study(after={"values": after}, paired=True, loss=LOSS)
    p, *_ = ttost_paired(np.log(after), np.log(BEFORE), np.log(0.7), np.log(1.4))
    assert max(found.test.p) == pytest.approx(p) and found.test.df == 4 and found.ranks is None
    d = np.log(after) - np.log(BEFORE)
    z = stats.t(4, d.mean(), d.std(ddof=1) / np.sqrt(5))
    assert found.probability == pytest.approx(z.cdf(np.log(1.4)) - z.cdf(np.log(0.7)), abs=1e-9)
    assert abs(found.loss.probability - (z.cdf(0.25) - z.cdf(-0.25))) < 4 * max(found.loss.error, 1e-4)


def test_the_posterior_within_a_lopsided_margin_is_that_of_draws():
    found = study(scale="linear", margin={"lower": -0.05, "upper": 0.3, "source": "made up"})
    rng = np.random.default_rng(1)
    apart = [
        np.mean(x) + np.std(x, ddof=1) / np.sqrt(len(x)) * rng.standard_t(len(x) - 1, 200_000) for x in (AFTER, BEFORE)
    ]
    inside = np.mean((apart[0] - apart[1] > -0.05) & (apart[0] - apart[1] < 0.3))
    assert found.probability == pytest.approx(inside, abs=0.005)


def test_different_not_shown_and_how_many_lots_it_takes():
    far = study(after={"values": [2.0, 2.1, 2.2, 2.05]})
    assert far.conclusion is Conclusion.DIFFERENT and far.probability < 0.01
    few = study(before={"values": [0.8, 1.3]}, after={"values": [0.9, 1.2]}, loss=LOSS)
    assert few.conclusion is Conclusion.NOT_SHOWN and few.loss is None and few.lots_needed > 4
    narrow = study(margin={"lower": 0.9999, "upper": 1.0001, "source": "made up"})
    assert narrow.lots_needed is None and narrow.test.power_if_equal < 0.05


def test_a_margin_from_loss_is_where_the_loss_is_tolerable():
    found = study(margin=None, loss=LOSS | {"low": 1.0, "high": 7.0, "linked": 0.4})
    assert found.is_margin_of_loss and found.test.bounds == (-0.25, 0.25)
    assert found.loss.margin[0] == np.inf  # more likely than not the attribute does not act
    assert found.loss.expected_loss < study(loss=LOSS).loss.expected_loss


def test_lots_that_do_not_vary_are_refused():
    with pytest.raises(InputError):
        study(before={"values": [1.0, 1.0]}, after={"values": [1.0, 1.0]})
