"""Predictions as cards and as a picture: what lies outside is marked, twice."""

from dataclasses import replace

import numpy as np

from hepatica.report.evidence.predictions import observed_over_predicted, prediction_cards
from hepatica.validation.records import REFERENCES, BaselineScore, Record, Validation
from hepatica.words import LANGUAGES


def record(endpoint, observed, low, high, *, against="", cells=False):
    quantiles = np.array([low, low, (low + high) / 2, high, high], float)
    plain = dict.fromkeys(REFERENCES, BaselineScore(low, high, 1.0, -1.0))
    return Record(
        publication="made",
        arm="a",
        against=against,
        endpoint=endpoint,
        unit="percent",
        time=28.0,
        observed=observed,
        quantiles=quantiles,
        crps=1.0,
        log_score=-1.0,
        by_hypothesis={},
        references=plain,
        cells=cells,
    )


FOUND = Validation(
    (
        record("death", 30.0, 20, 50),
        record("death", 80.0, 20, 50, cells=True),
        record("death", -9.0, -20, 5, against="b", cells=True),
        record("bilirubin", 4.0, 3, 6),
    ),
    in_sample=("made",),
)


def test_what_lies_outside_is_hollow_and_starred():
    for lang in LANGUAGES:
        figure = observed_over_predicted(FOUND, lang)
        marks = [x for ax in figure.axes for x in ax.get_lines() if len(x.get_xdata()) == 1]
        at = {(float(x.get_xdata()[0]), float(x.get_ydata()[0])): x.get_markerfacecolor() == "white" for x in marks}
        assert at == {(35.0, 30.0): False, (35.0, 80.0): True, (-7.5, -9.0): False, (4.5, 4.0): False}
        assert len(figure.axes) == 3 and figure.axes[1].get_xscale() == "log"
        card = prediction_cards(FOUND, lang)[0]
        assert card.table["90 %"].str.endswith("*").tolist() == [False, True, False, False] and "made" in card.text[-1]


def test_nothing_predicted_is_no_fault():
    assert len(observed_over_predicted(Validation(()), "en").axes) == 1


def test_statements_matching_and_assumptions_have_cards_of_their_own():
    """A statement is in no picture and no table of numbers; its probability is printed, and every score has an error."""
    told = replace(record("death", float("nan"), -20, 5, against="b"), statement="lower", probability=0.83)
    v = Validation(
        (*FOUND.records, told), matching={"made a": 0.4}, effective={"made a": 320.0}, assumed={"made a": ("x",)}
    )
    for lang in LANGUAGES:
        cards = {c.key: c for c in prediction_cards(v, lang)}
        assert (
            len(cards["predictions"].table) == 4
            and cards["statements"].table.iloc[0].astype(str).str.contains("83 %").any()
        )
        assert (
            "320 (40 %)" in cards["matching"].table.iloc[0].tolist() and "x" in cards["assumed"].table.iloc[0].tolist()
        )
        assert cards["totals"].table.iloc[-1].astype(str).str.contains("±").sum() == 2
    assert len(observed_over_predicted(v, "en").axes) == 3
