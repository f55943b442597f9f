"""Labs that count as independent: the likelihood's own covariance, and that of labs which go together."""

import numpy as np
import pytest
from course_checks import covariance
from scipy.stats import multivariate_normal

from hepatica.calibrate.error_model.sampling import Sample
from hepatica.calibrate.likelihood import Law, LikelihoodTerm, Scale, SummaryStatistic, blocks, normal_block
from hepatica.patients.draws import BETWEEN_STUDY_SD


def term(variable, time, value, error, between):
    sample = Sample(arm="a", variable=variable, time=time, now=error)
    statistic = (SummaryStatistic(Scale.LOG, 0),)
    return LikelihoodTerm("p", "a", variable, "", statistic, (value,), error, Law.NORMAL, between, sample)


TERMS = [term("inr", 0.0, 0.3, 0.1, 0.4), term("inr", 7.0, 0.2, 0.2, 0.5), term("albumin", 0.0, 1.0, 0.1, 0.2)]
UNKNOWN = np.array([0.01, 0.02, 0.03])


def test_without_correlation_it_is_the_covariance_of_the_likelihood():
    x, own = np.array([[0.1, 0.5, 1.2], [0.3, 0.1, 0.8]]), covariance(TERMS, UNKNOWN, 0.0)
    common, each = (np.full(2, BETWEEN_STUDY_SD[w][0]) for w in ("mean", "mean_visit"))
    found = np.zeros(2)
    for block in blocks(TERMS):
        at = [TERMS.index(t) for t in block]
        found += normal_block(block, UNKNOWN[at]).log_likelihood(x[:, at], common, each)
    plain = multivariate_normal([t.value[0] for t in TERMS], own).logpdf(x)
    assert np.diff(found) == pytest.approx(np.diff(plain))


def test_labs_of_one_visit_go_together_in_the_direction_of_worse():
    more = covariance(TERMS, UNKNOWN, 0.3) - covariance(TERMS, UNKNOWN, 0.0)
    common, own = BETWEEN_STUDY_SD["mean"][0], BETWEEN_STUDY_SD["mean_visit"][0]
    same_visit = -0.3 * (0.4 * 0.2 * (common**2 + own**2) + 0.1 * 0.1)
    assert more[0, 2] == pytest.approx(same_visit) and more[1, 2] == pytest.approx(-0.3 * common**2 * 0.5 * 0.2)
    assert (more == more.T).all() and more[0, 1] == 0 and (np.diag(more) == 0).all()
