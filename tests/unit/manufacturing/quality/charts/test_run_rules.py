"""Run rules: each against a naive reading of its sentence, and the runs of 8 and 9 apart."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.charts.run_rules import (
    NELSON,
    WESTERN_ELECTRIC,
    TrendRule,
    ZoneRule,
    find_signals,
    rule_set,
)


def naive(rule, z):
    found = []
    for i in range(len(z)):
        if isinstance(rule, TrendRule):
            part = np.diff(z[i - rule.points + 1 : i + 1]) if i >= rule.points - 1 else np.array([0.0])
            if rule.pattern == "monotone":
                hit = (part > 0).all() or (part < 0).all()
            else:
                hit = bool((part != 0).all() and (np.sign(part[1:]) == -np.sign(part[:-1])).all())
        else:
            part = z[max(0, i - rule.window + 1) : i + 1]
            zones = {
                "one side": (part > rule.sigma, part < -rule.sigma),
                "outside": (abs(part) > rule.sigma,),
                "inside": (abs(part) < rule.sigma,),
            }[rule.zone]
            hit = any(z_[-1] and z_.sum() >= rule.hits for z_ in zones)
        if hit:
            found.append(i)
    return found


@pytest.mark.parametrize("rule", {r.name: r for r in NELSON + WESTERN_ELECTRIC}.values(), ids=lambda r: r.name)
def test_each_rule_as_its_sentence_says(rule):
    rng = np.random.Generator(np.random.Philox(11))
    walk = rng.standard_normal(3000)
    walk[500:900] += np.sin(np.arange(400))
    walk[1000:1400] *= 0.3
    walk[2000:2060] = np.where(np.arange(60) % 2, 1.5, -1.5) + 0.01 * rng.standard_normal(60)
    walk[2100:2130] = np.linspace(-2, 2, 30)
    walk[2200:2210] = 0.4  # ties
    found = find_signals(walk, (rule,))[rule.name].tolist()
    assert found == naive(rule, walk) and found


def test_eight_on_one_side_alarms_by_western_electric_and_not_by_nelson():
    z = [0.5] * 8
    assert {n for n, at in find_signals(z, WESTERN_ELECTRIC).items() if at.size} == {"8 on one side"}
    assert not any(at.size for at in find_signals(z, NELSON).values())
    assert find_signals([*z, 0.5], NELSON)["9 on one side"].tolist() == [8]


def test_names_and_refusals():
    assert rule_set("limits")[0].hits == 1
    for call in (
        lambda: rule_set("weco"),
        lambda: ZoneRule("x", 3, 2, 1.0),
        lambda: ZoneRule("x", 1, 1, -1.0),
        lambda: TrendRule("x", 2, "monotone"),
    ):
        with pytest.raises(InputError):
            call()
