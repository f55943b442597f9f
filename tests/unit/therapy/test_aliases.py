"""Aliases: the longest counts; and a section of a table is all that a new route, source, treatment or population needs."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import hepatica
from hepatica.therapy import ROUTES, SOURCES, TREATMENTS, matched


def names(text, rows):
    return matched(text, {n: r.aliases for n, r in rows.items()})


@pytest.mark.parametrize(
    "text, first",
    [
        ("Intravenous", "peripheral_vein"),
        ("portal vein", "portal_vein"),
        ("via the hepatic artery", "hepatic_artery"),
        ("intra-arterial", "hepatic_artery"),
        ("intrasplenic", "intrasplenic"),
        ("iv", "peripheral_vein"),
    ],
)
def test_routes_of_publications(text, first):
    assert names(text, ROUTES)[0] == first


def test_the_longest_alias_counts_and_equal_ones_by_their_order():
    assert matched("abc", {"a": ["a"], "ab": ["ab"], "b": ["b"]}) == ("ab", "a", "b")
    assert matched("xyz", {"a": ["a"]}) == matched("", {"a": ["a"]}) == ()
    assert matched("abc", {"none": []}) == ()


def test_sources_and_treatments():
    assert names("umbilical cord blood MSC", SOURCES)[0] == "cord_blood"
    assert set(names("methylprednisolone, plasma exchange", TREATMENTS)) == {"corticosteroid", "plasma_exchange"}


ROUTE = """
[omental_vein]
en = "omental vein"
zh = "网膜静脉"
aliases = ["omental"]
viable_into = { cells_portal = 1.0 }
dead_into = "cells_dying"
label_into = "label_liver"
shares = "A test."
[omental_vein.procedure_risk]
value = 0.1
unit = ""
label = "serious complication of the procedure, per infusion"
grade = "assumed"
reason = "A test."
[omental_vein.highest_given]
value = 1000000.0
unit = "cell/kg"
label = "highest dose given in one infusion"
grade = "assumed"
reason = "A test."
"""
SOURCE = '\n[tooth_pulp]\nen = "dental pulp"\nzh = "牙髓"\naliases = ["dental pulp"]\n' + "".join(
    f'[tooth_pulp.{f}]\nvalue = 1.5\nunit = ""\nlabel = "a test"\ngrade = "assumed"\nreason = "A test."\n'
    for f in ("growth", "immune", "vegf", "tgf", "mmp", "il6", "tissue_factor")
)
TREATMENT = '\n[terlipressin]\nen = "terlipressin"\nzh = "特利加压素"\naliases = ["terlipressin"]\n'
TREATMENT += 'sets = { albumin_infused = 0.1 }\nsource = "A test."\n'
CHECK = """
from hepatica.calibrate.matching import simulated_arm, study_population
from hepatica.evidence import load
from hepatica.evidence.arms import Arm
from hepatica.patients import load_population, populations
from hepatica.report import names
from hepatica.study import check_study
lin = load("lin2017")
given = {"dose_low": 1e6, "dose_high": 1e6, "dose_unit": "cells/kg", "infusions": 1}
arm = Arm(id="x", label="x", product="dental-pulp MSC", route="omental vein", co_treatment="terlipressin", **given)
found = simulated_arm(lin, arm).given
assert (found.regimen.route, found.product.source, found.together_with) == ("omental_vein", "tooth_pulp", ("terlipressin",))
assert found.product.multipliers()["source_growth"] == 1.5
assert names.route("omental_vein", "zh") == "网膜静脉" and names.arm_name(found, "zh").endswith("网膜静脉")
study = check_study({"title": "t", "population": "wilson", "together_with": ["terlipressin"],
                     "product": {"source": "tooth_pulp"}, "grid": {"dose": ["1e6 cells/kg"], "route": ["omental_vein"]}})
assert study.arms()[1].regimen.label == "1e6/kg x4 q7d omental vein"
assert "wilson" in populations() and load_population("wilson").title_zh == "肝豆状核变性"
assert study_population(lin.model_copy(update={"population": "", "disease": "Wilson disease"}), lin.arm("smt")) == "wilson"
"""


def test_each_is_added_by_one_section(tmp_path):
    copy = tmp_path / "hepatica"
    shutil.copytree(Path(hepatica.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in (("routes", ROUTE), ("sources", SOURCE), ("treatments", TREATMENT)):
        with (copy / "therapy" / f"{name}.toml").open("a", encoding="utf-8") as file:
            file.write(text)
    (copy / "patients/populations/wilson.toml").write_text(
        'key = "wilson"\nlike = "hbv_aclf"\ntitle = "Wilson disease"\ntitle_zh = "肝豆状核变性"\n'
        'aliases = { order = 0, any = ["wilson disease"] }\n',
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-c", CHECK], env={"PYTHONPATH": str(tmp_path), "PATH": ""}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
