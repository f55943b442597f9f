"""Assembly: what fits together, and how a misfit is said."""

import pytest
import sympy as sp

from hepatica.errors import ModelError
from hepatica.model.assemble import in_health

STATE = "[state.{}]\ninitial = 0.0\nscale = 1.0\n"


def row(name, unit="", value=1.0):
    return f'[{name}]\nvalue = {value}\nunit = "{unit}"\nlabel = "l"\nreason = "r"\ngrade = "assumed"\n'


def pool(m):
    x = m.state("x", "mg/dL", "a pool")
    k, source = m.pars("k source")
    m.flow("source", source, into=x)
    m.flow("loss", k * x, out_of=x)


POOL = STATE.format("x") + row("k", "1/day") + row("source", "mg/dL/day")


def test_a_module_becomes_a_model(build):
    model = build((pool, POOL))
    x, k, source = (sp.Symbol(n, real=True) for n in ("x", "k", "source"))
    assert model.rate_of("x") == source - k * x
    assert list(model.states) == ["x"] and list(model.parameters) == ["k", "source"]
    assert model.summary()["problems"] == [] and model.summary()["flows"] == 2


def test_a_table_lacks_a_parameter(build):
    with pytest.raises(ModelError) as error:
        build((pool, STATE.format("x") + row("source", "mg/dL/day")))
    assert str(error.value) == "module 'pool' uses 'k', which pool.toml lacks; add [k] with value, unit and cite"


def test_a_table_lacks_a_state(build):
    with pytest.raises(ModelError, match=r"state 'x', which pool.toml lacks; add \[state.x\]"):
        build((pool, row("k", "1/day") + row("source", "mg/dL/day")))


@pytest.mark.parametrize("extra", [row("spare"), STATE.format("spare")])
def test_a_table_has_a_row_too_many(build, extra):
    with pytest.raises(ModelError, match=r"pool.toml has \[spare\], which the module does not use"):
        build((pool, POOL + extra))


@pytest.mark.parametrize("unit", ["1/hour*kg", "g/L", "mg/dL", ""])
def test_a_flow_of_another_dimension(build, unit):
    with pytest.raises(ModelError, match="module 'pool', flow 'source'"):
        build((pool, POOL.replace('unit = "mg/dL/day"', f'unit = "{unit}"')))


def test_a_flow_of_another_scale(build):
    with pytest.raises(ModelError, match="flow 'source'.*declared"):
        build((pool, POOL.replace('unit = "mg/dL/day"', 'unit = "g/L/day"')))


def test_a_flow_per_hour_is_taken_as_per_day(build):
    model = build((pool, POOL.replace('unit = "mg/dL/day"', 'unit = "mg/dL/hour"')))
    assert model.parameters["source"].value == 24.0


def test_a_ring_of_quantities(build):
    def one(m):
        m.let("a", m.needs("b", "") + 1, "", "a")

    def two(m):
        m.let("b", m.needs("a", "") + 1, "", "b")

    with pytest.raises(ModelError, match="in a ring: a, b"):
        build((one, ""), (two, ""))


def test_quantities_are_put_in_causal_order(build):
    def late(m):
        m.let("b", m.needs("a", "") + 1, "", "b")

    def early(m):
        m.let("a", 1 + m.pars("k")[0], "", "a")

    assert list(build((late, ""), (early, row("k"))).quantities) == ["a", "b"]


def needing(m):
    k = m.needs("k_out", "mg/dL")
    m.let("twice", 2 * k, "mg/dL", "twice")


def giving(m):
    m.let("k_out", m.pars("k")[0], "mg/dL", "given")


def test_a_need_that_nobody_gives(build):
    with pytest.raises(ModelError, match=r"module 'needing' needs 'k_out', which no module gives; .*constants"):
        build((needing, ""))


@pytest.mark.parametrize("unit", ["g/L", "day"])
def test_a_need_in_another_unit(build, unit):
    def other(m):
        m.let("k_out", m.pars("k")[0], unit, "given")

    with pytest.raises(ModelError, match="needs 'k_out' in 'mg/dL', it is given in"):
        build((needing, ""), (other, row("k", unit)))


