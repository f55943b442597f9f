"""Measurement errors, corrections and recalibrated risk of forecasts, learnt from real people.

    python experiments/person_learn.py --data FILE [--size 1500] [--write]

FILE is a cohort as `hepatica.individual.readers.cohort` reads it. Printed: CRPS by lab beside the last value, ridge
regression and mixed model on the same measurements, coverage, and by which factor intervals are narrower than the
cohort's spread; AUC, Brier score and calibration of death or transplant; all on people of other folds. With --write
what was learnt from everybody is written beside the package's module, aggregates only. For research use.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from hepatica.engine import System, shipped_system  # noqa: E402
from hepatica.files import write_json  # noqa: E402
from hepatica.individual import learning  # noqa: E402
from hepatica.individual.forecast import ForecastSettings, validate_people  # noqa: E402
from hepatica.individual.learning.learn import SIZE, learn, libraries, outcome_scores  # noqa: E402
from hepatica.individual.learning.learnt import SHIPPED  # noqa: E402
from hepatica.individual.library.proposals import Kind  # noqa: E402
from hepatica.individual.people import People  # noqa: E402
from hepatica.individual.predictors import Predictor  # noqa: E402
from hepatica.individual.readers.cohort import read_cohort  # noqa: E402
from hepatica.study import draws_of  # noqa: E402

SOURCE = "Yoshimura et al. 2025, PNAS Nexus, doi 10.1093/pnasnexus/pgaf004: acute liver injury and failure, Japan"


BESIDE = (Predictor.LAST_VALUE, Predictor.REGRESSION, Predictor.MIXED_MODEL)
KEYS = ["basis", "lab", "person", "day"]
MEMBERS = ("what the model misses", "the lab", "its change", "the lab, closer in time", "last value")
RESAMPLES = 500


def beside(path: str, system: System, labs: pd.DataFrame) -> pd.DataFrame:
    """CRPS of each lab beside that of predictors without the model, on the measurements that all of them forecast.

    From each basis and from both together; ratio to the best of the predictors, with its bootstrap SE over people.
    """
    rows = validate_people(path, system, settings=ForecastSettings(pool=400)).rows.rename(columns={"quantity": "lab"})
    names = [p.value for p in BESIDE]
    others = rows[rows["predictor"].isin(names)]
    wide = others.pivot_table(index=KEYS, columns="predictor", values="score").reset_index()
    together = labs.merge(wide, on=KEYS).dropna()
    groups = pd.concat([together, together.assign(basis="both")]).groupby(["basis", "lab"], sort=False)
    table = groups[["crps", *names]].mean()
    table["ratio"] = table["crps"] / table[names].min(axis=1)
    table["se"] = [ratio_error(part, table.loc[key, names].idxmin()) for key, part in groups]
    return table.assign(n=groups.size())


def ratio_error(part: pd.DataFrame, other: str) -> float:
    """Bootstrap SE of the ratio of mean CRPS to another predictor's, people resampled."""
    sums = part.groupby("person")[["crps", other]].sum().to_numpy()
    drawn = np.random.Generator(np.random.Philox(1)).integers(0, len(sums), (RESAMPLES, len(sums)))
    both = sums[drawn].sum(axis=1)
    return float((both[:, 0] / both[:, 1]).std())


def narrower(people: People, labs: pd.DataFrame) -> pd.Series:
    """Spread of the cohort's log lab of a day over the SD of a forecast, mean over days."""
    own = labs.groupby(["basis", "lab", "day"], sort=False)["sd"].mean()
    values = [pd.Series(people.log_lab(lab, day)).std() / sd for (_, lab, day), sd in own.items()]
    return pd.Series(values, own.index).groupby(["basis", "lab"], sort=False).mean()


def main() -> None:
    """Learn, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    began, system = time.perf_counter(), shipped_system()
    people = read_cohort(options.data)
    made = libraries(system, Kind.ACUTE, draws_of("learnt"), size=options.size)
    taught = learn(people, made, source=SOURCE, model_hash=system.model.hash)
    if options.write:
        place = Path(learning.__path__[0]) / SHIPPED
        print(write_json(place, {Kind.ACUTE.value: taught.learnt.to_dict()}).name)
    print(outcome_scores(taught.outcomes).to_string(index=False), "\n")
    by_lab = taught.labs.groupby(["basis", "lab"], sort=False)[["in_90", "sd"]].mean()
    by_lab["narrower"] = narrower(people, taught.labs)
    print(by_lab.round(3).to_string(), "\n")
    weights = {lab: [round(m.weight, 2) for m in c.members] for lab, c in taught.learnt.corrections.items()}
    print(pd.DataFrame(weights, index=MEMBERS).to_string(), "\n", flush=True)
    print(beside(options.data, system, taught.labs).round(3).to_string())
    print(f"\nmodel {system.model.hash}, {people.n} people, {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
