"""Published arms as they are simulated, and why some cannot be."""

import pytest

from hepatica.calibrate.matching import simulated_arm, study_population
from hepatica.evidence import load, load_all
from hepatica.evidence.arms import Arm, CellType
from hepatica.patients import populations


def test_lin_2017_is_its_own_population_and_regimen():
    lin = load("lin2017")
    found = simulated_arm(lin, lin.arm("msc"))
    assert found.populations == (("hbv_aclf", 1.0),) and found.cells
    r = found.given.regimen
    assert (r.infusions, r.interval, r.route, r.per_kg) == (4, 7.0, "peripheral_vein", True)
    assert r.dose == pytest.approx(10**5.5) and found.given.product.source == "bone_marrow"
    assert any("geometric middle" in a for a in found.assumed)
    assert not simulated_arm(lin, lin.arm("smt")).given.regimen.gives_cells


def test_canonic_s_patients_come_by_their_grades():
    p = load("canonic")
    shares = dict(simulated_arm(p, p.arm("aclf")).populations)
    assert sum(shares.values()) == pytest.approx(1.0) and shares["aclf_grade_1"] == pytest.approx(97 / 181, rel=1e-3)


@pytest.mark.parametrize(
    "words, source, route",
    [
        ({"product": "umbilical-cord MSC", "route": "intravenous"}, "umbilical_cord", "peripheral_vein"),
        ({"product": "cord-blood MSC", "route": "hepatic artery"}, "cord_blood", "hepatic_artery"),
        ({"product": "adipose MSC", "route": "portal vein"}, "adipose", "portal_vein"),
        (
            {"product": "liver-derived progenitor cells", "route": "peripheral vein"},
            "liver_progenitor",
            "peripheral_vein",
        ),
        ({"product": "autologous BM-MSC", "route": "intrasplenic"}, "bone_marrow", "intrasplenic"),
    ],
)
def test_words_of_a_product_and_a_route(words, source, route):
    arm = Arm(id="x", label="x", dose_low=1e6, dose_high=1e6, dose_unit="cells/kg", infusions=1, **words)
    found = simulated_arm(load("lin2017"), arm)
    assert (found.given.product.source, found.given.regimen.route) == (source, route)


def test_what_is_not_said_is_assumed_and_told():
    found = simulated_arm(
        load("lin2017"), Arm(id="x", label="cells", dose_low=1e7, dose_high=1e7, dose_unit="cells", infusions=2)
    )
    assert set(found.assumed) == {
        "cells are MSC",
        "cells of bone marrow",
        "peripheral vein",
        "7 days between infusions",
    }


@pytest.mark.parametrize(
    "arm, why",
    [
        (Arm(id="x", label="x", product="bone-marrow MSC"), "its dose is not stated"),
        (
            Arm(id="x", label="x", product="CD34 cells", dose_low=1e6, dose_high=1e6, dose_unit="cells"),
            "its cells are not MSC",
        ),
        (Arm(id="x", label="x", population="none"), "no virtual population is like"),
    ],
)
def test_why_an_arm_cannot_be_predicted(arm, why):
    assert why in simulated_arm(load("lin2017"), arm)


def test_a_disease_in_words_finds_its_population():
    lin = load("lin2017").model_copy(update={"population": ""})
    for disease, key in (
        ("HBV-related acute-on-chronic liver failure", "hbv_aclf"),
        ("severe alcoholic hepatitis", "alcoholic_hepatitis"),
        ("decompensated cirrhosis (HCV)", "decompensated_cirrhosis"),
        ("psoriasis", ""),
    ):
        p = lin.model_copy(update={"disease": disease, "title": "x"})
        assert study_population(p, p.arm("smt")) == key


def test_stated_populations_are_there():
    for p in load_all().values():
        for key in (p.population, *(a.population for a in p.arms)):
            assert key in ("", "none", *populations()), p.key


def test_an_alternative_replaces_what_it_states():
    lin = load("lin2017")
    other = lin.alternatives[0].of(lin.arm("msc"))
    assert (other.dose_low, other.dose_high, other.infusions) == (1e6, 1e7, 4)