def test_a_module_off_is_replaced_by_a_constant(build):
    both = build((needing, ""), (giving, row("k", "mg/dL")))
    assert both.constants == {} and both.edges() == [("giving", "needing", "k_out")]
    off = build((needing, ""), (giving, row("k", "mg/dL")), without=["giving"], constants={"k_out": 3.0})
    assert off.modules == ("needing",) and off.constants == {"k_out": 3.0}
    assert off.quantities["k_out"].expr == 3.0 and off.hash != both.hash
    held = build((needing, ""), (giving, row("k", "mg/dL")), without=["giving"])
    assert held.constants == {"k_out": both.parameters["k"].value} == held.summary()["constant"]
    with pytest.raises(ModelError, match="no module gives"):
        build((needing, ""))


@pytest.mark.parametrize("kind", ["state", "quantity", "parameter"])
def test_a_name_of_two_modules(build, kind):
    def declare(m, quantity, parameter):
        if kind == "state":
            m.state("x", "", "x")
        else:
            m.let(quantity, m.pars(parameter)[0], "", "x")

    def one(m):
        declare(m, "x", "k")

    def two(m):
        declare(m, "x" if kind == "quantity" else "y", "k" if kind == "parameter" else "j")

    tables = [STATE.format("x")] * 2 if kind == "state" else [row("k"), row("k" if kind == "parameter" else "j")]
    with pytest.raises(ModelError, match=f"{kind} '[xk]' is declared by 'one' and 'two'"):
        build((one, tables[0]), (two, tables[1]))


def test_a_state_of_one_module_and_a_quantity_of_another(build):
    def one(m):
        m.flow("in", m.pars("k")[0], into=m.state("x", "", "x"))

    def two(m):
        m.let("x", m.pars("j")[0], "", "x")

    with pytest.raises(ModelError, match="'x'"):
        build((one, STATE.format("x") + row("k", "1/day")), (two, row("j")))


def test_a_name_twice_in_one_module(build):
    def twice(m):
        m.let("x", m.pars("k")[0], "", "x")
        m.let("x", m.pars("k")[0], "", "x")

    with pytest.raises(ModelError, match="module 'twice' declares 'x' twice"):
        build((twice, row("k")))


def test_a_parameter_named_as_a_quantity(build):
    def clash(m):
        m.let("k", 2 * m.pars("k")[0], "", "k")

    with pytest.raises(ModelError, match="'k' is both a quantity and a parameter"):
        build((clash, row("k")))


def test_a_flow_without_ends_or_of_a_name_twice(build):
    def loose(m):
        m.flow("f", m.pars("k")[0])

    def double(m):
        x = m.state("x", "", "x")
        m.flow("f", m.pars("k")[0], into=x)
        m.flow("f", m.pars("k")[0], out_of=x)

    for module, table in ((loose, row("k", "1/day")), (double, STATE.format("x") + row("k", "1/day"))):
        with pytest.raises(ModelError, match="flow 'f' is double or has neither"):
            build((module, table))


def test_a_symbol_that_was_not_asked_for(build):
    def sneaky(m):
        m.let("y", m.pars("j")[0] * sp.Symbol("k_out", real=True), "mg/dL", "y")

    with pytest.raises(ModelError, match="'y': uses 'k_out' without needs"):
        build((giving, row("k", "mg/dL")), (sneaky, row("j")))


def test_a_need_in_two_units(build):
    def two(m):
        m.needs("a", "day")
        m.needs("a", "mg/dL")

    with pytest.raises(ModelError, match="needs 'a' in two units"):
        build((two, ""))


def test_an_event_that_adds_another_unit(build):
    def event(m):
        x, h = m.state("x", "mg/dL", "x"), m.state("h", "", "h")
        m.flow("rise", m.pars("k")[0], into=h)
        m.threshold("e", h, {x: m.pars("j")[0]})

    tables = STATE.format("x") + STATE.format("h") + row("k", "1/day")
    assert build((event, tables + row("j", "mg/dL"))).thresholds[0].hazard == "h"
    with pytest.raises(ModelError, match="event 'e'"):
        build((event, tables + row("j", "g/L")))


def test_a_healthy_person_is_the_start_of_the_model(model, reference):
    """Worked out symbol by symbol, against the arrays of a system."""
    health = in_health(model)
    y = reference.healthy(reference.typical())[0]
    assert [health[s] for s in model.states] == pytest.approx(y.tolist(), rel=1e-12)
