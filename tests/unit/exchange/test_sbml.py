"""The written SBML: clean for libSBML, units that it can check, everything of the model in it."""

import re

import libsbml
import pytest

from hepatica.errors import HepaticaError, InputError
from hepatica.exchange import Run, check, to_sbml
from hepatica.exchange.sources import identifier, keys
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.therapy import Regimen

GIVEN = tuple(Regimen(1e6, infusions=2, duration=0.05).events(70.0, viability=0.9, thawed=True, labelled=True))
FULL = Run(
    given=(*GIVEN, (3.0, "drug", 1.0, 0)),
    crossings={"infection": (2.5, 40.0)},
    end=60.0,
    title="two infusions & a bolus",
)


@pytest.fixture(scope="module")
def text(model):
    return to_sbml(model, FULL)


@pytest.fixture(scope="module")
def read(text):
    document = libsbml.readSBMLFromString(text)
    yield document.getModel()


@pytest.mark.parametrize("without", [(), ("treatments",)], ids=["whole", "without treatments"])
def test_libsbml_finds_no_error_and_no_warning(without):
    model = assemble(MODULES, without=without)
    assert check(to_sbml(model)) == []
    assert check(to_sbml(model, FULL)) == []


WRONG_UNITS = {
    "hvpg_healthy": ("millimeter_Hg", "kilopascal"),
    "crp_healthy": ("milligram_per_deciliter", "gram_per_liter"),
    "albumin_escape": ("per_day", "dimensionless"),
    "rate_1": ("cell_per_day", "cell"),
    "given_1_time": ("day", "dimensionless"),
}


@pytest.mark.parametrize("name", WRONG_UNITS)
def test_a_wrong_unit_is_found(text, name):
    unit, wrong = WRONG_UNITS[name]
    changed = re.sub(rf'(<parameter [^>]*\bid="{name}"[^>]*units=")({unit})"', rf'\g<1>{wrong}"', text)
    assert changed != text
    assert any("Warning 105" in line for line in check(changed))


def test_everything_of_the_model_is_there(model, read):
    assert {s.getId() for s in read.getListOfSpecies()} == set(model.states)
    ids = {p.getId() for p in read.getListOfParameters()}
    assert set(model.parameters) | set(model.quantities) <= ids
    assert {r.getVariable() for r in read.getListOfRules()} == set(model.quantities)
    infused = {row[1] for row in GIVEN}
    assert read.getNumReactions() == len(model.flows) + len(infused)


def test_stoichiometry_is_that_of_the_flows(model, read):
    ways = sorted((f.out_of or "", f.into or "") for f in model.flows)
    found = sorted(
        (
            "".join(s.getSpecies() for s in r.getListOfReactants()),
            "".join(s.getSpecies() for s in r.getListOfProducts()),
        )
        for r in read.getListOfReactions()
        if not r.getId().startswith("flow_infusion_")
    )
    assert found == ways


def test_sources_stand_as_notes_and_identifiers(model, read):
    row = next(p for p in model.parameters.values() if keys(p.entry.cite) and identifier(keys(p.entry.cite)[0]))
    made = read.getParameter(row.name)
    assert (
        row.entry.label.replace("&", "&amp;").replace("<", "&lt;") in made.getNotesString()
        and row.entry.grade in made.getNotesString()
    )
    term = made.getCVTerm(0)
    assert term.getBiologicalQualifierType() == libsbml.BQB_IS_DESCRIBED_BY
    assert term.getResourceURI(0) == identifier(keys(row.entry.cite)[0])
    assert f'module="{row.module}"' in made.getAnnotationString()
    assert "research use" in read.getNotesString()
    described = sum(p.getNumCVTerms() > 0 for p in read.getListOfParameters())
    assert described == sum(any(identifier(k) for k in keys(p.entry.cite)) for p in model.parameters.values()) > 100


def test_the_same_run_is_the_same_text(model, text):
    assert to_sbml(model, FULL) == text


def test_what_is_given_is_events(read):
    assert [e.getId() for e in read.getListOfEvents()] == [
        *(f"given_{k}" for k in range(1, 6)),
        "infection_1",
        "infection_2",
    ]
    times = [read.getParameter(f"given_{k}_time").getValue() for k in range(1, 6)]
    assert times == [0.0, 0.05, 3.0, 7.0, 7.05]
    start, end = (read.getEvent(i).getEventAssignment("infusion_cells_venous") for i in (0, 1))
    assert libsbml.formulaToL3String(end.getMath()).startswith("0")
    rate = read.getParameter(libsbml.formulaToL3String(start.getMath()).strip("plus()").split(",")[0]).getValue()
    assert rate == pytest.approx(1e6 * 70 * 0.9 / 0.05)
    assert {a.getVariable() for a in read.getEvent("infection_1").getListOfEventAssignments()} == {
        "pathogen",
        "antibiotic",
    }


@pytest.mark.parametrize(
    "run",
    [
        Run(parameters={"nope": 1.0}),
        Run(initial={"nope": 1.0}),
        Run(given=((0.0, "nope", 1.0, 0),)),
        Run(crossings={"nope": (1.0,)}),
        Run(given=((-1.0, "gcsf", 1.0, 0),)),
        Run(crossings={"infection": (float("nan"),)}),
    ],
)
def test_what_the_model_lacks_is_refused(model, run):
    with pytest.raises(InputError):
        to_sbml(model, run)


def test_without_libsbml_it_says_what_to_install(model, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "libsbml", None)
    with pytest.raises(HepaticaError, match=r"hepatica\[sbml\]"):
        to_sbml(model)
