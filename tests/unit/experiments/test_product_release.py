"""Release of simulated lots in three worlds, by a surface of known consequence: the rule sees assays only."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from hepatica.manufacturing.clinical.surface import Surface
from hepatica.manufacturing.quality.release.lot import Verdict

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


@pytest.fixture(scope="module")
def lost(script, surface, decided):
    """Losses as simulated patients would have them if the surface were the truth: its draws are the patients."""
    chosen, _ = decided
    potency, viability = script.true_lots()
    factor = np.array([f.factor if f.verdict is Verdict.CONDITIONAL else 1.0 for f in chosen])

    def make(strength):
        def loss(dose):
            points = np.stack([potency, viability / 100, np.ones(script.LOTS), dose], axis=1)
            return surface.loss(points, strength=strength)[0].T  # (lot, draw)

        as_it_is, given = loss(np.ones(script.LOTS)), loss(factor)
        return script.Losses("label_is_cells", as_it_is, given, np.arange(as_it_is.shape[1]))

    return make


@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_the_rule_loses_less_where_potency_is_linked(script, decided, lost, strength):
    ways = {name: x.mean() for name, x in script.by_way(lost(strength), *decided).items()}
    assert ways["the rule"] < min(ways["release all"], ways["reject below 70 %"], ways["by markers"])


def test_without_a_link_it_costs_no_more_than_its_rejected_lots(script, decided, lost):
    ways = {name: x.mean() for name, x in script.by_way(lost(0.0), *decided).items()}
    rejected = np.mean([f.verdict is Verdict.REJECT for f in decided[0]])
    assert ways["the rule"] <= ways["release all"] + script.REJECTION * rejected + 1e-9


def test_the_error_of_a_mean_is_that_between_draws(script):
    values, draw = np.array([1.0, 3.0, 5.0, 7.0]), np.array([0, 0, 1, 1])
    mean, error = script.mean_and_error(values, draw)
    assert mean == 4.0 and error == pytest.approx(np.std([2.0, 6.0], ddof=1) / np.sqrt(2))
