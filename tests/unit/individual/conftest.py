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


class FolderCache:
    """Cache of blocks in a folder of the tests' own; that of kernels stays where it is."""

    def __init__(self, folder):
        self.folder = folder

    def cache_folder(self):
        return self.folder

    def read(self, name):
        path = self.folder / name
        return path.read_bytes() if path.exists() else None

    def write(self, name, content):
        (self.folder / name).write_bytes(content)


@pytest.fixture(scope="session")
def small_store(tmp_path_factory):
    """Small blocks, kept apart."""
    from hepatica.individual.library import store

    patch = pytest.MonkeyPatch()
    patch.setattr(store, "BLOCK", 160)
    patch.setattr(store, "_memory", {})
    patch.setattr(store, "cache", FolderCache(tmp_path_factory.mktemp("cache")))
    yield store
    patch.undo()


@pytest.fixture(scope="session")
def acute_library(system, small_store):
    """Library of acute failure, of one small block."""
    from hepatica.individual.library.proposals import Kind

    return small_store.Library(system=system, kind=Kind.ACUTE, known=None, workers=1)


@pytest.fixture(scope="session")
def acute(acute_library):
    return acute_library.candidates(160)


def observed(candidates, which, days=(0.0,), labs=("bilirubin", "inr", "creatinine", "albumin")):
    """Observations of one candidate without errors."""
    from hepatica.individual.library.candidates import LABS as ALL
    from hepatica.individual.library.candidates import at_times
    from hepatica.individual.posterior.observations import Observations, Series

    when = np.array(days)
    series = tuple(
        Series(
            lab,
            when,
            at_times(candidates.labs[0, which, :, ALL.index(lab)], when, 0).astype(float),
            np.zeros(len(when), int),
        )
        for lab in ALL
        if lab in labs
    )
    return Observations(series=series, age=float(candidates.age[which]), last_day=float(when[-1]))


@pytest.fixture(scope="session")
def observe_candidate():
    return observed


def people_of_candidates(candidates, n, seed=1):
    """People made of candidates with errors; some values are missing."""
    from hepatica.individual.library.candidates import LABS as ALL
    from hepatica.individual.people import People, Treatment

    rng = np.random.default_rng(seed)
    who = np.arange(n)
    labs = {}
    for lab in ("inr", "bilirubin", "albumin"):
        values = np.exp(candidates.labs[0][who][:, [0, 1, 3], ALL.index(lab)] + 0.1 * rng.normal(size=(n, 3)))
        values[rng.random((n, 3)) < 0.15] = np.nan
        labs[lab] = values.astype(float)
    risk = 1 - candidates.free[0, who, 15]
    return People(
        name="made.csv",
        ids=np.array([str(i) for i in who], object),
        days=np.array([0.0, 1.0, 3.0]),
        labs=labs,
        age=candidates.age[who].copy(),
        encephalopathy=np.full(n, np.nan),
        given={t: np.zeros(n, bool) for t in Treatment},
        event=(rng.random(n) < risk).astype(float),
    )


@pytest.fixture(scope="session")
def make_cohort():
    return people_of_candidates
