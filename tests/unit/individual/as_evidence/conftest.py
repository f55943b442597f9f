"""Made-up people in a file, by cause, coma, treatment and outcome."""

import numpy as np
import pandas as pd
import pytest

COMA = 2.0


def person(i, *, coma=COMA, exchange=False, steroid=False, cause="HBV", dead=False, days=(0, 1, 3, 7), **labs):
    rng = np.random.default_rng(i)
    start = {"PTINR": 3.0, "Tbil": 14.0, "ALT": 900.0, "AST": 700.0, "Alb": 3.0, "Cre": 1.0, "NH3": 100.0} | labs
    rows = []
    for day in days:
        row = {"id": i, "BloodColectionDate": day}
        row |= {
            name: value * np.exp(0.3 * rng.standard_normal() * (name != "Alb")) * 0.9**day
            for name, value in start.items()
        }
        row["Alb"] += 0.1 * rng.standard_normal()
        if day == 0:
            row |= {
                "Age": 40,
                "Etiology": cause,
                "diagnosis": "ALF_acute",
                "Encephalopathy_grade_d0": coma,
                "CHDF": "NotDone",
            }
            row |= {"PE": "Did" if exchange else "NotDone", "steroid pulse therapy": "Did" if steroid else "NotDone"}
            row["SurvivalOrDeath"] = "Death(Internal)" if dead else "Survival(Internal)"
        rows.append(row)
    return rows


@pytest.fixture
def written(tmp_path):
    def write(people, name="made.csv"):
        path = tmp_path / name
        pd.DataFrame([row for rows in people for row in rows]).to_csv(path, index=False)
        return path

    return write


@pytest.fixture(name="person")
def _person():
    return person
