"""Tables and trajectories of a dose study as files: CSV, Parquet and NetCDF."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import xarray as xr

from hepatica.dose_study import Answer
from hepatica.files import write_table, write_whole


def patients(answer: Answer) -> pd.DataFrame:
    """One row a patient: identity, draw, covariates, admission labs."""
    cohort = answer.patients.cohort
    frame = pd.DataFrame({"patient": range(len(cohort.patient)), "identity": cohort.patient, "draw": cohort.draw})
    for name in cohort.population.covariate:
        frame[name] = cohort.covariate(name)
    for name, values in answer.patients.labs.items():
        frame[f"admission_{name}"] = values
    return frame


def parameters(answer: Answer) -> pd.DataFrame:
    """One row a parameter: value, unit, spreads, hypotheses, fitted value of the population, grade and source."""
    rows = []
    for p in answer.system.model.parameters.values():
        e, fitted = p.entry, answer.population.fitted.get(p.name)
        between = fitted.between if fitted and fitted.between else e.between
        rows.append(
            {
                "module": p.module,
                "parameter": p.name,
                "label": e.label,
                "value": e.value,
                "unit": e.unit,
                "internal_value": p.value,
                "internal_unit": p.unit,
                "fitted_internal_value": fitted.value if fitted else None,
                **{f"value_{h}": e.under[h].value if h in e.under else None for h in answer.system.model.hypotheses},
                "between": between.model_dump_json(exclude_defaults=True),
                "prior": e.prior.model_dump_json(exclude_defaults=True),
                "grade": e.grade,
                "cite": e.cite,
                "reason": e.reason,
                "fitted_reason": fitted.reason if fitted else "",
                "note": e.note,
            }
        )
    return pd.DataFrame(rows)


def _write_dataset(ds: xr.Dataset, path: Path) -> Path:
    """NetCDF-3 in single precision: a fifth larger than compressed NetCDF-4, written in a twentieth of the time."""
    encoding = {v: {"dtype": "float32"} for v in ds.data_vars if ds[v].dtype == "float64"}
    content = ds.to_netcdf(engine="scipy", format="NETCDF3_64BIT", encoding=encoding)
    return write_whole(path, lambda p: p.write_bytes(content))


def write_tables(answer: Answer, folder: Path) -> list[Path]:
    """Write all tables and trajectories, each whole or not at all.

    Returns
    -------
    list of Path
        ``decision``, ``patients`` and ``parameters`` as CSV and Parquet; ``courses_<hypothesis>.nc`` (standard care and
        the shown regimen, daily) and ``cells_<hypothesis>.nc`` (one infusion by each route).

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    written = []
    for name, frame in (
        ("decision", answer.decision.frame()),
        ("patients", patients(answer)),
        ("parameters", parameters(answer)),
    ):
        written += write_table(frame, folder / name)
    for stem, datasets in (("courses", answer.courses), ("cells", answer.kinetics)):
        for hypothesis, ds in datasets.items():
            written.append(
                _write_dataset(ds.assign_attrs(study_hash=answer.study.hash), folder / f"{stem}_{hypothesis}.nc")
            )
    return written
