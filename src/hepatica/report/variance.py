"""What Sobol' indices say: a table to read, tables to keep."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hepatica import __version__
from hepatica.card import Card
from hepatica.dosing.influence import Question
from hepatica.dosing.variance import Variance
from hepatica.report import names
from hepatica.table import write_whole
from hepatica.words import say


def variance_card(v: Variance, lang: str) -> Card:
    """Indices of survival and gain, the largest total first; of several hypotheses the one with the larger total."""
    s, rows = v.indices, []
    for k in np.argsort(-s.total.max(axis=1), kind="stable"):
        name = v.moved[k].name
        name = say("sensitivity.nominal", lang, name=name) if v.moved[k].nominal else name
        row = {say("sensitivity.col_parameter", lang): name}
        for output in ("survival", "gain"):
            here = [c for c, (name, _) in enumerate(v.columns) if name == output]
            c = here[int(np.argmax(s.total[k, here]))]
            for order in ("first", "total"):
                mean, low, high = (getattr(s, f"{order}{end}")[k, c] for end in ("", "_low", "_high"))
                head = say(f"sobol.col_{order}", lang, output=say(f"sobol.{output}", lang))
                row[head] = say(
                    "decision.interval", lang, mean=names.number(mean, 2), low=names.number(low, 2), high=names.number(high, 2)
                )
        rows.append(row)
    note = say("sobol.note", lang, over=say(f"sobol.over_{v.over}", lang), regimen=v.regimen)
    if any(m.nominal for m in v.moved):
        note = f"{note} {say('sensitivity.nominal_note', lang)}"
    done = say(
        "sobol.done",
        lang,
        evaluations=v.evaluations,
        parameters=len(v.moved),
        blocks=s.blocks,
        lost=s.lost,
        failed=v.failed,
        sum=float(s.first[:, 0].sum()),
    )
    return Card("sobol", say("sobol.title", lang), (done,), pd.DataFrame(rows), note=note)


def whole(v: Variance, q: Question, study_hash: str) -> dict[str, Any]:
    """All that was found, for machines."""
    return {
        "regimen": v.regimen,
        "over": v.over,
        "days": float(q.times[-1]),
        "draws": q.patients,
        "blocks": v.indices.blocks,
        "lost_blocks": v.indices.lost,
        "failed": v.failed,
        "evaluations": v.evaluations,
        "indices": json.loads(v.frame().to_json(orient="records")),
        "run": {
            "study_hash": study_hash,
            "model_hash": q.system.model.hash,
            "seed": q.seed,
            "version": __version__,
            "engine": q.system.engine,
            "population": q.population.key,
        },
        "purpose": "for research use",
    }


def write(v: Variance, q: Question, folder: Path, *, study_hash: str) -> list[Path]:
    """``sobol.csv``, one row per parameter and output, and ``sobol.json``."""
    text = json.dumps(whole(v, q, study_hash), ensure_ascii=False, indent=1)
    return [
        write_whole(folder / "sobol.csv", lambda p: v.frame().to_csv(p, index=False)),
        write_whole(folder / "sobol.json", lambda p: p.write_text(text + "\n", encoding="utf-8")),
    ]
