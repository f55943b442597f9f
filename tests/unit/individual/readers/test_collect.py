"""Collection into one record: limits, duplicates, contradictions, ages and transplants."""

import pytest

from hepatica.individual.person import GivenTreatment, Outcome, OutcomeKind, Visit
from hepatica.individual.readers.collect import Collector
from hepatica.individual.readers.lab_table import analytes
from hepatica.individual.readers.refusal import Refused

CREATININE, COMA = analytes()["creatinine"], analytes()["encephalopathy"]


def codes(collector):
    return [remark.code for remark in collector.finish().refused]


@pytest.mark.parametrize(
    ("analyte", "text", "code"),
    [
        (CREATININE, 90, "unit_missing"),
        (CREATININE, "90 mg/dL", "range"),
        (CREATININE, "-1 mg/dL", "range"),
        (CREATININE, "0 mg/dL", "range"),
        (CREATININE, "1 UMOL/L", "unit_case"),
        (CREATININE, "1 U/L", "unit_other"),
        (CREATININE, "1,2 mg/dL", "comma"),
        (CREATININE, "high", "no_number"),
        (COMA, "1.5", "grade"),
        (COMA, "<2", "grade"),
        (COMA, "5", "range"),
        (analytes()["albumin"], "35 g/dL", "range"),
        (analytes()["inr"], "45", "range"),
    ],
)
def test_faults_of_a_value(analyte, text, code):
    collector = Collector()
    collector.lab(analyte, text, 0.0, "x")
    assert codes(collector) == [code] and not collector.finish().person.measurements


def test_a_second_value_of_a_day_is_a_duplicate_or_a_contradiction():
    collector = Collector()
    for text in ("1 mg/dL", "1 mg/dL", "88.4 umol/L", "1.2 mg/dL"):
        collector.lab(CREATININE, text, 0.0, "x")
    collector.lab(CREATININE, "1.2 mg/dL", 0.5, "x")
    assert codes(collector) == ["duplicate", "contradiction", "contradiction"]
    assert [m.day for m in collector.finish().person.measurements] == [0.0, 0.5]


def test_ages_that_identify_are_capped():
    collector = Collector()
    collector.age("93 years", "x")
    found = collector.finish()
    assert found.person.age == 90.0 and [n.code for n in found.notes] == ["age_kept"] and not found.refused


def test_two_values_of_one_field():
    collector = Collector()
    collector.age(54, "x")
    collector.age(54, "x")
    collector.age(55, "x")
    collector.weight("62", "x")
    collector.weight("900 kg", "x")
    assert codes(collector) == ["two_values", "weight", "weight"] and collector.person.weight is None


def test_treatments_and_visits():
    collector = Collector()
    given = GivenTreatment(treatment="albumin", day=2.0, until=5.0)
    for one in (
        given,
        given,
        GivenTreatment(treatment="albumin", day=2.0, until=1.0),
        GivenTreatment(treatment="tea", day=0.0),
    ):
        collector.treatment(one, "x")
    for visit in (Visit(day=0.0, until=3.0), Visit(day=0.0, until=3.0), Visit(day=5.0, until=4.0)):
        collector.visit(visit, "x")
    assert codes(collector) == ["treatment_twice", "reversed", "choice", "visit_twice", "reversed"]
    assert collector.finish().person.treatments == (given,)


def test_a_transplant_is_the_outcome_unless_another_is_stated():
    collector = Collector()
    collector.treatment(GivenTreatment(treatment="transplant", day=9.0), "x")
    assert collector.finish().person.outcome == Outcome(kind=OutcomeKind.TRANSPLANTED, day=9.0)
    collector.ended(Outcome(kind=OutcomeKind.DIED, day=20.0), "x")
    assert collector.finish().person.outcome.kind is OutcomeKind.DIED


def test_labs_after_a_death():
    collector = Collector()
    collector.ended(Outcome(kind=OutcomeKind.DIED, day=2.0), "x")
    collector.lab(CREATININE, "1 mg/dL", 2.9, "x")
    assert codes(collector) == []
    collector.lab(CREATININE, "1 mg/dL", 9.0, "x")
    assert codes(collector) == ["after_death"]


def test_strict_raises_the_first_and_counts_the_others():
    collector = Collector()
    collector.lab(CREATININE, 90, 0.0, "here")
    collector.lab(CREATININE, "90 mg/dL", 1.0, "there")
    with pytest.raises(Refused, match="^here: creatinine has no unit.*and 1 more"):
        collector.finish().strict()


@pytest.mark.parametrize(
    ("repeats", "kept", "refused"),
    [
        ("refuse", 1.0, ["duplicate", "contradiction"]),
        ("same", 1.0, ["contradiction"]),
        ("first", 1.0, []),
        ("last", 2.0, []),
    ],
)
def test_several_values_at_one_time(repeats, kept, refused):
    collector = Collector(repeats=repeats)
    for text in ("1 mg/dL", "1 mg/dL", "2 mg/dL"):
        collector.lab(CREATININE, text, 0.0, "x")
    check = collector.finish()
    assert [r.code for r in check.refused] == refused and check.person.measurements[0].value == kept
    left_out = {"refuse": [], "same": ["1"], "first": ["2"], "last": ["2"]}[repeats]
    assert [n.blanks["n"] for n in check.notes] == left_out
