"""A file of people made by the model itself, and its evaluation: no row of a real person stands here."""

import numpy as np
import pandas as pd
import pytest

from hepatica.individual.forecast import ForecastSettings, validate_people
from hepatica.individual.labs import LABS, READINGS
from hepatica.individual.pool import TIMES, make_pool
from hepatica.patients.streams import normals, uniforms

DAYS = (0, 1, 2, 3, 7)
NOISE = 0.08


def synthetic(pool, n, seed):
    """Rows of people in the layout of the published file, made of candidates that are mildly to severely ill."""
    k = list(LABS)
    alt, inr = (pool.labs[0, :, 0, k.index(lab)] for lab in ("alt", "inr"))
    ill = np.flatnonzero((alt > np.log(150)) & (alt < np.log(12000)) & (inr > np.log(1.15)))
    rows = []
    for i, who in enumerate(ill[:n]):
        u = uniforms(seed, np.array([i]), "test:person", 3)[0]
        arm = int(u[0] > 0.5) + 2 * int(u[1] > 0.5)
        z = normals(seed, np.array([i]), "test:noise", len(DAYS) * len(k))[0].reshape(len(DAYS), -1)
        for j, day in enumerate(DAYS):
            values = np.exp(pool.labs[arm, who, list(TIMES).index(day)] + NOISE * z[j])
            row = {"id": i, "BloodColectionDate": float(day)}
            row |= {LABS[lab].column: round(v / LABS[lab].factor, 4) for lab, v in zip(k, values, strict=True)}
            if day == 0:
                row |= {
                    "Age": round(pool.age[who]),
                    "Encephalopathy_grade_d0": np.floor(pool.encephalopathy[who]),
                    "PE": "Did" if arm % 2 else "NotDone",
                    "steroid pulse therapy": "Did" if arm > 1 else "NotDone",
                    "Plt": 10.0,
                    "SurvivalOrDeath": "Death(Internal)" if u[2] < pool.event[arm, who] else "Survival(Internal)",
                    "HGF": 1.0,
                }
                row |= {
                    lab.column: v / lab.factor
                    for lab, v in zip(READINGS.values(), np.exp(pool.readings[who]), strict=True)
                }
            rows.append(row)
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def pool(system):
    return make_pool(system, 120, seed=2)


@pytest.fixture(scope="session")
def table(system):
    return synthetic(make_pool(system, 400, seed=99), 120, seed=5)


@pytest.fixture(scope="session")
def path(table, tmp_path_factory):
    path = tmp_path_factory.mktemp("people") / "made.csv"
    table.to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def evaluation(path, system):
    return validate_people(path, system, settings=ForecastSettings(pool=700, folds=2, seed=3))
