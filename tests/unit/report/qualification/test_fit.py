"""Cards of applicability and of assumptions by influence."""

from hepatica.report.page import section
from hepatica.report.qualification.fit import MOST, applicability, assumptions


def test_the_study_stands_beside_what_was_seen(q):
    card = applicability(q, "en")[0]
    assert len(card.table) == 7 + len(q.scope.numbers) and section(card, "en").svg
    assert "168" in card.table.to_string() and str(len(q.scope.regimens)) in card.text[0]


def test_assumptions_stand_by_influence(q):
    card = assumptions(q, "zh")[0]
    rows = q.influence.assumed(q.system.model)[:MOST]
    assert list(card.table.iloc[:, 1]) == [name for _, name, _ in rows]
    assert [float(s) for s in card.table.iloc[:, 4]] == [round(s, 2) for *_, s in rows]
