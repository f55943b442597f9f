"""The tables and trajectories beside the report: exactly what it was made of."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from hepatica.study import Answer
from hepatica.table import write_table, write_whole


def patients(answer: Answer) -> pd.DataFrame:
    """One row a patient: identity, draw, covariates, admission labs."""
    cohort = answer.patients.cohort
    frame = pd.DataFrame(
        {"patient": range(len(cohort.patient)), "identity": cohort.patient, "draw": cohort.draw}
    )
    for name in cohort.population.covariate:
        frame[name] = cohort.covariate(name)
    for name, values in answer.patients.labs.items():
        frame[f"admission_{name}"] = values
    return frame


def parameters(answer: Answer) -> pd.DataFrame:
    """One row a parameter, with value, unit, spreads, grade and source."""
    rows = []
    for p in answer.system.model.parameters.values():
        e, fitted = p.entry, answer.population.fitted.get(p.name)
        rows.append(
            {
                "module": p.module,
                "parameter": p.name,
                "label": e.label,
                "value": e.value,
                "unit": e.unit,
                "fitted": fitted.value if fitted else None,
                "between": e.between.model_dump_json(exclude_defaults=True),
                "prior": e.prior.model_dump_json(exclude_defaults=True),
                "grade": e.grade,
                "cite": e.cite,
                "reason": fitted.reason if fitted else e.reason,
                "note": e.note,
            }
        )
    return pd.DataFrame(rows)


def write_tables(answer: Answer, folder: Path) -> list[Path]:
    """Write all tables and trajectories; the files written."""
    written = []
    for name, frame in (
        ("decision", answer.decision.frame()),
        ("patients", patients(answer)),
        ("parameters", parameters(answer)),
    ):
        written += write_table(frame, folder / name)
    for hypothesis, ds in answer.courses.items():
        kept = ds.assign_attrs(study_hash=answer.study.hash)
        encoding = {
            v: {"zlib": True, "complevel": 1, "dtype": "float32"}
            for v in kept.data_vars
            if kept[v].dtype == "float64"
        }
        written.append(
            write_whole(
                folder / f"courses_{hypothesis}.nc",
                lambda p, k=kept, e=encoding: k.to_netcdf(p, engine="h5netcdf", encoding=e),
            )
        )
    return written
