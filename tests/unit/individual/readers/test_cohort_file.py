"""Reading of a file of people: gaps, limits, units and words; and what cannot be used, said without repeating a cell."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.individual.people import Treatment
from hepatica.individual.readers.cohort_file import read_people

HEAD = "id,BloodColectionDate,ALT"
SECRET = "MARIA-LOPEZ-1970"


def written(tmp_path, text):
    path = tmp_path / "made.csv"
    path.write_text(text)
    return path


def test_prothrombin_time_stands_in_for_inr(table, tmp_path):
    """INR = 24.92 PT%^-0.707 where only the percentage is there."""
    part = table[table["id"] < 3].drop(columns="PTINR").assign(PT_percentage=40.0)
    part.to_csv(tmp_path / "pt.csv", index=False)
    people = read_people(tmp_path / "pt.csv")
    np.testing.assert_allclose(people.labs["inr"], 24.92 * 40.0**-0.707)
    assert any("taken from PT_percentage" in note for note in people.notes)
    assert people.labs["albumin"][0, 0] == pytest.approx(10 * part["Alb"].iloc[0])


def test_limits_gaps_and_people_without_a_first_day(table, tmp_path):
    """A limit counts as its value, a gap as not measured; who has no day 0 is left out, and said."""
    part = table[table["id"] < 30].astype({"Tbil": object, "id": object})
    part.loc[part.index[0], "Tbil"] = "<0.4"
    part.loc[part.index[1], "Tbil"] = ""
    part.loc[part.index[2], "Cre"] = 41.0
    part = part[~((part["id"] == 29) & (part["BloodColectionDate"] == 0))]
    part.to_csv(tmp_path / "gaps.csv", index=False)
    people = read_people(tmp_path / "gaps.csv")
    assert (
        people.labs["bilirubin"][0, 0] == 0.4
        and np.isnan(people.labs["bilirubin"][0, 1])
        and np.isnan(people.labs["creatinine"][0, 2])
    )
    assert len(people.ids) == 29 and len(people.notes) == 4  # limit, impossible, left out, ammonia


def test_treatments_outcome_and_cause_of_day_0(tmp_path):
    text = HEAD + ",PE,steroid pulse therapy,SurvivalOrDeath,Etiology,diagnosis,CHDF,Age,Encephalopathy_grade_d0\n"
    text += "a,0,900,Did,not done,Transplant-free survival,HBV,ALF,Did,40,2\n"
    text += "b,0,900,No,YES,Liver Transplant,,,NotDone,,\n"
    text += "c,0,900,,1,unknown,AIH,,,50,1\nc,1,800,Did,,,,,,,\n"
    people = read_people(written(tmp_path, text))
    assert people.arm.tolist() == [1, 2, 2] and people.given[Treatment.PLASMA_EXCHANGE].tolist() == [True, False, False]
    np.testing.assert_array_equal(people.event, [0.0, 1.0, np.nan])
    assert people.cause.tolist() == ["hbv; alf", "; ", "aih; "] and people.blood_filtered.tolist() == [
        True,
        False,
        False,
    ]
    np.testing.assert_array_equal(people.age, [40.0, np.nan, 50.0])
    np.testing.assert_array_equal(people.labs["alt"], [[900.0, np.nan], [900.0, np.nan], [900.0, 800.0]])
    assert "PE: 1 people without an entry are taken as not given it" in people.notes


def test_days_after_the_last_are_left_out_and_said(tmp_path):
    people = read_people(written(tmp_path, HEAD + "\n1,0,900\n1,60,40\n1,61,35\n"))
    assert people.days.tolist() == [0.0, 60.0] and "1 rows later than day 60 are not used" in people.notes


def test_a_few_implausible_values_are_gaps_and_many_are_another_unit(tmp_path):
    rows = "".join(f"{i},0,{900 if i else 1e6}\n" for i in range(40))
    people = read_people(written(tmp_path, f"{HEAD}\n{rows}"))
    assert (
        np.isnan(people.labs["alt"][0, 0]) and "ALT: 1 values outside 1 to 60000 count as not measured" in people.notes
    )
    with pytest.raises(InputError, match="line 2: ALT has 1 values outside 1 to 60000; convert the values to U/L"):
        read_people(written(tmp_path, f"{HEAD}\n1,0,0.5\n2,0,100\n3,0,100\n"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            f"{HEAD}\n{SECRET},0,900\n1,0,900\n,1,900\n",
            "made.csv, line 4: the identifier is empty; give the subject's identifier",
        ),
        (f"{HEAD}\n   ,0,900\n", "made.csv, line 2: the identifier is empty"),
        (f"{HEAD}\n{SECRET},soon,900\n", "line 2: BloodColectionDate is no day; give days since admission"),
        (f"{HEAD}\n{SECRET},,900\n", "line 2: BloodColectionDate is no day"),
        (f"{HEAD}\n{SECRET},-1,900\n", "line 2: BloodColectionDate is no day"),
        (f"{HEAD}\n{SECRET}," + "9" * 5000 + ",900\n", "line 2: BloodColectionDate is no day"),
        (
            f"{HEAD}\n{SECRET},0,900\n{SECRET},0,800\n",
            "line 3: day 0 of the same person twice; keep one row per person and day",
        ),
        (f"{SECRET},0,900\n", "line 1: none of the 3 columns is named id; give a header line"),
        (f"id,day,ALT\n{SECRET},0,900\n", "none of the 3 columns is named BloodColectionDate or BloodCollectionDate"),
        (
            f"id,BloodColectionDate,BloodCollectionDate,ALT\n{SECRET},0,0,9\n",
            "both BloodColectionDate and BloodCollectionDate",
        ),
        (f"{HEAD}\n", "made.csv: no rows; give one row per person and day"),
        (f"{HEAD}\n{SECRET},2,900\n", "no row of day 0"),
        (f"id,BloodColectionDate,Age\n{SECRET},0,40\n", "no lab has a value; give at least one lab of PTINR"),
        (f"{HEAD}\n{SECRET},0,{SECRET}\n", "line 2: ALT is not a number in U/L"),
        (f"{HEAD},Age\n{SECRET},0,900,1234567\n", "line 2: Age is out of range; give 0 to 120 on day 0"),
        (f"{HEAD},PE\n{SECRET},0,900,{SECRET}\n", "line 2: PE has another word; give Did or NotDone"),
        (f"{HEAD},SurvivalOrDeath\n{SECRET},0,900,{SECRET}\n", "line 2: SurvivalOrDeath has another word"),
        (f"{HEAD},CHDF\n{SECRET},0,900,{SECRET}\n", "line 2: CHDF has another word"),
    ],
)
def test_an_error_gives_the_line_and_nothing_of_the_person(tmp_path, text, says):
    with pytest.raises(InputError) as error:
        read_people(written(tmp_path, text))
    assert says in str(error.value) and str(error.value).startswith("made.csv")
    assert SECRET not in str(error.value) and "1234567" not in str(error.value) and "999" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.assign(Cre=t["Cre"] * 88.4), "made.csv, Cre: a median of "),
        (lambda t: t.assign(Alb=t["Alb"] * 10), "convert the values to g/dL (medians of 1.2 to 6 can be)"),
    ],
)
def test_another_unit_is_told_by_the_median(tmp_path, table, change, says):
    change(table[table["id"] < 4]).to_csv(tmp_path / "made.csv", index=False)
    with pytest.raises(InputError) as error:
        read_people(tmp_path / "made.csv")
    assert says in str(error.value)


def test_the_other_spelling_of_the_day_and_absent_columns(tmp_path):
    people = read_people(written(tmp_path, "id,BloodCollectionDate,ALT,Plt\n1,0,900,10\n"))
    assert set(people.missing_labs) == {"platelets", "inr", "bilirubin", "ast", "albumin", "creatinine", "ammonia"}
    assert {f.value for f in people.missing_fields} == {
        "Age", "Encephalopathy_grade_d0", "PE", "steroid pulse therapy", "SurvivalOrDeath"
    }  # fmt: skip
    assert people.arm.tolist() == [0] and np.isnan(people.event).all()
