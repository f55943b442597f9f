"""The tables and trajectories beside the report: exactly what it was made of."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd
import xarray as xr

from hepatica.answering import Answer
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
        written.append(write_whole(folder / f"courses_{hypothesis}.nc", partial(_netcdf, kept)))
    return written


def _netcdf(ds: xr.Dataset, path: Path) -> None:
    small = {"zlib": True, "complevel": 1, "dtype": "float32"}
    ds.to_netcdf(path, engine="h5netcdf", encoding={v: small for v in ds.data_vars if ds[v].dtype == "float64"})
