"""Records of an answer carry every score with its error, and null where there is no number."""

import numpy as np

from hepatica.api.validate.records import PredictionRecord
from hepatica.validation.records import REFERENCES, BaselineScore, HypothesisScore, Record

RECORD = Record(
    publication="p", arm="a", against="b", endpoint="death", unit="percentage points", time=90.0, observed=float("nan"),
    quantiles=np.arange(5.0), crps=0.1, log_score=-0.3, by_hypothesis={"h": HypothesisScore(1.0, 0.2, -0.4, 0.01, 0.02)},
    references=dict.fromkeys(REFERENCES, BaselineScore(0.0, 1.0, 0.2, -0.4)), cells=True, statement="lower",
    probability=0.7, until=100.0,
)  # fmt: skip


def test_a_statement_has_a_probability_and_no_number():
    made = PredictionRecord.of(RECORD)
    assert made.observed is None and (made.statement, made.probability, made.until) == ("lower", 0.7, 100.0)
    assert made.by_hypothesis["h"].crps_error == 0.01 and made.baselines["no_effect"].log_score_error is None
    assert made.odds_ratio is None and made.scale == "difference"
