"""Answering: few draws must never sound sure."""

from dataclasses import replace

import numpy as np

from hepatica.dose_study import answer
from hepatica.dosing import decision
from hepatica.patients import Draws, posterior
from hepatica.report.dose.sentences import verdict
from hepatica.study import check_study


def test_few_draws_are_never_sure(system, monkeypatch, tmp_path):
    """Under five draws in all of which cells save many: beside what is not explained no benefit is so sure."""
    kind = {k: np.full_like(v, 3.0) if k.name == "unexplained_survival" else v for k, v in posterior().columns.items()}
    Draws(kind, posterior().provenance).write(tmp_path / "kind.parquet")
    study = check_study(
        {
            "title": "t",
            "patients": 5,
            "draws": 5,
            "seed": 2,
            "horizon": "180 d",
            "posterior": str(tmp_path / "kind.parquet"),
            "grid": {"dose": ["1e6 cells/kg"], "infusions": [4]},
        }
    )
    found = answer(study, system=system)
    assert not found.decision.is_confident and "too few" in verdict(found, "en")
    monkeypatch.setattr(decision, "MIN_DRAWS", 1)
    assert not answer(study, system=system).decision.is_confident  # cells may do nothing in people
    monkeypatch.setattr(
        Draws, "null_effect_probability", lambda self, hypothesis: 0.0
    )  # so it is the two that forbid it
    assert answer(study, system=system).decision.is_confident
    assert verdict(replace(found, decision=replace(found.decision, is_confident=True)), "en").startswith("Give cells")
