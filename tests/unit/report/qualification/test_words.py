"""Helpers of the dossier's cards."""

from dataclasses import replace

import numpy as np

from hepatica.report.qualification.words import extrapolations, figure, population, table_of
from hepatica.words import say


def test_numbers_without_a_value_are_a_hyphen():
    assert (figure(1.23456), figure(np.nan), figure(None), figure("x"), figure(2, 0)) == ("1.235", "-", "-", "-", "2")


def test_headings_are_words():
    frame = table_of("zh", ("what", ["a"]), ("stated", ["b"]))
    assert list(frame.columns) == [say("qualify.col_what", "zh"), say("qualify.col_stated", "zh")]


def test_extrapolations_are_named_or_denied(q):
    said = extrapolations(q, "en")
    assert any("above" in line for line in said)
    inside = replace(
        q,
        population=q.population.model_copy(update={"extrapolation": ""}),
        scope=replace(q.scope, regimens=tuple((r, "inside") for r, _ in q.scope.regimens)),
    )
    assert extrapolations(inside, "en") == [say("qualify.extrapolated_not", "en")]
    assert population(q, "zh") == q.population.title_zh
