"""Twenty silly inputs, each refused in one sentence that names the key, before anything is simulated."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.simulation import Arm, simulate

SETS = {  # what is silly: (options of `hepatica dose`, what the sentence names and says)
    "more cells than a body has": (["dose='1e30 cells/kg'"], "grid.dose: got 1e+30"),
    "a dose in milligrams": (["dose='5 mg'"], "dose: got '5 mg'"),
    "a dose without its unit": (["dose=1e6"], "dose: got"),
    "fewer than no cells": (["dose='-1e6 cells/kg'"], "at least 0"),
    "infusions beyond the horizon": (["infusions=16", "horizon='28 d'"], "infusions that start before the horizon"),
    "a key given twice": (["patients=50", "patients=60"], "each key once"),
    "an unknown hypothesis": (["hypotheses=['cells_fly']"], "hypotheses: got 'cells_fly'"),
    "an unknown treatment": (["together_with=['magic']"], "together_with: got 'magic'"),
    "an unknown population": (["population=nobody"], "population: got 'nobody'"),
    "a population file that is not there": (["population=nothing.toml"], "population: got 'nothing.toml'"),
    "an unknown parameter": (["parameter.nonsense='1 1/day'"], "parameter.nonsense: got '1 1/day'"),
    "a parameter in another dimension": (["parameter.alt_clearance='5 kg'"], "parameter.alt_clearance: got '5 kg'"),
    "a parameter below zero": (["parameter.alt_clearance='-1 1/day'"], "a number of at least 0"),
    "a parameter that the population sets": (["parameter.cirrhosis=0.5"], "set by the population"),
    "a search backwards": (["search.infusions=[16, 1]"], "search.infusions: got [16, 1]"),
    "a viability above one": (["viability=2"], "product.viability: got 2.0"),
    "a route that is none": (["route=nose"], "grid.route: got 'nose'"),
    "a reader that is none": (["verdict.reader=optimist"], "verdict.reader: got 'optimist'"),
}


@pytest.mark.parametrize("changes, says", SETS.values(), ids=SETS)
def test_a_silly_study_is_one_sentence(hepatica, study, changes, says):
    code, out, err = hepatica("dose", study, "--no-report", *(w for c in changes for w in ("--set", c)))
    assert code == 2 and out == "" and len(err.strip().splitlines()) == 1 and says in err, err


def test_times_that_run_backwards_are_one_sentence(system, admitted):
    with pytest.raises(InputError, match="times") as error:
        simulate(system, admitted, [Arm("standard care")], np.array([2.0, 1.0]), outputs=["inr"])
    assert "\n" not in str(error.value)


def test_an_answer_that_is_none_is_one_sentence(hepatica, tmp_path):
    code, _, err = hepatica("report", tmp_path / "nothing")
    assert code == 2 and len(err.strip().splitlines()) == 1 and "answer: got" in err
