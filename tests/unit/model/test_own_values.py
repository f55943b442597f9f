"""Own parameter values: fixed, in the table's unit, within range; and every misuse in one sentence."""

import pytest

from hepatica.errors import InputError
from hepatica.model.own_values import own_values, with_values


def test_a_value_is_converted_and_marked(model):
    changed = with_values(model, {"flare_kill": "0.002 1/h"})
    p, shipped = changed.parameters["flare_kill"], model.parameters["flare_kill"]
    assert p.value == pytest.approx(0.048) and p.replaced == shipped.entry
    assert not p.entry.prior.varies and p.entry.between == shipped.entry.between
    assert p.under("lung_only") == p.value and "user" in p.entry.reason
    assert [q.name for q in own_values(changed)] == ["flare_kill"] and own_values(model) == ()
    assert shipped.replaced is None and model.parameters["flare_kill"] is shipped


def test_a_value_of_its_own_makes_another_model_and_the_same_value_the_same(model):
    once = with_values(model, {"flare_kill": "0.05 1/day"})
    assert once.hash != model.hash and with_values(model, {}) is model
    assert with_values(once, {"flare_kill": "0.05 1/day"}) is once
    assert with_values(model, {"flare_kill": "0.05 1/day"}).hash == once.hash
    assert with_values(model, {"flare_kill": "0.06 1/day"}).hash != once.hash
    again = with_values(once, {"flare_kill": "0.06 1/day"}).parameters["flare_kill"]
    assert again.replaced == model.parameters["flare_kill"].entry


@pytest.mark.parametrize(
    "name, value, says",
    [
        ("flare_kil", "0.05 1/day", "perhaps flare_kill"),
        ("flare_kill", "0.05", "unit is missing"),
        ("flare_kill", "5 mg", "converts to '1/day'"),
        ("flare_kill", "-1 1/day", "at least 0"),
        ("flare_kill", "1e30 1/day", "10000 times"),
        ("flare_kill", "nan 1/day", "number"),
        ("flare_kill", 0.05, "unit is missing"),
    ],
)
def test_a_wrong_value_is_one_sentence(model, name, value, says):
    with pytest.raises(InputError, match=says) as error:
        with_values(model, {name: value})
    assert error.value.where == f"parameter.{name}" and "\n" not in str(error.value)


def test_a_fraction_stays_one(model):
    fractions = [n for n, p in model.parameters.items() if "logitnormal" in (p.entry.prior.kind, p.entry.between.kind)]
    row = model.parameters[fractions[0]].entry
    for wrong in (1.0, 1.5, -0.1):
        with pytest.raises(InputError, match="fraction"):
            with_values(model, {fractions[0]: f"{wrong} {row.unit}".strip()})
    assert with_values(model, {fractions[0]: f"0.25 {row.unit}".strip()}).parameters[fractions[0]].entry.value == 0.25
