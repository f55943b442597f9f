"""Release of simulated lots in three worlds, by a surface of known consequence: the rule sees assays only."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from hepatica.manufacturing.clinical.surface import Surface

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("product_release", ROOT / "experiments/product_release.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.LOTS = 40
    return module


@pytest.fixture(scope="module")
def surface():
    acting = np.zeros((2, 4, 11))
    acting[0, :, 0], acting[1, :, 0] = 4.0, 3.0
    acting[:, :, 1] = -0.5
    none = np.zeros_like(acting)
    return Surface(
        hypotheses=("label_is_cells", "lung_only"), acting=acting, inert=none, clotting=none, raw_acting=0.01 * acting,
        raw_inert=none, null_probability=np.full(2, 0.05), gain=np.array([9.0, 8.0]), fit_error=np.zeros(2),
        viability=0.9, regimen="1e6/kg once", patients=8, failed=0,
    )  # fmt: skip


@pytest.fixture(scope="module")
def decided(script, surface):
    return script.decide(surface, *script.true_lots())


@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_the_rule_loses_less_where_potency_is_linked(script, surface, decided, strength):
    row = script.losses(surface, strength, decided)
    assert row["rule"] < min(row["release all"], row["viability 70 %"], row["markers"])


def test_without_a_link_it_costs_no_more_than_its_rejected_lots(script, surface, decided):
    row = script.losses(surface, 0.0, decided)
    assert row["rule"] <= row["release all"] + script.REJECTION * row["rejected"] + 1e-9