def test_the_product_decides_and_never_the_label():
    """An arm whose label speaks of MSC was given what its product says."""
    lin = load("lin2017")
    given = lin.arm("msc")
    called = given.model_copy(update={"product": "bone-marrow mononuclear cells", "label": "umbilical-cord MSC"})
    assert "its cells are not MSC but mononuclear" in simulated_arm(lin, called)
    renamed = given.model_copy(update={"label": "mononuclear cells of cord"})
    assert simulated_arm(lin, renamed).given.product.source == "bone_marrow"


@pytest.mark.parametrize("word", ["MSC", "mononuclear cells", "CD34 cells", "cells with MSC and mononuclear cells", ""])
def test_stated_cells_are_what_they_are_whatever_the_words(word):
    """Every word of the product and the label is another, and the simulated arm is the same."""
    lin = load("lin2017")
    fields = {"cell_type": CellType.MSC, "source": "adipose", "product": word, "label": word, "id": "x"}
    made = simulated_arm(lin, lin.arm("msc").model_copy(update=fields))
    assert made.given.product.source == "adipose" and made.given.regimen.dose == pytest.approx(10**5.5)
    other = simulated_arm(lin, lin.arm("msc").model_copy(update=fields | {"cell_type": CellType.OTHER}))
    assert other == "its cells are not MSC"


def test_the_word_msc_makes_no_msc_of_other_cells():
    lin = load("lin2017")
    for words in (
        "bone-marrow mononuclear cells with MSC",
        "CD133 cells and MSC",
        "stromal vascular fraction with MSC",
    ):
        assert "its cells are not MSC" in simulated_arm(lin, lin.arm("msc").model_copy(update={"product": words}))


def test_mononuclear_cells_count_by_their_share_of_msc():
    lin = load("lin2017")
    fields = {
        "cell_type": CellType.MONONUCLEAR,
        "msc_share": 1e-4,
        "dose_low": 1e9,
        "dose_high": 1e9,
        "dose_unit": "cells",
    }
    made = simulated_arm(lin, lin.arm("msc").model_copy(update=fields))
    assert made.given.regimen.dose == pytest.approx(1e5) and "0.01 percent of its cells are MSC" in made.assumed[0]


def test_hepatocyte_progenitors_are_a_source_of_their_own():
    lin = load("lin2017")
    fields = {"cell_type": CellType.HEPATOCYTE_PROGENITOR, "product": "HepaX"}
    assert simulated_arm(lin, lin.arm("msc").model_copy(update=fields)).given.product.source == "liver_progenitor"
    wrong = lin.arm("msc").model_copy(update={"source": "moon"})
    assert "there is no source of cells 'moon'" in simulated_arm(lin, wrong)


def test_what_everybody_was_given_is_a_field():
    lin = load("lin2017").model_copy(update={"background_treatments": ("antiviral",)})
    arm = lin.arm("smt").model_copy(update={"co_treatment": "no corticosteroid", "treatments": ()})
    assert simulated_arm(lin, arm).given.together_with == ("antiviral",)
    read = lin.arm("smt").model_copy(update={"co_treatment": "plasma exchange"})
    assert simulated_arm(lin, read).given.together_with == ("antiviral", "plasma_exchange")
    unknown = lin.arm("smt").model_copy(update={"treatments": ("prayer",)})
    assert "there is no treatment 'prayer'" in simulated_arm(lin, unknown)
    odd = simulated_arm(load("lin2017"), lin.arm("smt").model_copy(update={"co_treatment": "rest in bed"}))
    assert odd.assumed == ("'rest in bed' beside is not simulated",)


def test_a_publication_names_a_mixture_for_all_arms_and_an_arm_its_own():
    lin = load("lin2017").model_copy(update={"population": "", "mixture": {"hbv_aclf": 0.75, "aclf_grade_2": 0.25}})
    both = dict(simulated_arm(lin, lin.arm("smt")).populations)
    assert both == pytest.approx({"hbv_aclf": 0.75, "aclf_grade_2": 0.25})
    own = lin.arm("smt").model_copy(update={"population": "hbv_aclf"})
    assert simulated_arm(lin, own).populations == (("hbv_aclf", 1.0),)
    lost = lin.model_copy(update={"mixture": {"moon": 1.0}})
    assert simulated_arm(lost, lost.arm("smt")) == "there is no virtual population 'moon'"
