"""The modules that ship: sources known, no number in the code, a spike on every efficacy, one flow each."""

import ast
from importlib.resources import files

import pytest

from hepatica.engine import System
from hepatica.errors import ModelError
from hepatica.evidence import references
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.model.parameters import read_table
from hepatica.patients import load_population, populations
from hepatica.study import HYPOTHESES
from hepatica.therapy import ROUTES, SOURCES
from hepatica.therapy.product import HANDLING

NAMES = [m.__name__ for m in MODULES]
FOLDER = files("hepatica.model.modules")


def cited(text):
    return [part.split(",")[0].strip() for part in text.split(";")] if text else []


def entries():
    for module in NAMES:
        for name, parameter in read_table(module).parameters.items():
            yield f"{module}.{name}", parameter.entry
    for route in ROUTES.values():
        yield f"routes.{route.name}.procedure_risk", route.procedure_risk
        yield f"routes.{route.name}.highest_given", route.highest_given
    for source, table in (*((n, s.factors) for n, s in SOURCES.items()), ("handling", HANDLING)):
        for name, entry in table.items():
            yield f"sources.{source}.{name}", entry


@pytest.mark.parametrize("name", NAMES)
def test_the_list_is_complete_and_each_module_has_its_table(name):
    assert {p.name.removesuffix(".py") for p in FOLDER.iterdir() if p.name.endswith(".py")} - {"__init__"} == set(NAMES)
    assert (FOLDER / f"{name}.toml").is_file()


def test_every_source_is_in_the_references():
    known = references()
    missing = [
        (where, key)
        for where, entry in entries()
        for text in (entry.cite, *(a.cite for a in entry.under.values()))
        for key in cited(text)
        if key not in known
    ]
    assert missing == []


def test_every_flow_cites_a_known_work(model):
    assert [f.name for f in model.flows for key in cited(f.cite) if key not in references()] == []


@pytest.mark.parametrize("key", populations())
def test_every_covariate_of_a_population_cites_a_known_work(key):
    assert [n for n, c in load_population(key).covariate.items() for k in cited(c.cite) if k not in references()] == []


def test_every_row_says_where_its_number_is_from():
    assert [w for w, e in entries() if not (e.cite or e.reason) or not e.label] == []
    assert [w for w, e in entries() if e.cite and "," not in e.cite] == [], "say the place in the work, too"


def test_every_efficacy_may_be_exactly_nothing(model):
    names = [n for n in model.parameters if n.startswith("efficacy_")] + [
        "efferocytosis_weight",
        "secretion_works",
        "clot_cells",
    ]
    assert len(names) >= 9
    for name in names:
        prior = model.parameters[name].entry.prior
        assert prior.kind == "spike" and prior.weight >= 0.2, name
        assert model.parameters[name].entry.between.kind == "fixed", "patients may not undo the spike"


def test_no_efficacy_was_fitted():
    for key in populations():
        assert not [
            n
            for n in load_population(key).fitted
            if n.startswith("effic") or n in ("efferocytosis_weight", "secretion_works")
        ]


@pytest.mark.parametrize("name", NAMES)
def test_no_number_stands_in_a_module(name):
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    found = [
        (n.lineno, n.value)
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant)
        and isinstance(n.value, (int, float))
        and not isinstance(n.value, bool)
        and n.value not in (0, 1, 2, 3, 4)
    ]
    assert found == []


@pytest.mark.parametrize("name", NAMES)
def test_modules_do_not_import_each_other(name):
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    imported = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)} | {
        a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names
    }
    assert imported <= {"hepatica.model.functions", "hepatica.model.lang", "__future__", "typing"}


def test_the_hypotheses_of_tables_are_those_of_studies(model):
    assert set(model.hypotheses) <= set(HYPOTHESES)
    changed = [n for n, p in model.parameters.items() if p.entry.under]
    assert len(changed) >= 5


def test_routes_dose_states_that_may_be_dosed(model):
    for route in ROUTES.values():
        for state in (*dict(route.viable_into), route.dead_into, route.label_into):
            assert model.states[state].dosed and model.states[state].unit == "cell"
        assert sum(share for _, share in route.viable_into) == pytest.approx(1.0)


def test_every_state_moves_and_every_parameter_is_used(model):
    used = set()
    for f in model.flows:
        used |= {s.name for s in f.expr.free_symbols}
    for q in model.quantities.values():
        used |= {s.name for s in q.expr.free_symbols}
    for t in model.thresholds:
        used |= {s.name for _, e in t.adds for s in e.free_symbols}
    read_at_admission = {"female", "onset"}
    assert set(model.parameters) - used - read_at_admission == set()
    assert {s for s in model.states if model.rate_of(s) == 0} == set()


def test_summary_counts(model):
    summary = model.summary()
    assert summary["problems"] == [] and summary["modules"] == NAMES
    assert sum(summary["grades"].values()) == summary["parameters"] == len(model.parameters)
    assert summary["flows"] == len(model.flows) >= len(model.states)


def test_the_whole_is_reproducible(model):
    again = assemble(MODULES)
    assert again.hash == model.hash and list(again.quantities) == list(model.quantities)


@pytest.mark.parametrize("name", NAMES)
def test_a_module_can_be_switched_off(model, name):
    """The others still assemble, and what they needed of it is held as in health and said."""
    rest = assemble(MODULES, without=[name])
    gone = {s for s, v in model.states.items() if v.module == name} | {
        q for q, v in model.quantities.items() if v.module == name
    }
    needed = {n for m, names in model.needs.items() if m != name for n in names} & gone
    assert set(rest.constants) == needed and rest.summary()["constant"] == rest.constants
    assert not gone & set(rest.states) and name not in rest.modules


@pytest.mark.parametrize("name", NAMES)
def test_a_module_alone_rests_in_health(make_bench, name):
    alone = make_bench(System(assemble(MODULES, without=[n for n in NAMES if n != name]), "reference"))
    if not alone.system.states:
        assert alone.system.model.quantities
        return
    p = alone.parameters()
    y = alone.system.healthy(p)
    counted = {"thrombosis_hazard", "reaction_hazard", *(t.hazard for t in alone.system.model.thresholds)}
    names = [s for s in alone.system.states if s not in counted]
    found = alone.follow(p, y, [100.0], names) if names else {}
    for s in names:
        k = alone.system.states.index(s)
        assert abs(found[s][0, 0] - y[0, k]) <= 1e-6 * alone.system.scale[k], s


def test_refuses_to_switch_off_what_is_not_there():
    with pytest.raises(ModelError, match="'liver'"):
        assemble(MODULES, without=["liver"])
