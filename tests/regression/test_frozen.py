"""Small outputs, frozen: equations and engine must give them again.

The parameters stand in the file beside the outputs, so that a new fit or a new value in a table does not
touch them; a changed equation does. After such a change run `pytest tests/regression --renew`, look at the
difference with git, and explain it in the changelog.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from hepatica.therapy import Regimen

FOLDER = Path(__file__).parent
DAYS = [0.0, 1.0, 7.0, 14.0, 28.0, 90.0, 180.0]
OUTPUTS = (
    "functional_mass",
    "bilirubin",
    "inr",
    "albumin",
    "creatinine",
    "alt",
    "il6",
    "sodium",
    "ammonia",
    "hvpg",
    "icg_pdr",
    "encephalopathy",
    "ascites",
    "phagocytes",
    "pathogen",
    "paralysis",
    "cells_lung",
    "cells_liver",
    "image_spleen",
    "growth_effect",
    "mediator_effect",
    "efferocytosis",
    "death_intensity",
    "thrombosis_hazard",
    "reaction_hazard",
    "infection_hazard",
)
CASES = {
    "healthy": ("", {}, None, None, 0.0),
    "cirrhosis": ("", {"cirrhosis": 0.7}, None, None, 0.0),
    "flare": ("", {"cirrhosis": 0.3, "flare_kill": 0.25, "antiviral": 1.0}, None, None, 1.0),
    "flare_infected": (
        "",
        {"cirrhosis": 0.3, "flare_kill": 0.25, "antiviral": 1.0, "infection_rate": 0.01},
        None,
        0.3,
        1.0,
    ),
    "flare_cells": (
        "",
        {"cirrhosis": 0.3, "flare_kill": 0.25, "antiviral": 1.0},
        Regimen(1e6, infusions=4, duration=1 / 24),
        None,
        1.0,
    ),
    "flare_cells_lung_only": (
        "lung_only",
        {"cirrhosis": 0.3, "flare_kill": 0.25},
        Regimen(1e6, infusions=4, duration=1 / 24),
        None,
        1.0,
    ),
    "flare_cells_artery": ("", {"cirrhosis": 0.3, "flare_kill": 0.25}, Regimen(2e6, route="hepatic_artery"), None, 1.0),
    "flare_cells_portal": ("", {"cirrhosis": 0.3, "flare_kill": 0.25}, Regimen(2e6, route="portal_vein"), None, 1.0),
}


def run(bench, p, regimen, threshold, insult):
    y = bench.state(bench.rest(p, rtol=1e-8), effectors_young=insult, infection_hazard=0.0, thrombosis_hazard=0.0)
    limits = np.full((1, 1, 8), np.inf)
    if threshold is not None:
        limits[0, 0, 0] = threshold
    rows = [] if regimen is None else regimen.events(65.0, viability=0.9)
    return bench.follow(p, y, DAYS, OUTPUTS, events=bench.events(rows), thresholds=limits, rtol=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_frozen(bench, renew, name):
    hypothesis, changes, regimen, threshold, insult = CASES[name]
    path = FOLDER / f"{name}.json"
    if renew:
        p = bench.parameters(hypothesis, **changes)
        found = run(bench, p, regimen, threshold, insult)
        kept = {
            "days": DAYS,
            "parameters": dict(zip(bench.system.parameters, p[0].tolist(), strict=True)),
            "outputs": {n: [float(f"{x:.12g}") for x in v[0]] for n, v in found.items()},
        }
        path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert set(kept["parameters"]) == set(bench.system.parameters), "parameters came or went: renew (see the docstring)"
    assert kept["days"] == DAYS and set(kept["outputs"]) == set(OUTPUTS)
    found = run(bench, np.array([[kept["parameters"][n] for n in bench.system.parameters]]), regimen, threshold, insult)
    for output, values in kept["outputs"].items():
        size = np.abs(values).max()
        np.testing.assert_allclose(found[output][0], values, rtol=1e-6, atol=1e-9 * size + 1e-15, err_msg=output)


def test_every_frozen_file_has_its_case():
    assert {p.stem for p in FOLDER.glob("*.json")} == set(CASES)
