"""Harms: each probability against a naive second computation, and one declaration that reaches every place."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

import hepatica
from hepatica.dosing import HARMS, Utility, decide
from hepatica.dosing.harms import from_hazard, from_intensity, from_procedure, infected
from hepatica.dosing.utility import OUTPUTS
from hepatica.report.dose.sentences import harm as harm_sentences
from hepatica.report.dose.window import rows_of
from hepatica.simulation import Arm
from hepatica.study import Study, check_study
from hepatica.therapy import Regimen

EACH = pytest.mark.parametrize("harm", HARMS, ids=lambda h: h.name)
DIMS = ("arm", "patient", "time")


def test_names_are_unique_and_in_the_order_of_reports():
    assert [h.name for h in HARMS] == ["thrombosis", "reaction", "infection", "procedure", "bleeding", "tumour"]


def test_losses_and_limits_are_those_that_were_stated():
    """A harm that is costed has no limit besides."""
    stated = {h.name: (h.loss, h.limit) for h in HARMS}
    inf = float("inf")
    assert stated == {
        "thrombosis": (10.0, inf),
        "reaction": (0.5, inf),
        "infection": (0.0, inf),
        "procedure": (15.0, inf),
        "bleeding": (0.0, inf),
        "tumour": (0.0, inf),
    }


@EACH
def test_a_harm_is_complete(harm):
    assert harm.loss >= 0 and harm.limit > 0 and harm.reason.endswith(".")
    assert harm.label["en"] and any("\u4e00" <= c <= "\u9fff" for c in harm.label["zh"])
    assert set(harm.outputs) <= set(OUTPUTS)


def test_a_hazard_is_that_of_the_last_time():
    ds = xr.Dataset({"h": (DIMS, np.array([[[0.0, 0.2, 0.7]], [[0.0, 0.0, 0.0]]]))})
    np.testing.assert_allclose(from_hazard(ds, [], hazard="h"), [[1 - np.exp(-0.7)], [0.0]], rtol=1e-15)


def test_an_intensity_competes_with_death_and_transplant():
    time = np.linspace(0.0, 50.0, 2001)
    rates = {"x": 0.02, "death_intensity": 0.03, "transplant_intensity": 0.01}
    ds = xr.Dataset({n: (DIMS, np.full((1, 1, len(time)), r)) for n, r in rates.items()}, {"time": time})
    total = sum(rates.values())
    expected = rates["x"] / total * (1 - np.exp(-total * 50.0))
    np.testing.assert_allclose(from_intensity(ds, [], intensity="x"), [[expected]], rtol=1e-9)


def test_an_infection_has_happened_or_not_unless_the_solve_failed():
    time = np.array([[[3.0, 9.0], [np.inf, np.inf], [np.nan, np.nan], [1.0, np.inf]]])
    status = np.array([[0, 0, 0, 2]])
    ds = xr.Dataset({"infection_time": (("arm", "patient", "infection"), time), "status": (("arm", "patient"), status)})
    np.testing.assert_array_equal(infected(ds, []), [[1.0, 0.0, 0.0, np.nan]])


def test_a_puncture_after_the_horizon_harms_nobody(courses):
    ds = courses([[0.0]] * 3)
    arms = [
        Arm("all", Regimen(1e6, infusions=3, interval=60.0, route="portal_vein")),
        Arm("one", Regimen(1e6, infusions=1, route="portal_vein")),
        Arm("none", Regimen(0.0, infusions=3, route="portal_vein")),
    ]
    risk = from_procedure(ds, arms)
    assert (risk[2] == 0).all() and (risk[1] > 0).all()
    np.testing.assert_allclose(1 - risk[0], (1 - risk[1]) ** 3, rtol=1e-12)
    at_the_end = from_procedure(ds, [Arm("x", Regimen(1e6, infusions=2, interval=180.0, route="portal_vein"))] * 3)
    np.testing.assert_allclose(at_the_end[0], risk[1])  # the infusion on the last day has no time to act


@pytest.fixture(scope="module")
def decision(cohort, grid, courses):
    ds = courses(np.full((7, 1), 0.004), thrombosis=np.linspace(0.0, 0.1, 7), reaction=np.linspace(0, 0.2, 7))
    return decide([ds], grid, Utility(), cohort)


@EACH
def test_a_harm_is_in_decision_table_report_and_schema(harm, decision):
    frame = decision.frame()
    assert {f"excess_{harm.name}", f"excess_{harm.name}_low", f"excess_{harm.name}_high"} <= set(frame)
    study = check_study({"title": "t", "grid": {"dose": ["1e6 cells/kg"]}, "utility": {"loss": {harm.name: "3 d"}}})
    assert study.utility.utility().harm(harm.name).loss == 3.0
    assert f'"{harm.name}"' in json.dumps(Study.model_json_schema())
    answer = SimpleNamespace(study=study, decision=decision)
    shown = decision.arms[decision.top].regimen.gives_cells
    for lang in ("en", "zh"):
        assert not shown or harm.label[lang] in harm_sentences(answer, lang)[0]


def test_panels_are_those_of_harms_with_a_cost_or_a_limit_that_occur(decision):
    rows = rows_of(decision.frame(), HARMS)
    assert [r[0] for r in rows] == ["gain", "survival_gain", "excess_thrombosis", "excess_reaction"]


ADDED = """    Harm(
        name="fever",
        label={"en": "high fever", "zh": "高热"},
        loss=2.0,
        limit=0.2,
        reason="A test.",
        probability=partial(from_hazard, hazard="reaction_hazard"),
        outputs=("reaction_hazard",),
    ),
)
"""
CHECK = """
import json
from types import SimpleNamespace
import numpy as np
import xarray as xr
from hepatica.dosing import Utility, decide
from hepatica.dosing.utility import OUTPUTS
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.patients import Cohort, load_population
from hepatica.report.dose import appendix, sentences, window
from hepatica.study import Study, check_study
study = check_study({"title": "t", "grid": {"dose": ["1e6 cells/kg"]},
                     "utility": {"loss": {"fever": "1 d"}, "limit": {"fever": 0.3}}})
