"""Table of MCP-Mod: each shape with its guesses, doses as shares of the largest, and what is refused."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.confirmatory.mcp_mod import models
from hepatica.trials.definition.mcp_mod_table import GUESSES, CandidateShape, ShapeName

FIVE = [{"name": "care"}, *({"name": d, "dose": f"{d} cells/kg"} for d in ("1e5", "5e5", "1e6", "2e6"))]
EMAX = {"shape": "emax", "ed50": "5e5 cells/kg"}
GIVEN = {
    ShapeName.LINEAR: ({}, models.Linear()),
    ShapeName.LINEAR_IN_LOG: ({"offset": "1e5 cells/kg"}, models.LinLog(0.05)),
    ShapeName.EMAX: ({"ed50": "5e5 cells/kg"}, models.Emax(0.25)),
    ShapeName.SIGMOID_EMAX: ({"ed50": "1e6 cells/kg", "hill": 3}, models.SigEmax(0.5, 3.0)),
    ShapeName.EXPONENTIAL: ({"delta": "1e6 cells/kg"}, models.Exponential(0.5)),
    ShapeName.QUADRATIC: ({"bend": -0.4}, models.Quadratic(-0.4)),
    ShapeName.LOGISTIC: ({"ed50": "1e6 cells/kg", "delta": "2e5 cells/kg"}, models.Logistic(0.5, 0.1)),
    ShapeName.BETA: ({"delta1": 0.5, "delta2": 0.8, "scale": "3e6 cells/kg"}, models.BetaMod(0.5, 0.8, 1.5)),
}


@pytest.mark.parametrize("shape", list(ShapeName))
def test_each_shape_becomes_its_candidate(make_trial, shape):
    guesses, model = GIVEN[shape]
    own = CandidateShape(shape=shape, **guesses)
    x = np.linspace(0, 1, 5)
    assert own.candidate(2e6).shape(x) == pytest.approx(model.shape(x))
    trial = make_trial(arm=FIVE, mcp_mod={"model": [{"shape": shape.value} | guesses], "effect": 0.2})
    assert trial.adaptive == "mcp_mod" and trial.mcp_mod.model[0] == own
    for name in GUESSES[shape]:
        with pytest.raises(InputError, match=name):
            CandidateShape(shape=shape, **{k: v for k, v in guesses.items() if k != name})


def test_scale_and_offset_have_usual_values():
    assert CandidateShape(shape="beta", delta1=1, delta2=1).candidate(1e6) == models.BetaMod(1.0, 1.0, 1.2)
    assert CandidateShape(shape="linear_in_log").candidate(1e6) == models.LinLog(0.01)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"model": [EMAX | {"hill": 2}]}, "none for shape"),
        ({"model": [{"shape": "quadratic", "bend": 0.0}]}, "other than 0"),
        ({"model": [{"shape": "emax", "ed50": "5e5 cells"}]}, "unit of the arms"),
        ({"model": [{"shape": "beta", "delta1": 1, "delta2": 1, "scale": "2e6 cells/kg"}]}, "above the largest"),
        ({"arm": FIVE[1:]}, "control without cells"),
        ({"arm": [FIVE[0], *FIVE[:0:-1]]}, "increase"),
        ({"arm": [*FIVE[:4], FIVE[4] | {"infusions": 2}]}, "dose alone"),
        ({"arm": FIVE[:3], "model": [{"shape": "sigmoid_emax", "ed50": "1e5 cells/kg", "hill": 2}]}, "3 parameters"),
        ({"endpoint": [{"name": "x", "kind": "survival", "method": "max_combo"}]}, "log-rank"),
        ({"look": [{"fraction": 0.5}]}, "none beside"),
    ],
)
def test_misfits_are_refused(make_trial, changes, word):
    outer = {k: v for k, v in changes.items() if k != "model"}
    with pytest.raises(InputError, match=word):
        make_trial(**{"arm": FIVE} | outer, mcp_mod={"model": changes.get("model", [EMAX]), "effect": 0.2})
