"""The written SBML: clean for libSBML, units that it can check, everything of the model in it."""

import re
import zipfile
from xml.etree import ElementTree

import libsbml
import numpy as np
import pytest
import sympy as sp

from hepatica.errors import HepaticaError, InputError
from hepatica.exchange import Run, check, to_sbml, write_omex
from hepatica.exchange import mathml as ml
from hepatica.exchange import sbml as sbml_module
from hepatica.exchange.schedule import schedule
from hepatica.exchange.sources import identifier, keys
from hepatica.exchange.units import define
from hepatica.model.assemble import assemble
from hepatica.model.dimensions import measure
from hepatica.model.functions import hill, pos
from hepatica.model.modules import MODULES
from hepatica.therapy import Regimen

GIVEN = tuple(Regimen(1e6, infusions=2, duration=0.05).events(70.0, viability=0.9, thawed=True, labelled=True))
FULL = Run(
    given=(*GIVEN, (3.0, "drug", 1.0, 0)),
    crossings={"infection": (2.5, 40.0)},
    end=60.0,
    title="two infusions & a bolus",
)
SI = {
    "gram": ("gram", 1.0),
    "litre": ("liter", 1.0),
    "mole": ("mole", 1.0),
    "second": ("second", 1.0),
    "pascal": ("pascal", 1.0),
    "metre": ("meter", 1.0),
    "item": ("cell", 1.0),
    "dimensionless": ("", 1.0),
}


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


@pytest.mark.parametrize(
    ("name", "unit", "wrong"),
    [
        ("hvpg_healthy", "millimeter_Hg", "kilopascal"),
        ("crp_healthy", "milligram_per_deciliter", "gram_per_liter"),
        ("albumin_escape", "per_day", "dimensionless"),
        ("rate_1", "cell_per_day", "cell"),
        ("given_1_time", "day", "dimensionless"),
    ],
)
def test_a_wrong_unit_is_found(text, name, unit, wrong):
    changed = re.sub(rf'(<parameter [^>]*\bid="{name}"[^>]*units=")({unit})"', rf'\g<1>{wrong}"', text)
    assert changed != text
    assert any("Warning 105" in line for line in check(changed))


def test_every_unit_means_what_it_means_in_the_model(model):
    """Multiplied out by hand; U apart, which stands for an amount of enzyme."""
    for item in (*model.states.values(), *model.quantities.values(), *model.parameters.values()):
        if re.search(r"\bU\b", item.unit):
            continue
        found = measure("")
        for f in define(item.unit).factors:
            kind = SI[f.kind][0]
            found = found * type(found)(measure(kind).scale * f.multiplier, measure(kind).dims) ** f.exponent
        assert found.same(measure(item.unit)), (item.name, item.unit, define(item.unit))


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


def test_overlapping_infusions_add_up_and_end_at_exactly_zero():
    found = schedule([(0.0, "gcsf", 0.1, 1), (1.0, "gcsf", 0.2, 1), (2.0, "gcsf", -0.1, 1), (3.0, "gcsf", -0.2, 1)])
    assert [m.rates["gcsf"] for m in found.moments] == [["rate_1"], ["rate_1", "rate_2"], ["rate_2"], []]


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
        sbml_module.to_sbml(model)


def value(text, **at):
    """A MathML expression, worked out here: `max` and the rest of what the printer uses."""
    fold = {
        "plus": sum,
        "times": np.prod,
        "max": max,
        "exp": lambda a: np.exp(a[0]),
        "ln": lambda a: np.log(a[0]),
        "tanh": lambda a: np.tanh(a[0]),
        "power": lambda a: a[0] ** a[1],
        "divide": lambda a: a[0] / a[1],
        "minus": lambda a: -a[0] if len(a) == 1 else a[0] - a[1],
    }

    def of(node):
        tag = node.tag.split("}")[-1]
        if tag == "ci":
            return at[node.text]
        if tag == "cn":
            return float(node.text) * 10 ** float(node[0].tail) if len(node) else float(node.text)
        return float(fold[node[0].tag.split("}")[-1]]([of(child) for child in node[1:]]))

    return of(ElementTree.fromstring(f"{ml.OPEN}{text}</math>")[0])


X, Y, N = sp.symbols("x y n", real=True)


@pytest.mark.parametrize(
    "expr",
    [
        X - Y,
        -X - Y,
        -(X * Y),
        X / Y,
        X / (Y * N),
        1 / X,
        X**-N,
        X**2 / Y ** sp.Rational(1, 2),
        sp.exp(-X) * sp.log(Y),
        sp.tanh(X / 2),
        2 * X - 3 * Y + N,
        -2 * (X + Y) / (N * X),
        sp.Float(1.5e-12) * X,
        X ** (Y + N),
        (1 - X) ** N,
        -(X**2),
    ],
    ids=str,
)
def test_printed_expressions_keep_their_value(expr):
    at = {"x": 0.7, "y": 2.3, "n": 3.0}
    assert value(ml.content(expr), **at) == pytest.approx(float(expr.subs({X: 0.7, Y: 2.3, N: 3.0})), rel=1e-14)


@pytest.mark.parametrize("x", [-2.0, -1e-9, 0.0, 1e-9, 0.4, 3.0, 1e4])
def test_smooth_functions_are_safe_below_zero(x):
    assert value(ml.content(pos(X, Y)), x=x, y=0.5) == pytest.approx(float(pos(sp.Float(x), sp.Float(0.5))), rel=1e-14)
    assert value(ml.content(hill(X, Y, N)), x=x, y=0.5, n=2.5) == pytest.approx(
        float(hill(sp.Float(x), sp.Float(0.5), sp.Float(2.5))), rel=1e-13
    )


def test_the_archive_is_repeatable_and_lists_what_it_holds(model, tmp_path):
    one, two = tmp_path / "a.omex", tmp_path / "b.omex"
    for path in (one, two):
        write_omex(path, model, FULL)
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    listed = {e.get("location").removeprefix("./") for e in ElementTree.fromstring(parts["manifest.xml"])}
    assert listed == {".", *parts}
    assert parts["model.xml"] == to_sbml(model, FULL)
    assert "two infusions &amp; a bolus" in parts["simulation.sedml"] and "research use" in parts["metadata.rdf"]
    course = ElementTree.fromstring(parts["simulation.sedml"])
    targets = re.findall(r"@id='(\w+)'", " ".join(v.get("target", "") for v in course.iterfind(".//{*}variable")))
    assert set(model.states) <= set(targets)