utility = study.utility.utility()
assert (utility.harm("fever").loss, utility.harm("fever").limit) == (1.0, 0.3)
assert '"fever"' in json.dumps(Study.model_json_schema())
n, times = 80, np.array([0.0, 90.0, 180.0])
cohort = Cohort(assemble(MODULES), load_population("hbv_aclf"), 1, np.arange(n), np.arange(n) % 40)
shape = (2, n, 3)
values = {o: np.full(shape, 1.0 if "intensity" not in o and "hazard" not in o else 0.0) for o in OUTPUTS}
values["death_intensity"] = np.full(shape, 0.004) * np.array([1.0, 0.2])[:, None, None]
values["reaction_hazard"] = np.array([0.0, 0.1])[:, None, None] * times / 180.0 + np.zeros(shape)
ds = xr.Dataset({k: (("arm", "patient", "time"), v) for k, v in values.items()},
                {"time": times, "draw": ("patient", cohort.draw)}, {"seed": 1, "hypothesis": "label_is_cells"})
ds["infection_time"] = (("arm", "patient", "infection"), np.full((2, n, 8), np.nan))
ds["status"] = (("arm", "patient"), np.zeros((2, n), int))
decision = decide([ds], study.arms(), utility, cohort)
frame = decision.frame()
assert abs(frame["excess_fever"].iloc[1] - (1 - np.exp(-0.1))) < 1e-12
assert "excess_fever" in json.loads(frame.to_json(orient="records"))[1]
answer = SimpleNamespace(study=study, decision=decision)
for lang, label in (("en", "high fever"), ("zh", "高热")):
    assert label in sentences.harm(answer, lang)[0] and label in appendix._harms(answer, lang)
assert "excess_fever" in [row[0] for row in window.rows_of(frame, utility.harms)]
"""


def test_a_harm_is_added_by_one_entry(tmp_path):
    copy = tmp_path / "hepatica"
    shutil.copytree(Path(hepatica.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    file = copy / "dosing/harms.py"
    text = file.read_text(encoding="utf-8")
    assert text.endswith("    ),\n)\n")
    file.write_text(text.removesuffix(")\n") + ADDED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", CHECK], env={"PYTHONPATH": str(tmp_path), "PATH": ""}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
