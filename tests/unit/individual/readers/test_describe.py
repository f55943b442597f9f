"""Description of a record: every lab of every day, in both languages, and every remark."""

from hepatica.individual.person import (
    Background,
    Cause,
    GivenTreatment,
    Measurement,
    Outcome,
    OutcomeKind,
    Person,
    Sex,
    Visit,
)
from hepatica.individual.readers.collect import PersonCheck
from hepatica.individual.readers.describe import MAX_DAYS, describe, describe_cohort, lab_tables
from hepatica.individual.readers.refusal import Remark
from hepatica.laboratory_units import Bound

ONE = Person(
    age=90.0,
    sex=Sex.FEMALE,
    weight=62.5,
    causes=(Cause.ALCOHOL,),
    background=Background.CIRRHOSIS,
    measurements=tuple(Measurement(day=float(d), name="inr", value=2.0 + d / 10) for d in range(10))
    + (Measurement(day=9.0, name="sodium", value=120.0, bound=Bound.BELOW),),
    treatments=(GivenTreatment(treatment="dialysis", day=1.0, until=3.0), GivenTreatment(treatment="cells", day=2.0)),
    visits=(Visit(day=0.0, until=12.0), Visit(day=30.0)),
    outcome=Outcome(kind=OutcomeKind.DIED, day=40.0),
)


def test_lines_in_both_languages():
    english, chinese = (describe(PersonCheck(person=ONE), lang).lines for lang in ("en", "zh"))
    assert english[0] == "Person: 90 years or more, female, 62.5 kg, alcohol, cirrhosis"
    assert english[2] == "Treatments: dialysis (days 1 to 3), mesenchymal stromal cells (day 2)"
    assert english[3:] == ("Visits: days 0 to 12, from day 30", "Outcome: died (day 40)")
    assert len(chinese) == len(english) and "透析" in chinese[2] and "死亡" in chinese[4]
    assert describe(PersonCheck(person=Person()), "en").lines[0] == "Person: nothing stated but labs"


def test_every_value_stands_in_a_table():
    tables = lab_tables(ONE, "en")
    assert [len(t[0]) - 1 for t in tables] == [MAX_DAYS, 10 - MAX_DAYS]
    assert tables[0][1][:3] == ("INR", "2", "2.1") and len(tables[0]) == 2
    assert ("sodium, mmol/L", "", "<120") in tables[1]


def test_every_remark_is_told():
    remark = Remark(code="day_future", where="x")
    found = describe(PersonCheck(person=ONE, refused=(remark,), set_aside=(remark,) * 2, notes=(remark,) * 3), "en")
    assert len(found.remarks) == 9 and found.remarks[0].startswith("Refused (1)")
    assert found.remarks[2] == "Not used (2)" and found.remarks[5] == "Assumed (3)"


def test_a_file_of_several_people_is_counted_and_nobody_named():
    unnamed = [Remark(code="names_not_taken", where="a.csv", blanks={"n": n}) for n in ("2", "3")]
    fault = Remark(code="no_number", where="a.csv, line 3, INR", blanks={"lab": "inr"})
    note = Remark(code="day_zero_row", where="a.csv")
    checks = {
        "SECRET": PersonCheck(person=ONE, set_aside=(unnamed[0],), notes=(note,)),
        "OTHER": PersonCheck(person=ONE, refused=(fault,), set_aside=(unnamed[1],), notes=(note,)),
    }
    english, chinese = (describe_cohort(checks, lang) for lang in ("en", "zh"))
    assert english.lines[:2] == ("People: 2; values: 22, on days 0 to 9", "INR: 20 values of 2 people")
    assert any("died 2" in line for line in english.lines) and "SECRET" not in repr((english, chinese))
    text = "\n".join(english.remarks)
    assert "INR is no number" in text and "does not name: 5" in text and text.count("day 0 is the day") == 1
    assert len(chinese.lines) == len(english.lines) and chinese.lines[0].startswith("人数：2")
